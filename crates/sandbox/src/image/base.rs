//! What the images are built on: Python for the learner's, and for the judge's real programs besides.

use sha2::{Digest, Sha256};
use tracing::info;

use super::context::Context;
use super::{build, image_name};
use crate::engine::{BuildNetwork, Engine};
use crate::limits::Role;
use crate::short_hash::short_hash;
use crate::{SandboxError, SandboxSettings};

/// The base image that a machine without a registry builds for itself.
const LOCAL_BASE: &str = "codealong-python-base:3.11";
/// The base image of the registry.
const PUBLIC_BASE: &str = "python:3.11-slim";

/// The directory of the judge's base, which is part of its name too.
pub(super) const JUDGE_BASE: &str = "judge-base";

/// An image to build on, as the engine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) name: String,
    pub(super) id: String,
}

/// What the images of a lane's two containers are built on.
#[derive(Debug)]
pub(super) struct Bases {
    pub(super) judge: Base,
    pub(super) learner: Base,
}

impl Bases {
    /// Finds them; the learner's is pulled and the judge's is built where the engine does not have it.
    pub(super) async fn ensure(
        engine: &Engine,
        settings: &SandboxSettings,
    ) -> Result<Self, SandboxError> {
        let learner = ensure_base(engine, settings.base_image.as_deref()).await?;
        let context = Context::read(&settings.image_folder, JUDGE_BASE)?;
        if let Some(judge) = find_judge_base(engine, &context, &learner).await? {
            return Ok(Self { judge, learner });
        }
        let name = image_name(JUDGE_BASE, &context, &learner);
        // Alone among the images it has something that comes from elsewhere.
        let network = BuildNetwork::Host;
        let id = build(engine, &name, &learner, JUDGE_BASE, &context, network).await?;
        let judge = Base { name, id };
        Ok(Self { judge, learner })
    }

    /// Both, if the engine has the judge's too.
    pub(super) async fn find(
        engine: &Engine,
        settings: &SandboxSettings,
        learner: Base,
    ) -> Result<Option<Self>, SandboxError> {
        let context = Context::read(&settings.image_folder, JUDGE_BASE)?;
        let judge = find_judge_base(engine, &context, &learner).await?;
        Ok(judge.map(|judge| Self { judge, learner }))
    }

    pub(super) fn of(&self, role: Role) -> &Base {
        match role {
            Role::Judge => &self.judge,
            Role::Learner => &self.learner,
        }
    }
}

/// The judge's base: one that a machine without a registry has built for itself, else one on `base`.
async fn find_judge_base(
    engine: &Engine,
    context: &Context,
    base: &Base,
) -> Result<Option<Base>, SandboxError> {
    let names = [
        local_judge_base(context),
        image_name(JUDGE_BASE, context, base),
    ];
    for name in names {
        if let Some(id) = engine.image_id(&name).await? {
            return Ok(Some(Base { name, id }));
        }
    }
    Ok(None)
}

/// The name under which `cargo xtask` builds it of Debian's packages (its `judge_image.rs`): a hash of the
/// requirements that pip reads, and of its Dockerfile. A change of them asks for another one.
fn local_judge_base(context: &Context) -> String {
    let mut hasher = Sha256::new();
    for (path, content) in context.files() {
        if path.ends_with(".txt") || path.ends_with("/debian.Dockerfile") {
            hasher.update(content);
        }
    }
    format!("codealong-{JUDGE_BASE}:debian-{}", short_hash(hasher))
}

/// The base image. It is pulled where the engine does not have it.
async fn ensure_base(engine: &Engine, chosen: Option<&str>) -> Result<Base, SandboxError> {
    let name = match find_base(engine, chosen).await? {
        (name, Some(id)) => return Ok(Base { name, id }),
        (wanted, None) => wanted,
    };
    info!(image = name, "Pulling the base image {name}");
    engine.pull(&name).await?;
    match engine.image_id(&name).await? {
        Some(id) => Ok(Base { name, id }),
        None => Err(SandboxError::BaseImage {
            image: name,
            detail: "it was pulled and is not there".to_owned(),
        }),
    }
}

/// The base image's name, and its id where the engine has it.
pub(crate) async fn find_base(
    engine: &Engine,
    chosen: Option<&str>,
) -> Result<(String, Option<String>), SandboxError> {
    let candidates = chosen.map_or(vec![LOCAL_BASE, PUBLIC_BASE], |chosen| vec![chosen]);
    for candidate in &candidates {
        if let Some(id) = engine.image_id(candidate).await? {
            return Ok(((*candidate).to_owned(), Some(id)));
        }
    }
    let wanted = candidates.last().copied().unwrap_or(PUBLIC_BASE);
    Ok((wanted.to_owned(), None))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn name_of(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join(JUDGE_BASE);
        fs::create_dir(&own).unwrap();
        for (name, content) in files {
            fs::write(own.join(name), content).unwrap();
        }
        local_judge_base(&Context::read(folder.path(), JUDGE_BASE).unwrap())
    }

    fn name(requirements: &str, dockerfile: &str) -> String {
        name_of(&[("redis-py-8.txt", requirements), ("Dockerfile", dockerfile)])
    }

    /// `judge_image.rs` of xtask has the same test: both make the same name of the same files.
    #[test]
    fn a_base_of_debians_packages_is_named_after_what_makes_it() {
        let one = name("redis==8.1.0", "FROM one");
        assert_eq!(one, "codealong-judge-base:debian-448c4fd2f1f0");
        assert_eq!(name("redis==8.1.0", "FROM another"), one);
        assert_ne!(name("redis==8.1.1", "FROM one"), one);
        let dockerfile = ("debian.Dockerfile", "FROM scratch");
        assert_eq!(
            name_of(&[("redis-py-8.txt", "redis==8.1.0"), dockerfile]),
            "codealong-judge-base:debian-433063cab379"
        );
    }
}

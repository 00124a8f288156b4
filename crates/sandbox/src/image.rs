//! The images of judge and launcher: Python, the real programs that tests use, and our code; nothing of
//! any learner's or course's.

use std::collections::HashMap;

use tokio::io::AsyncWrite;
use tracing::info;

use self::base::{Base, Bases};
use self::context::Context;
use crate::engine::{BuildNetwork, Engine};
use crate::limits::Role;
use crate::{SandboxError, SandboxSettings};

mod base;
mod context;

pub(crate) use self::base::find_base;

/// The file with a container's seccomp profile, in its image's directory.
const SECCOMP: &str = "seccomp.json";

/// An image's Dockerfile, in its directory.
const DOCKERFILE: &str = "Dockerfile";

/// The Dockerfile's argument that names the base.
const BASE_ARGUMENT: &str = "BASE";

/// The images of a lane's two containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Images {
    pub(crate) judge: Image,
    pub(crate) learner: Image,
}

/// An image as the engine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// Its name with its tag.
    pub(crate) name: String,
    /// Its id, as in `sha256:…`.
    pub(crate) id: String,
    /// The text of its containers' seccomp profile.
    pub(crate) seccomp: String,
}

/// An image's directory in the images' directory, which is part of its name too.
fn folder_of(role: Role) -> &'static str {
    match role {
        Role::Judge => "judge",
        Role::Learner => "python",
    }
}

impl Images {
    /// Finds the images of the directories' present content, or builds them.
    pub(crate) async fn ensure(
        engine: &Engine,
        settings: &SandboxSettings,
    ) -> Result<Self, SandboxError> {
        let bases = Bases::ensure(engine, settings).await?;
        Self::ensure_on(engine, settings, &bases).await
    }

    async fn ensure_on(
        engine: &Engine,
        settings: &SandboxSettings,
        bases: &Bases,
    ) -> Result<Self, SandboxError> {
        let ensure = |role| Image::ensure(engine, settings, bases.of(role), folder_of(role));
        Ok(Self {
            judge: ensure(Role::Judge).await?,
            learner: ensure(Role::Learner).await?,
        })
    }
}

/// Writes the images of a lane, their bases, and `others` of the engine's into an archive as `docker load`
/// takes it, and returns their names. Builds those of a lane where the engine lacks them.
///
/// An engine that has loaded it needs no registry: the images' names are hashes of what is in them.
pub async fn save_images(
    settings: &SandboxSettings,
    others: &[String],
    archive: &mut (impl AsyncWrite + Unpin),
) -> Result<Vec<String>, SandboxError> {
    let engine = Engine::connect(&settings.docker_host, settings.call_timeout).await?;
    let bases = Bases::ensure(&engine, settings).await?;
    let lane = Images::ensure_on(&engine, settings, &bases).await?;
    let mut names = vec![
        bases.learner.name,
        bases.judge.name,
        lane.judge.name,
        lane.learner.name,
    ];
    names.extend_from_slice(others);
    engine.save(&names, archive).await?;
    Ok(names)
}

/// Whether the engine has the images of a lane, the learner's on the base image with this name and id.
pub(crate) async fn has_lane_images(
    engine: &Engine,
    settings: &SandboxSettings,
    (name, id): (&str, &str),
) -> Result<bool, SandboxError> {
    let learner = Base {
        name: name.to_owned(),
        id: id.to_owned(),
    };
    let Some(bases) = Bases::find(engine, settings, learner).await? else {
        return Ok(false);
    };
    for role in Role::ALL {
        let folder = folder_of(role);
        let context = Context::read(&settings.image_folder, folder)?;
        let name = image_name(folder, &context, bases.of(role));
        if engine.image_id(&name).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn image_name(folder: &str, context: &Context, base: &Base) -> String {
    format!("codealong-{folder}:{}", context.hash(base))
}

impl Image {
    async fn ensure(
        engine: &Engine,
        settings: &SandboxSettings,
        base: &Base,
        folder: &str,
    ) -> Result<Self, SandboxError> {
        let context = Context::read(&settings.image_folder, folder)?;
        let name = image_name(folder, &context, base);
        let id = match engine.image_id(&name).await? {
            Some(id) => id,
            None => build(engine, &name, base, folder, &context, BuildNetwork::None).await?,
        };
        Ok(Self {
            name,
            id,
            seccomp: context.text(&format!("{folder}/{SECCOMP}"))?,
        })
    }
}

/// Builds an image of a directory, and returns its id.
async fn build(
    engine: &Engine,
    name: &str,
    base: &Base,
    folder: &str,
    context: &Context,
    network: BuildNetwork,
) -> Result<String, SandboxError> {
    let base = base.name.as_str();
    info!(image = name, base, "Building the image {name} on {base}");
    let begin = std::time::Instant::now();
    let arguments = HashMap::from([(BASE_ARGUMENT.to_owned(), base.to_owned())]);
    let dockerfile = format!("{folder}/{DOCKERFILE}");
    engine
        .build(name, &dockerfile, arguments, context.tar()?, network)
        .await?;
    let took_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    info!(
        image = name,
        took_ms, "Built the image {name} in {took_ms} ms"
    );
    let id = engine.image_id(name).await?;
    id.ok_or_else(|| SandboxError::ImageBuild {
        detail: "the build ended without an image".to_owned(),
        output: String::new(),
    })
}

//! The sandbox's images as an archive, for an engine that reaches no registry.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use tokio::fs::File;
use tokio::io::BufWriter;

use super::SaveArguments;
use crate::ServerSettings;

/// Saves the images that a lane needs, and those that are named besides.
pub async fn save_images(
    settings: &ServerSettings,
    arguments: &SaveArguments,
) -> anyhow::Result<ExitCode> {
    let path = &arguments.file;
    let file = File::create_new(path)
        .await
        .with_context(|| format!("{} can't be written", path.display()))?;
    let mut archive = BufWriter::new(file);
    let saved = sandbox::save_images(&settings.sandbox, &arguments.also, &mut archive).await;
    if saved.is_err() {
        // Half an archive must not pass for one.
        tokio::fs::remove_file(path)
            .await
            .with_context(|| format!("{} can't be removed", path.display()))?;
    }
    let names = saved?;
    let mut stdout = std::io::stdout().lock();
    writeln!(
        stdout,
        "{} holds {}: `docker load --input FILE` on the other machine, then `codealong doctor` there",
        path.display(),
        names.join(", ")
    )
    .context("the names can't be written")?;
    Ok(ExitCode::SUCCESS)
}

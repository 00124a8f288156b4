//! The engine's images: looked up, pulled, built.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::time::Duration;

use bollard::body_full;
use bollard::errors::Error;
use bollard::query_parameters::{BuildImageOptions, CreateImageOptions};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Engine;
use crate::SandboxError;

/// How long a build or a pull may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(180);

/// How much of a build's output is kept for the error.
const OUTPUT_MAX: usize = 16 * 1024;

/// What a build may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuildNetwork {
    /// Nothing, so that it works where the engine has no bridge.
    None,
    /// What the host reaches, without a bridge either.
    Host,
}

impl Engine {
    /// An image's id, if the engine has it.
    pub(crate) async fn image_id(&self, image: &str) -> Result<Option<String>, SandboxError> {
        let found = self
            .call("inspect an image", self.docker.inspect_image(image))
            .await;
        match found {
            Ok(found) => Ok(found.id),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn pull(&self, image: &str) -> Result<(), SandboxError> {
        let options = CreateImageOptions {
            from_image: Some(image.to_owned()),
            ..CreateImageOptions::default()
        };
        let messages = self
            .docker
            .create_image(Some(options), None, None)
            .map(|item| {
                item.map(|info| BuildMessage {
                    text: None,
                    error: info.error_detail.and_then(|detail| detail.message),
                })
            });
        listen(messages)
            .await
            .map_err(|(detail, _)| SandboxError::BaseImage {
                image: image.to_owned(),
                detail,
            })
    }

    /// Builds an image from a tar by the Dockerfile named in it, with the classic builder, which
    /// every engine has.
    pub(crate) async fn build(
        &self,
        tag: &str,
        dockerfile: &str,
        arguments: HashMap<String, String>,
        context: Vec<u8>,
        network: BuildNetwork,
    ) -> Result<(), SandboxError> {
        let options = BuildImageOptions {
            dockerfile: dockerfile.to_owned(),
            t: Some(tag.to_owned()),
            rm: true,
            forcerm: true,
            networkmode: Some(match network {
                BuildNetwork::None => "none".to_owned(),
                BuildNetwork::Host => "host".to_owned(),
            }),
            buildargs: Some(arguments),
            ..BuildImageOptions::default()
        };
        let messages = self
            .docker
            .build_image(options, None, Some(body_full(Bytes::from(context))))
            .map(|item| {
                item.map(|info| BuildMessage {
                    text: info.stream,
                    error: info.error_detail.and_then(|detail| detail.message),
                })
            });
        listen(messages)
            .await
            .map_err(|(detail, output)| SandboxError::ImageBuild { detail, output })
    }
}

impl Engine {
    /// Writes images into an archive, as `docker save` does.
    pub(crate) async fn save(
        &self,
        names: &[String],
        archive: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(), SandboxError> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut chunks = pin!(self.docker.export_images(&names));
        loop {
            let call = "save images";
            let next = tokio::time::timeout(SILENCE_MAX, chunks.next()).await;
            let chunk = match next {
                Ok(None) => break,
                Ok(Some(chunk)) => chunk.map_err(|source| SandboxError::Engine {
                    call,
                    source: Box::new(source),
                })?,
                Err(_) => {
                    let waited = SILENCE_MAX;
                    return Err(SandboxError::EngineSilent { call, waited });
                }
            };
            let written = archive.write_all(&chunk).await;
            written.map_err(|source| SandboxError::Archive { source })?;
        }
        let flushed = archive.flush().await;
        flushed.map_err(|source| SandboxError::Archive { source })
    }
}

/// One message of a build or a pull.
struct BuildMessage {
    text: Option<String>,
    error: Option<String>,
}

/// Reads the messages of a build or a pull to the end. The error is what went wrong and the last of
/// the output before it.
async fn listen(
    messages: impl Stream<Item = Result<BuildMessage, Error>>,
) -> Result<(), (String, String)> {
    let mut messages = std::pin::pin!(messages);
    let mut kept: VecDeque<String> = VecDeque::new();
    let mut kept_bytes = 0;
    let problem = loop {
        match tokio::time::timeout(SILENCE_MAX, messages.next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(BuildMessage {
                error: Some(error), ..
            }))) => break error,
            Ok(Some(Ok(BuildMessage { text, error: None }))) => {
                let text = text.unwrap_or_default();
                kept_bytes += text.len();
                kept.push_back(text);
                while kept_bytes > OUTPUT_MAX {
                    kept_bytes -= kept.pop_front().map_or(kept_bytes, |text| text.len());
                }
            }
            Ok(Some(Err(error))) => break error.to_string(),
            Err(_) => break format!("it said nothing for {} s", SILENCE_MAX.as_secs()),
        }
    };
    Err((problem, kept.into_iter().collect()))
}

//! Docker's engine, as far as the sandbox needs it: every call has a name and a time limit.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, HostConfig, SystemInfo};
use bollard::query_parameters::{
    AttachContainerOptions, CreateContainerOptions, ListContainersOptions, RemoveContainerOptions,
};
use futures::StreamExt;

use crate::SandboxError;
use crate::attached_io::{AttachedIo, AttachedOutput};

mod builds;
mod survey;

pub(crate) use builds::BuildNetwork;
pub use survey::EngineSurvey;

/// How often to ask whether a removal is over.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// A connection to the engine, at an API version that both speak.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    docker: Docker,
    call_timeout: Duration,
}

/// The versions of the engine's parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) engine: String,
    /// Where the engine uses `runc`.
    pub(crate) runc: Option<String>,
}

/// A container as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Without the slash that Docker puts before it.
    pub(crate) name: String,
    pub(crate) labels: HashMap<String, String>,
}

/// What became of a container that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is gone.
    Done,
    /// Someone else is removing it, as the engine itself does where it ended.
    UnderWay,
}

impl Engine {
    /// Connects to the engine and negotiates the API version.
    pub(crate) async fn connect(host: &str, call_timeout: Duration) -> Result<Self, SandboxError> {
        let docker = Docker::connect_with_host(host).map_err(|source| SandboxError::Address {
            host: host.to_owned(),
            source: Box::new(source),
        })?;
        let docker = call(call_timeout, "say its version", docker.negotiate_version()).await?;
        Ok(Self {
            docker,
            call_timeout,
        })
    }

    /// Asks whether the engine answers at all.
    pub(crate) async fn ping(&self, within: Duration) -> Result<(), SandboxError> {
        call(within, "answer a ping", self.docker.ping()).await?;
        Ok(())
    }

    pub(crate) async fn versions(&self) -> Result<Versions, SandboxError> {
        let version = self.call("say its version", self.docker.version()).await?;
        let runc = version
            .components
            .unwrap_or_default()
            .into_iter()
            .find(|component| component.name == "runc")
            .map(|component| component.version);
        Ok(Versions {
            engine: version.version.unwrap_or_default(),
            runc,
        })
    }

    pub(crate) async fn info(&self) -> Result<SystemInfo, SandboxError> {
        self.call("describe its host", self.docker.info()).await
    }

    /// Creates a container. Warnings are errors: each is a limit that the engine dropped.
    pub(crate) async fn create(
        &self,
        name: &str,
        body: ContainerCreateBody,
    ) -> Result<(), SandboxError> {
        let options = CreateContainerOptions {
            name: Some(name.to_owned()),
            ..CreateContainerOptions::default()
        };
        let created = self
            .call(
                "create a container",
                self.docker.create_container(Some(options), body),
            )
            .await?;
        if created.warnings.is_empty() {
            Ok(())
        } else {
            Err(SandboxError::LimitDropped {
                warnings: created.warnings,
            })
        }
    }

    /// Attaches to a container that was created and not yet started.
    pub(crate) async fn attach(&self, name: &str) -> Result<AttachedIo, SandboxError> {
        let options = AttachContainerOptions {
            stream: true,
            stdin: true,
            stdout: true,
            stderr: true,
            ..AttachContainerOptions::default()
        };
        let attached = self
            .call(
                "attach to a container",
                self.docker.attach_container(name, Some(options)),
            )
            .await?;
        let output = attached.output.map(|item| match item {
            Ok(LogOutput::StdOut { message }) => Ok(AttachedOutput::Stdout(message)),
            Ok(LogOutput::StdErr { message }) => Ok(AttachedOutput::Stderr(message)),
            // Neither comes without a terminal; bytes without Docker's framing can't be trusted.
            Ok(LogOutput::StdIn { .. } | LogOutput::Console { .. }) => {
                Err(io::Error::other("the engine sent a stream without a name"))
            }
            Err(error) => Err(io::Error::other(error)),
        });
        Ok(AttachedIo {
            input: attached.input,
            output: Box::pin(output),
        })
    }

    pub(crate) async fn start(&self, name: &str) -> Result<(), SandboxError> {
        self.call("start a container", self.docker.start_container(name, None))
            .await
    }

    /// Kills and removes a container, whatever its state. One that is gone already, or that someone
    /// else is removing, is fine: whether it is gone when this returns.
    pub(crate) async fn remove(&self, name: &str) -> Result<Removal, SandboxError> {
        let options = RemoveContainerOptions {
            force: true,
            v: true,
            ..RemoveContainerOptions::default()
        };
        let removed = self
            .call(
                "remove a container",
                self.docker.remove_container(name, Some(options)),
            )
            .await;
        match removed {
            Ok(()) => Ok(Removal::Done),
            Err(error) => match error.status() {
                Some(404) => Ok(Removal::Done),
                Some(409) => Ok(Removal::UnderWay),
                _ => Err(error),
            },
        }
    }

    /// Waits until a container that someone else is removing is gone, but not for ever; says whether
    /// it is.
    pub(crate) async fn wait_until_removed(&self, name: &str) -> bool {
        let until = Instant::now() + self.call_timeout;
        loop {
            match self.limits(name).await {
                Err(error) if error.status() == Some(404) => return true,
                _ if Instant::now() >= until => return false,
                _ => tokio::time::sleep(ASK_AGAIN_AFTER).await,
            }
        }
    }

    /// Every container, in any state, that has a label.
    pub(crate) async fn list(&self, label: &str) -> Result<Vec<Listed>, SandboxError> {
        let options = ListContainersOptions {
            all: true,
            filters: Some(HashMap::from([(
                "label".to_owned(),
                vec![label.to_owned()],
            )])),
            ..ListContainersOptions::default()
        };
        let found = self
            .call(
                "list containers",
                self.docker.list_containers(Some(options)),
            )
            .await?;
        let listed = found.into_iter().filter_map(|container| {
            let name = container.names?.into_iter().next()?;
            Some(Listed {
                name: name.trim_start_matches('/').to_owned(),
                labels: container.labels.unwrap_or_default(),
            })
        });
        Ok(listed.collect())
    }

    /// The limits that the engine reports for a container.
    pub(crate) async fn limits(&self, name: &str) -> Result<HostConfig, SandboxError> {
        let found = self
            .call(
                "inspect a container",
                self.docker.inspect_container(name, None),
            )
            .await?;
        Ok(found.host_config.unwrap_or_default())
    }

    async fn call<T>(
        &self,
        name: &'static str,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SandboxError> {
        call(self.call_timeout, name, answer).await
    }
}

/// Waits for an answer, but not for ever: bollard's own timeout ends with the headers.
pub(crate) async fn call<T>(
    within: Duration,
    call: &'static str,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, SandboxError> {
    match tokio::time::timeout(within, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(SandboxError::Engine {
            call,
            source: Box::new(source),
        }),
        Err(_) => Err(SandboxError::EngineSilent {
            call,
            waited: within,
        }),
    }
}

impl SandboxError {
    /// The HTTP status of the engine's answer, where it was one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Engine { source, .. } => match **source {
                Error::DockerResponseServerError { status_code, .. } => Some(status_code),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the engine itself seems to be away, rather than to refuse the call.
    pub(crate) fn is_engine_away(&self) -> bool {
        match self {
            Self::Address { .. } | Self::EngineSilent { .. } => true,
            Self::Engine { .. } => self.status().is_none(),
            _ => false,
        }
    }
}

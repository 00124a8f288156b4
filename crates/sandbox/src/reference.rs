//! What a bench compares the pool with: a container created, started and killed with nothing in
//! between, and `docker exec` into a running container. Engine, image and limits are those of a
//! learner's container, but the network is its own.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bollard::Docker;
use bollard::exec::StartExecOptions;
use bollard::models::{ContainerStatsResponse, ExecConfig};
use bollard::query_parameters::StatsOptions;
use futures::StreamExt;
use tokio::io::AsyncWriteExt;

use crate::attached_io::{AttachedIo, AttachedOutput};
use crate::engine::{Engine, call};
use crate::image::Images;
use crate::labels::{InstanceId, OWNER, ROLE};
use crate::limits::{Network, Role};
use crate::spec::Spec;
use crate::{SandboxError, SandboxSettings};

/// How long a container of the bench may live before any server's sweep removes it.
const LIFE: Duration = Duration::from_secs(1800);

/// An interpreter that does nothing; it ends by itself, should nobody be left to kill it.
const IDLE: &str = "import time; time.sleep(60)";

/// Waits in a container for a program to be started beside it, and reports when it accepts a
/// connection.
const PROBE: &str = include_str!("reference/probe.py");

/// How long the probe may take for its next line.
const LINE_TIMEOUT: Duration = Duration::from_secs(30);

/// Containers without a pool. Dropping it leaves none: each is removed by the call that made it, or
/// ends with its connection.
#[derive(Debug)]
pub struct Reference {
    engine: Engine,
    docker: Docker,
    spec: Spec,
    instance: InstanceId,
    made: AtomicU32,
    call_timeout: Duration,
}

/// What a container uses at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// The container's role in its lane.
    pub role: Role,
    /// Memory as its limit counts it, without the files that the kernel may drop at any time.
    pub memory_bytes: u64,
    /// Processor time since its start.
    pub cpu: Duration,
}

impl Reference {
    /// Finds the engine and the images, as a pool with these settings would.
    pub async fn open(settings: &SandboxSettings) -> Result<Self, SandboxError> {
        let engine = Engine::connect(&settings.docker_host, settings.call_timeout).await?;
        let address = |source| SandboxError::Address {
            host: settings.docker_host.clone(),
            source: Box::new(source),
        };
        let docker = Docker::connect_with_host(&settings.docker_host).map_err(address)?;
        let images = Images::ensure(&engine, settings).await?;
        let spec = Spec::new(images, settings.runtime.clone());
        Ok(Self {
            docker: call(
                settings.call_timeout,
                "say its version",
                docker.negotiate_version(),
            )
            .await?,
            engine,
            spec,
            instance: InstanceId::new(&settings.owner),
            made: AtomicU32::new(0),
            call_timeout: settings.call_timeout,
        })
    }

    /// Creates a container with the pool's limits in which nothing happens, starts it and kills it:
    /// what any design with a container for each run pays.
    pub async fn create_start_kill(&self) -> Result<(), SandboxError> {
        let name = self.create(IDLE).await?;
        let started = self.engine.start(&name).await;
        self.engine.remove(&name).await?;
        started
    }

    /// Starts the container into which programs are then started by `docker exec`.
    pub async fn running_container(&self) -> Result<RunningContainer<'_>, SandboxError> {
        let name = self.create(PROBE).await?;
        let started = async {
            let io = self.engine.attach(&name).await?;
            self.engine.start(&name).await?;
            Ok(io)
        };
        let mut running = match started.await {
            Ok(io) => RunningContainer {
                reference: self,
                name,
                io,
                received: Vec::new(),
            },
            Err(error) => {
                self.engine.remove(&name).await?;
                return Err(error);
            }
        };
        running.expect_line("ready").await?;
        Ok(running)
    }

    /// What each container of an owner uses.
    pub async fn usage(&self, owner: &str) -> Result<Vec<Usage>, SandboxError> {
        let mut usage = Vec::new();
        for listed in self.engine.list(&format!("{OWNER}={owner}")).await? {
            let options = StatsOptions {
                stream: false,
                one_shot: true,
            };
            let mut stats = Box::pin(self.docker.stats(&listed.name, Some(options)));
            let what = "say what a container uses";
            let next = async { stats.next().await.unwrap_or(Ok(Default::default())) };
            let stats = call(self.call_timeout, what, next).await?;
            let is_judge = listed.labels.get(ROLE).is_some_and(|role| role == "judge");
            let role = if is_judge { Role::Judge } else { Role::Learner };
            usage.push(usage_of(role, &stats));
        }
        Ok(usage)
    }

    /// How many containers, in any state, have an owner whose name begins like this.
    pub async fn count(&self, owners: &str) -> Result<usize, SandboxError> {
        let listed = self.engine.list(OWNER).await?.into_iter();
        let owned = listed.filter(|container| {
            let owner = container.labels.get(OWNER);
            owner.is_some_and(|owner| owner.starts_with(owners))
        });
        Ok(owned.count())
    }

    /// The engine's version and its `runc`'s.
    pub async fn versions(&self) -> Result<(String, Option<String>), SandboxError> {
        let versions = self.engine.versions().await?;
        Ok((versions.engine, versions.runc))
    }

    /// Creates a container like a learner's that runs Python code instead of the launcher.
    async fn create(&self, text: &str) -> Result<String, SandboxError> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = self.instance.container_name(number);
        let identity = self.spec.identity(number);
        let labels = self
            .instance
            .labels(&self.spec.hash, Role::Learner, LIFE, SystemTime::now());
        let mut body = self
            .spec
            .container(Role::Learner, Network::Own, identity, labels);
        for spoken_to in [
            &mut body.open_stdin,
            &mut body.stdin_once,
            &mut body.attach_stdin,
            &mut body.attach_stdout,
            &mut body.attach_stderr,
        ] {
            *spoken_to = Some(true);
        }
        let words = ["python3.11", "-I", "-S", "-c", text];
        body.entrypoint = Some(words.map(ToOwned::to_owned).to_vec());
        self.engine.create(&name, body).await?;
        Ok(name)
    }
}

/// A container with a probe in it, into which programs are started by `docker exec`.
pub struct RunningContainer<'reference> {
    reference: &'reference Reference,
    name: String,
    /// Dropping it ends the container.
    io: AttachedIo,
    received: Vec<u8>,
}

impl Debug for RunningContainer<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "RunningContainer({})", self.name)
    }
}

impl RunningContainer<'_> {
    /// Starts a program by `docker exec`: the time from its text in memory to its first accepted
    /// connection, which the waiting probe makes and reports.
    pub async fn exec(&mut self, program: &str, port: u16) -> Result<Duration, SandboxError> {
        let order = serde_json::json!([port, program]).to_string() + "\n";
        let begin = Instant::now();
        let written = async {
            self.io.input.write_all(order.as_bytes()).await?;
            self.io.input.flush().await
        };
        written.await.map_err(|error| lost(&error.to_string()))?;
        self.expect_line("written").await?;
        let words = ["python3.11", "/code/main.py"];
        let config = ExecConfig {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(words.map(ToOwned::to_owned).to_vec()),
            ..ExecConfig::default()
        };
        let Reference {
            docker,
            call_timeout,
            ..
        } = self.reference;
        let what = "create an exec";
        let exec = call(*call_timeout, what, docker.create_exec(&self.name, config)).await?;
        let options = None::<StartExecOptions>;
        let started = docker.start_exec(&exec.id, options);
        // Kept, as anyone who wants to read the program's output must.
        let _attached = call(*call_timeout, "start an exec", started).await?;
        self.expect_line("connected").await?;
        let took = begin.elapsed();
        self.expect_line("ended").await?;
        Ok(took)
    }

    /// Removes the container.
    pub async fn close(self) -> Result<(), SandboxError> {
        self.reference.engine.remove(&self.name).await?;
        Ok(())
    }

    /// Waits for a line of the probe's.
    async fn expect_line(&mut self, expected: &str) -> Result<(), SandboxError> {
        loop {
            if let Some(end) = self.received.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                if line.trim_end() == expected {
                    return Ok(());
                }
                return Err(lost(&format!(
                    "instead of {expected:?} the probe said {line:?}"
                )));
            }
            match tokio::time::timeout(LINE_TIMEOUT, self.io.output.next()).await {
                Ok(Some(Ok(AttachedOutput::Stdout(bytes) | AttachedOutput::Stderr(bytes)))) => {
                    self.received.extend_from_slice(&bytes);
                }
                Ok(Some(Err(error))) => return Err(lost(&error.to_string())),
                Ok(None) => return Err(lost("the probe ended")),
                Err(_) => return Err(lost(&format!("the probe did not say {expected:?}"))),
            }
        }
    }
}

fn lost(detail: &str) -> SandboxError {
    SandboxError::Lost {
        detail: detail.to_owned(),
    }
}

fn usage_of(role: Role, stats: &ContainerStatsResponse) -> Usage {
    let memory = stats.memory_stats.as_ref();
    let total = memory.and_then(|memory| memory.usage).unwrap_or(0);
    let detail = memory.and_then(|memory| memory.stats.as_ref());
    // The first is the name of the second in version 1 of control groups.
    let droppable = ["total_inactive_file", "inactive_file"]
        .iter()
        .find_map(|name| detail?.get(*name).copied())
        .unwrap_or(0);
    let cpu = stats.cpu_stats.as_ref();
    let cpu = cpu.and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage);
    Usage {
        role,
        memory_bytes: total.saturating_sub(droppable),
        cpu: Duration::from_nanos(cpu.unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::{ContainerCpuStats, ContainerCpuUsage, ContainerMemoryStats};

    use super::*;

    #[test]
    fn files_that_can_be_dropped_do_not_count_as_memory() {
        let cpu_usage = ContainerCpuUsage {
            total_usage: Some(3_000_000),
            ..ContainerCpuUsage::default()
        };
        for name in ["total_inactive_file", "inactive_file"] {
            let stats = ContainerStatsResponse {
                memory_stats: Some(ContainerMemoryStats {
                    usage: Some(1000),
                    stats: Some([(name.to_owned(), 300)].into()),
                    ..ContainerMemoryStats::default()
                }),
                cpu_stats: Some(ContainerCpuStats {
                    cpu_usage: Some(cpu_usage.clone()),
                    ..ContainerCpuStats::default()
                }),
                ..ContainerStatsResponse::default()
            };
            let expected = Usage {
                role: Role::Judge,
                memory_bytes: 700,
                cpu: Duration::from_millis(3),
            };
            assert_eq!(usage_of(Role::Judge, &stats), expected);
        }
    }
}

//! Makes lanes: a judge, new or used before, and a learner's container that joins it.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use futures::future::Either;
use tracing::warn;

use super::Lane;
use super::judge::JudgeContainer;
use crate::SandboxError;
use crate::container_registry::{ContainerGuard, ContainerRegistry};
use crate::engine::Engine;
use crate::frame::{FRAME_MAX, FrameDecoder, PREPARATION_MAX, PROTOCOL, Preparation, open_frame};
use crate::guarantee::{missing_inside, missing_outside};
use crate::labels::InstanceId;
use crate::limits::{Identity, Network, Role};
use crate::measured::Measured;
use crate::spec::Spec;

/// Makes lanes of one spec.
#[derive(Debug, Clone)]
pub(crate) struct LaneMaker {
    pub(crate) engine: Engine,
    pub(crate) spec: Spec,
    pub(crate) instance: InstanceId,
    pub(crate) registry: ContainerRegistry,
    pub(crate) ready_timeout: Duration,
    /// The longest life of a container: a judge serves several runs.
    pub(crate) life: Duration,
}

/// How closely a new lane is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelfTest {
    /// What its containers measure of themselves.
    Inside,
    /// That, and what the engine says it set.
    InsideAndOutside,
}

impl LaneMaker {
    /// Makes a lane, with a used judge where there is one that can still serve. Both containers
    /// must measure every guarantee as kept.
    ///
    /// Each container is registered before it is created, and the lane counts from this call on.
    pub(crate) fn make(
        &self,
        used: Option<JudgeContainer>,
        self_test: SelfTest,
    ) -> impl Future<Output = Result<Lane, SandboxError>> + Send + use<> {
        let maker = self.clone();
        let judge = match used {
            Some(judge) => Either::Left(judge),
            None => Either::Right(maker.hold(Role::Judge)),
        };
        async move {
            let new = match judge {
                Either::Left(used) => match maker.join(used, self_test).await {
                    Err(fault) if !fault.is_engine_away() => {
                        let reason = fault.to_string();
                        warn!(
                            reason,
                            "A judge can't be used again, another takes over: {reason}"
                        );
                        metrics::counter!("codealong_judges_replaced_total").increment(1);
                        maker.hold(Role::Judge)
                    }
                    joined => return joined,
                },
                Either::Right(new) => new,
            };
            let judge = maker.judge(new, self_test).await?;
            maker.join(judge, self_test).await
        }
    }

    fn hold(&self, role: Role) -> Numbered {
        let number = self.registry.next_number();
        Numbered {
            guard: self
                .registry
                .hold(&self.engine, role, self.instance.container_name(number)),
            identity: self.spec.identity(number),
        }
    }

    /// Creates a judge's container, attaches, starts it, and waits for its first frame.
    async fn judge(
        &self,
        new: Numbered,
        self_test: SelfTest,
    ) -> Result<JudgeContainer, SandboxError> {
        let Numbered { guard, identity } = new;
        self.create(&guard, Role::Judge, Network::Own, identity)
            .await?;
        let io = self.engine.attach(guard.name()).await?;
        self.engine.start(guard.name()).await?;
        let mut judge = JudgeContainer {
            io,
            decoder: FrameDecoder::new(PREPARATION_MAX),
            guard,
            spec_hash: self.spec.hash.clone(),
            born: Instant::now(),
        };
        let limits = match self.in_time(judge.receive()).await? {
            Preparation::Ready { protocol, limits } if protocol == PROTOCOL => limits,
            Preparation::Ready { protocol, .. } => {
                return Err(SandboxError::NotUnderstood {
                    detail: format!("protocol {protocol}, this is {PROTOCOL}"),
                });
            }
            other => return Err(out_of_turn(&other)),
        };
        let guaranteed = (Role::Judge, Network::Own, identity);
        self.check(judge.name(), guaranteed, &limits, self_test)
            .await?;
        Ok(judge)
    }

    /// Lets a learner's container join a judge.
    async fn join(
        &self,
        mut judge: JudgeContainer,
        self_test: SelfTest,
    ) -> Result<Lane, SandboxError> {
        let Numbered { guard, identity } = self.hold(Role::Learner);
        judge.decoder.limit(PREPARATION_MAX);
        let judge_name = judge.name().to_owned();
        let network = Network::Of(&judge_name);
        // The judge prepares while the engine creates the container.
        let listening = async {
            let open = open_frame(identity.id).map_err(|error| SandboxError::NotUnderstood {
                detail: error.to_string(),
            })?;
            judge.send(&open).await?;
            match self.in_time(judge.receive()).await? {
                Preparation::Listening => Ok(()),
                other => Err(out_of_turn(&other)),
            }
        };
        let created = self.create(&guard, Role::Learner, network, identity);
        tokio::try_join!(listening, created)?;
        self.engine.start(guard.name()).await?;
        let limits = match self.in_time(judge.receive()).await? {
            Preparation::Joined { limits } => limits,
            other => return Err(out_of_turn(&other)),
        };
        let guaranteed = (Role::Learner, network, identity);
        self.check(guard.name(), guaranteed, &limits, self_test)
            .await?;
        judge.decoder.limit(FRAME_MAX);
        Ok(Lane {
            judge,
            learner: guard,
            born: Instant::now(),
        })
    }

    async fn create(
        &self,
        guard: &ContainerGuard,
        role: Role,
        network: Network<'_>,
        identity: Identity,
    ) -> Result<(), SandboxError> {
        let labels = (self.instance).labels(&self.spec.hash, role, self.life, SystemTime::now());
        let body = self.spec.container(role, network, identity, labels);
        self.engine.create(guard.name(), body).await
    }

    /// Checks what a container measured of itself, and what the engine set, against the guarantees.
    async fn check(
        &self,
        name: &str,
        (role, network, identity): (Role, Network<'_>, Identity),
        measured: &Measured,
        self_test: SelfTest,
    ) -> Result<(), SandboxError> {
        let mut missing = missing_inside(role, measured, identity);
        if self_test == SelfTest::InsideAndOutside {
            let seen = self.engine.limits(name).await?;
            let guaranteed = self.spec.guaranteed(role, network, identity);
            missing.extend(missing_outside(role, &seen, &guaranteed));
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(SandboxError::GuaranteesMissing { missing })
        }
    }

    async fn in_time<T>(
        &self,
        message: impl Future<Output = Result<T, SandboxError>>,
    ) -> Result<T, SandboxError> {
        let waited = self.ready_timeout;
        match tokio::time::timeout(waited, message).await {
            Ok(message) => message,
            Err(_) => Err(SandboxError::NotReady { waited }),
        }
    }
}

/// A registered container, and the user of its processes.
struct Numbered {
    guard: ContainerGuard,
    identity: Identity,
}

fn out_of_turn(message: &Preparation) -> SandboxError {
    SandboxError::NotUnderstood {
        detail: format!("{} out of turn", message.name()),
    }
}

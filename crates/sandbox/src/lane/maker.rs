//! Where lanes come from: a judge, new or used before, and a learner's container that joins it.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use futures::future::Either;
use tracing::warn;

use super::Lane;
use super::judge::JudgeContainer;
use crate::SandboxError;
use crate::engine::Engine;
use crate::frame::{Deframer, FRAME_MAX, PREPARATION_MAX, PROTOCOL, Preparation, open_frame};
use crate::labels::Boot;
use crate::limits::{Identity, Network, Role};
use crate::measured::Measured;
use crate::promise::{missing_inside, missing_outside};
use crate::remains::{Held, Remains};
use crate::spec::Spec;

/// Makes lanes of one make.
#[derive(Debug, Clone)]
pub(crate) struct LaneMaker {
    pub(crate) engine: Engine,
    pub(crate) spec: Spec,
    pub(crate) boot: Boot,
    pub(crate) remains: Remains,
    pub(crate) ready_timeout: Duration,
    /// How long a container may live at the most: a judge serves several runs.
    pub(crate) life: Duration,
}

/// How closely a new lane is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scrutiny {
    /// What its containers measure of themselves.
    Inside,
    /// And what the engine says it set.
    InsideAndOutside,
}

impl LaneMaker {
    /// Makes a lane, with a judge that has served before where there is one that still can. Both
    /// containers must say that every promise is kept.
    ///
    /// Each container is answered for from before it is created, and the lane counts from this call
    /// on.
    pub(crate) fn make(
        &self,
        used: Option<JudgeContainer>,
        scrutiny: Scrutiny,
    ) -> impl Future<Output = Result<Lane, SandboxError>> + Send + use<> {
        let maker = self.clone();
        let judge = match used {
            Some(judge) => Either::Left(judge),
            None => Either::Right(maker.hold(Role::Judge)),
        };
        async move {
            let new = match judge {
                Either::Left(used) => match maker.join(used, scrutiny).await {
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
            let judge = maker.judge(new, scrutiny).await?;
            maker.join(judge, scrutiny).await
        }
    }

    fn hold(&self, role: Role) -> Numbered {
        let number = self.remains.next_number();
        Numbered {
            held: self
                .remains
                .hold(&self.engine, role, self.boot.container_name(number)),
            identity: self.spec.identity(number),
        }
    }

    /// Creates a judge's container, attaches, starts, and waits for its first word.
    async fn judge(
        &self,
        new: Numbered,
        scrutiny: Scrutiny,
    ) -> Result<JudgeContainer, SandboxError> {
        let Numbered { held, identity } = new;
        self.create(&held, Role::Judge, Network::Own, identity)
            .await?;
        let wire = self.engine.attach(held.name()).await?;
        self.engine.start(held.name()).await?;
        let mut judge = JudgeContainer {
            wire,
            deframer: Deframer::new(PREPARATION_MAX),
            held,
            spec_hash: self.spec.hash.clone(),
            born: Instant::now(),
        };
        let limits = match self.in_time(judge.hear()).await? {
            Preparation::Ready { protocol, limits } if protocol == PROTOCOL => limits,
            Preparation::Ready { protocol, .. } => {
                return Err(SandboxError::NotUnderstood {
                    detail: format!("protocol {protocol}, this is {PROTOCOL}"),
                });
            }
            other => return Err(out_of_turn(&other)),
        };
        let promised = (Role::Judge, Network::Own, identity);
        self.check(judge.name(), promised, &limits, scrutiny)
            .await?;
        Ok(judge)
    }

    /// Lets a learner's container join a judge.
    async fn join(
        &self,
        mut judge: JudgeContainer,
        scrutiny: Scrutiny,
    ) -> Result<Lane, SandboxError> {
        let Numbered { held, identity } = self.hold(Role::Learner);
        judge.deframer.limit(PREPARATION_MAX);
        let judge_name = judge.name().to_owned();
        let network = Network::Of(&judge_name);
        // The judge makes ready while the engine creates the container.
        let listening = async {
            judge.say(&open_frame(identity.id)).await?;
            match self.in_time(judge.hear()).await? {
                Preparation::Listening => Ok(()),
                other => Err(out_of_turn(&other)),
            }
        };
        let created = self.create(&held, Role::Learner, network, identity);
        tokio::try_join!(listening, created)?;
        self.engine.start(held.name()).await?;
        let limits = match self.in_time(judge.hear()).await? {
            Preparation::Joined { limits } => limits,
            other => return Err(out_of_turn(&other)),
        };
        let promised = (Role::Learner, network, identity);
        self.check(held.name(), promised, &limits, scrutiny).await?;
        judge.deframer.limit(FRAME_MAX);
        Ok(Lane {
            judge,
            learner: held,
            born: Instant::now(),
        })
    }

    async fn create(
        &self,
        held: &Held,
        role: Role,
        network: Network<'_>,
        identity: Identity,
    ) -> Result<(), SandboxError> {
        let labels = (self.boot).labels(&self.spec.hash, role, self.life, SystemTime::now());
        let body = self.spec.container(role, network, identity, labels);
        self.engine.create(held.name(), body).await
    }

    /// Holds what a container measured of itself, and what the engine set, against what is
    /// promised.
    async fn check(
        &self,
        name: &str,
        (role, network, identity): (Role, Network<'_>, Identity),
        measured: &Measured,
        scrutiny: Scrutiny,
    ) -> Result<(), SandboxError> {
        let mut missing = missing_inside(role, measured, identity);
        if scrutiny == Scrutiny::InsideAndOutside {
            let seen = self.engine.limits(name).await?;
            let promised = self.spec.promised(role, network, identity);
            missing.extend(missing_outside(role, &seen, &promised));
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(SandboxError::PromisesMissing { missing })
        }
    }

    async fn in_time<T>(
        &self,
        word: impl Future<Output = Result<T, SandboxError>>,
    ) -> Result<T, SandboxError> {
        let waited = self.ready_timeout;
        match tokio::time::timeout(waited, word).await {
            Ok(word) => word,
            Err(_) => Err(SandboxError::NotReady { waited }),
        }
    }
}

/// A container that is answered for, and who its processes will be.
struct Numbered {
    held: Held,
    identity: Identity,
}

fn out_of_turn(word: &Preparation) -> SandboxError {
    SandboxError::NotUnderstood {
        detail: format!("{} out of turn", word.name()),
    }
}

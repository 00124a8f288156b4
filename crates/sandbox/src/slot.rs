//! One started container whose harness waits for the one job that it will ever get.

use std::future::Future;
use std::io;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use futures::{FutureExt, StreamExt};

use crate::engine::Engine;
use crate::feed::FeedWriter;
use crate::frame::{Deframer, FRAME_MAX, READY_MAX, Ready};
use crate::labels::Boot;
use crate::ledger::Ending;
use crate::limits::Identity;
use crate::promise::{missing_inside, missing_outside};
use crate::remains::{Held, Remains};
use crate::spec::Spec;
use crate::wire::{Piece, Wire};
use crate::{Job, JobReport, SandboxError};

mod conversation;

pub(crate) use conversation::RunFault;
use conversation::converse;

/// A started container that waits. It serves one run, which takes it by value.
#[derive(Debug)]
pub(crate) struct Slot {
    // Before `held`, so that the connection is closed before the engine is asked to kill: the
    // container dies even if the engine does not get round to it.
    wire: Wire,
    deframer: Deframer,
    held: Held,
    spec_hash: String,
    born: Instant,
}

/// Where slots come from.
#[derive(Debug, Clone)]
pub(crate) struct SlotMaker {
    pub(crate) engine: Engine,
    pub(crate) spec: Spec,
    pub(crate) boot: Boot,
    pub(crate) remains: Remains,
    pub(crate) ready_timeout: Duration,
    /// How long a container may live at the most, waiting and running together.
    pub(crate) life: Duration,
}

/// How closely a new slot is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scrutiny {
    /// Its own measurements only.
    Inside,
    /// And what the engine says it set.
    InsideAndOutside,
}

impl SlotMaker {
    /// Creates, attaches, starts, and waits for the first word, which must say that every promise
    /// is kept. `number` is one that no other slot of this life has.
    ///
    /// The container is answered for from the call on, before the first await.
    pub(crate) fn make(
        &self,
        number: u32,
        scrutiny: Scrutiny,
    ) -> impl Future<Output = Result<Slot, SandboxError>> + Send + use<> {
        let maker = self.clone();
        let name = self.boot.container_name(number);
        let held = self.remains.hold(&self.engine, name);
        async move { maker.make_held(held, number, scrutiny).await }
    }

    async fn make_held(
        self,
        held: Held,
        number: u32,
        scrutiny: Scrutiny,
    ) -> Result<Slot, SandboxError> {
        let identity = Identity::nth(self.spec.first_identity.wrapping_add(number));
        let labels = self
            .boot
            .labels(&self.spec.hash, self.life, SystemTime::now());
        let body = self.spec.container(identity, labels);
        self.engine.create(held.name(), body).await?;
        let mut wire = self.engine.attach(held.name()).await?;
        self.engine.start(held.name()).await?;
        let mut deframer = Deframer::new(READY_MAX);
        let first_word = first_frame(&mut wire, &mut deframer);
        let frame = match tokio::time::timeout(self.ready_timeout, first_word).await {
            Ok(frame) => frame?,
            Err(_) => {
                return Err(SandboxError::NotReady {
                    waited: self.ready_timeout,
                });
            }
        };
        let measured = Ready::read(&frame).map_err(|error| SandboxError::NotUnderstood {
            detail: error.to_string(),
        })?;
        let mut missing = missing_inside(&measured, identity);
        if scrutiny == Scrutiny::InsideAndOutside {
            let seen = self.engine.limits(held.name()).await?;
            missing.extend(missing_outside(&seen, &self.spec.promised(identity)));
        }
        if !missing.is_empty() {
            return Err(SandboxError::PromisesMissing { missing });
        }
        deframer.allow(FRAME_MAX);
        Ok(Slot {
            wire,
            deframer,
            held,
            spec_hash: self.spec.hash.clone(),
            born: Instant::now(),
        })
    }
}

impl Slot {
    /// How long it has waited.
    pub(crate) fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// The hash of the spec that it was made after.
    pub(crate) fn spec_hash(&self) -> &str {
        &self.spec_hash
    }

    /// Whether the container still waits. A harness that says anything before it has a job is as
    /// good as dead.
    pub(crate) fn is_waiting(&mut self) -> bool {
        self.wire.output.next().now_or_never().is_none()
    }

    /// Gives the container its job and hands every event to `feed`, until the harness's last
    /// word, the deadline, the container's end, or until `cancelled` ends. What is left of the
    /// container comes back too: it is to be dropped after the answer was given.
    pub(crate) async fn run(
        self,
        job: &Job,
        waited: Duration,
        feed: &FeedWriter,
        cancelled: impl Future<Output = ()>,
    ) -> (Result<JobReport, RunFault>, SpentSlot) {
        let Self {
            mut wire,
            mut deframer,
            held,
            ..
        } = self;
        let talk = converse(&mut wire, &mut deframer, job, waited, feed);
        let said = tokio::select! {
            biased;
            said = talk => said,
            () = cancelled => Err(RunFault::Cancelled),
        };
        let is_clean = matches!(&said, Ok((_, Ending::Clean, _)));
        let result = said.map(|(ledger, ending, at)| ledger.end(&ending, at));
        let is_over = is_clean && result.as_ref().is_ok_and(|report| !report.hit_a_limit());
        let spent = SpentSlot {
            is_over,
            _wire: wire,
            _held: held,
        };
        (result, spent)
    }
}

/// A container that had its run. Dropping it kills the container.
#[derive(Debug)]
pub(crate) struct SpentSlot {
    is_over: bool,
    _wire: Wire,
    _held: Held,
}

impl SpentSlot {
    /// Whether the harness said its last word, after which it ends the program, and nothing says
    /// that the program resists: then nothing in the container wants the processor any more, and
    /// its removal can wait.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }
}

/// The first whole frame. What the harness says on its standard error instead goes into the error.
async fn first_frame(wire: &mut Wire, deframer: &mut Deframer) -> Result<Bytes, SandboxError> {
    let mut complaint = Vec::new();
    loop {
        if let Some(frame) = deframer
            .next()
            .map_err(|error| SandboxError::NotUnderstood {
                detail: error.to_string(),
            })?
        {
            return Ok(frame);
        }
        match wire.output.next().await {
            Some(Ok(Piece::Stdout(bytes))) => deframer.push(&bytes),
            Some(Ok(Piece::Stderr(bytes))) => complaint.extend_from_slice(&bytes),
            end => {
                return Err(SandboxError::Died {
                    detail: how_it_ended(end, &complaint),
                });
            }
        }
    }
}

/// What was seen of a container's end, for the log.
fn how_it_ended(end: Option<io::Result<Piece>>, complaint: &[u8]) -> String {
    let seen = match end {
        Some(Err(error)) => error.to_string(),
        _ => "its output ended".to_owned(),
    };
    match String::from_utf8_lossy(complaint).trim() {
        "" => seen,
        complaint => format!("{seen}; it said: {complaint}"),
    }
}

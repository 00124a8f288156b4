//! A lane: a judge's container, and a learner's that joined its network and waits for its one run.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::container_registry::ContainerGuard;
use crate::event_channel::EventSender;
use crate::found_lines::LinesToCome;
use crate::frame::FoundLine;
use crate::verifier::Ending;
use crate::{Job, JobReport};

mod conversation;
mod judge;
mod maker;
mod session;

pub(crate) use conversation::RunFault;
use conversation::converse;
pub(crate) use judge::JudgeContainer;
pub(crate) use maker::{LaneMaker, SelfTest};
pub(crate) use session::SessionFault;

/// How long the judge's lines are waited for: it takes 1.2 s at most.
const FOUND_LINES_MAX: Duration = Duration::from_secs(2);

/// A judge and a launcher that wait for a job. The lane serves one run, which takes it by value.
#[derive(Debug)]
pub(crate) struct Lane {
    // Before `learner`, so that its connection is closed before the engine is asked to kill: both
    // containers die even if the engine never does so.
    judge: JudgeContainer,
    learner: ContainerGuard,
    born: Instant,
}

impl Lane {
    /// How long it has waited.
    pub(crate) fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// The hash of the spec that it was made from.
    pub(crate) fn spec_hash(&self) -> &str {
        self.judge.spec_hash()
    }

    /// Whether it still waits. The judge ends with its launcher, and so reports both.
    pub(crate) fn is_waiting(&mut self) -> bool {
        self.judge.is_quiet()
    }

    /// Gives the judge its job and sends every event to `events`, until its summary, the deadline,
    /// the container's end, or until `cancelled` ends. The rest of the lane comes back too, to be
    /// recycled or dropped once the answer is out.
    pub(crate) async fn run(
        self,
        job: &Job,
        waited: Duration,
        events: &EventSender,
        cancelled: impl Future<Output = ()>,
    ) -> (Result<JobReport, RunFault>, FinishedLane) {
        let Self {
            mut judge, learner, ..
        } = self;
        let talk = converse(&mut judge.io, &mut judge.decoder, job, waited, events);
        let said = tokio::select! {
            biased;
            said = talk => said,
            () = cancelled => Err(RunFault::Cancelled),
        };
        let is_clean = matches!(&said, Ok((_, Ending::Clean, _)));
        let lines_to_come = match &said {
            Ok((verifier, Ending::Clean, _)) => verifier.lines_to_come(),
            _ => None,
        };
        let result = said.map(|(verifier, ending, at)| verifier.end(&ending, at));
        let finished = FinishedLane {
            // A judge that sent no summary is in the middle of something.
            judge: is_clean.then_some(judge),
            learner,
            lines_to_come,
            is_at_rest: is_clean && result.as_ref().is_ok_and(|report| !report.hit_a_limit()),
        };
        (result, finished)
    }
}

/// A lane after its run. Dropping it kills both containers.
#[derive(Debug)]
pub(crate) struct FinishedLane {
    judge: Option<JudgeContainer>,
    learner: ContainerGuard,
    lines_to_come: Option<LinesToCome>,
    is_at_rest: bool,
}

impl FinishedLane {
    /// The lines that the judge finds after its summary. It is waited for, also where nobody wants
    /// to know any more: until then the lane is at work.
    pub(crate) async fn found_lines(&mut self) -> Vec<FoundLine> {
        let (Some(to_come), Some(judge)) = (self.lines_to_come.take(), &mut self.judge) else {
            return Vec::new();
        };
        match timeout(FOUND_LINES_MAX, judge.next_frame()).await {
            Ok(Ok(frame)) => to_come.read(&frame),
            _ => {
                // It can't serve again: what it is doing is unknown.
                self.judge = None;
                Vec::new()
            }
        }
    }

    /// Whether the judge sent its summary, after which it ends the program, and nothing suggests
    /// that the program resists: then nothing in the lane wants the processor, and its removal can
    /// wait.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.is_at_rest
    }

    /// Removes the learner's container and returns the judge, for the next one. None where the
    /// judge can't serve again, or the removal takes too long to be waited for.
    ///
    /// The removal has begun when this returns.
    pub(crate) fn recycle(self) -> impl Future<Output = Option<JudgeContainer>> + Send {
        let Self { judge, learner, .. } = self;
        let removal = learner.remove();
        async move {
            // Without a judge, nobody waits for the removal.
            let mut judge = judge?;
            (removal.await && judge.is_quiet()).then_some(judge)
        }
    }
}

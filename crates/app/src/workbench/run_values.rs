//! The random values of a run, and the run that confirms a pass with known ones.

use browser_model::RunPhase;
use protocol::Seed;

/// A run's random values. A program may be written for those of one seed, so that only a run with
/// fresh ones makes a step done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunValues {
    /// Nobody knows them before the run.
    Fresh,
    /// Those of an earlier run with this seed.
    Of(Seed),
    /// Fresh ones, to confirm a pass with those of this seed.
    FreshAfter(Seed),
}

/// The sentence beside the phase of a run that confirms a pass with a seed's values.
pub(super) fn confirmation(phase: &RunPhase, seed: Seed) -> Option<String> {
    let passed = format!("It passed with the values of seed `{seed}`");
    match phase {
        RunPhase::Starting | RunPhase::Queued { .. } | RunPhase::Running { .. } => {
            Some(format!("{passed}. Now it runs with fresh ones…"))
        }
        RunPhase::Failed { .. } => Some(format!("{passed}, but not with fresh ones.")),
        RunPhase::Stopped | RunPhase::NoVerdict { .. } => Some(format!(
            "{passed}. The step is done once it passes with fresh ones."
        )),
        RunPhase::Passed { .. } | RunPhase::TestPassed { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_with_the_values_of_a_seed_is_told_until_it_is_confirmed() {
        let said = |phase: RunPhase| confirmation(&phase, Seed::new(0x4f1c));
        let passed = "It passed with the values of seed `4f1c`";
        let failed = RunPhase::Failed {
            headline: String::new(),
            reason: String::new(),
        };
        for (phase, more) in [
            (RunPhase::Starting, ". Now it runs with fresh ones…"),
            (failed, ", but not with fresh ones."),
            (
                RunPhase::Stopped,
                ". The step is done once it passes with fresh ones.",
            ),
        ] {
            assert_eq!(said(phase), Some(format!("{passed}{more}")));
        }
        let confirmed = RunPhase::Passed {
            headline: String::new(),
            steps: 3,
        };
        assert_eq!(said(confirmed), None);
    }
}

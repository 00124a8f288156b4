//! In which order a job's tests run, and which of them get a fresh program.

use protocol::PlannedTest;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::{Job, JobStep};

/// One test of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlannedTestRun<'job> {
    pub(crate) test: &'job PlannedTest,
    /// Whether it gets a program that no test has connected to.
    pub(crate) fresh: bool,
    /// Whether it is run at all.
    pub(crate) asked: bool,
}

/// A job's steps in the course's order, each with its tests in the order in which they run.
///
/// Each test of the learner's own step, the last one, runs on a fresh program: a server that works
/// only for its first client, or only after another test, does not pass. Of an earlier step the
/// first test does; the others share its program, in an order drawn from the run's seed, so that
/// none can rely on the one before.
pub(crate) fn plan(job: &Job) -> Vec<(&JobStep, Vec<PlannedTestRun<'_>>)> {
    let mut random = StdRng::seed_from_u64(job.seed.value().into());
    let own = job.steps.len().saturating_sub(1);
    let steps = job.steps.iter().enumerate().map(|(number, step)| {
        let mut tests: Vec<&PlannedTest> = step.tests.iter().collect();
        if number != own
            && let Some(after_the_first) = tests.get_mut(1..)
        {
            after_the_first.shuffle(&mut random);
        }
        let runs = tests
            .into_iter()
            .enumerate()
            .map(|(at, test)| PlannedTestRun {
                test,
                fresh: number == own || at == 0,
                asked: (job.only.as_ref()).is_none_or(|only| *only == test.id),
            });
        (step, runs.collect())
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::{Program, Seed, StepId, TestId};

    use super::*;

    fn job(seed: u32) -> Job {
        let step = |name: &str| {
            let step = StepId::parse(name).unwrap();
            let test = |number| PlannedTest {
                id: TestId::new(step.clone(), number),
                name: format!("does {number}"),
            };
            JobStep {
                tests: (1..=6).map(test).collect(),
                source: String::new(),
                step,
            }
        };
        Job {
            seed: Seed::new(seed),
            port: 6379,
            limit: Job::LIMIT,
            program: Program::default(),
            steps: vec![step("earlier"), step("own")],
            support: BTreeMap::new(),
            only: None,
            record: false,
        }
    }

    fn ids(seed: u32, step: usize) -> Vec<String> {
        let job = job(seed);
        let tests = &plan(&job)[step].1;
        tests.iter().map(|run| run.test.id.to_string()).collect()
    }

    #[test]
    fn the_own_steps_tests_are_fresh_and_in_their_order() {
        for seed in 0..20 {
            let expected = [1, 2, 3, 4, 5, 6].map(|number| format!("own.{number}"));
            assert_eq!(ids(seed, 1), expected);
        }
        let job = job(1);
        assert!(plan(&job)[1].1.iter().all(|run| run.fresh));
    }

    #[test]
    fn the_only_test_that_is_asked_for_is_the_only_one_that_runs() {
        let only = TestId::new(StepId::parse("earlier").unwrap(), 3);
        let job = Job {
            only: Some(only.clone()),
            ..job(1)
        };
        let planned = plan(&job);
        let runs = planned.iter().flat_map(|(_, tests)| tests);
        assert_eq!(runs.clone().count(), 12);
        let asked: Vec<&TestId> = runs
            .filter(|run| run.asked)
            .map(|run| &run.test.id)
            .collect();
        assert_eq!(asked, [&only]);
    }

    #[test]
    fn an_earlier_steps_tests_share_a_program_in_an_order_of_the_seeds() {
        let orders: Vec<Vec<String>> = (0..20).map(|seed| ids(seed, 0)).collect();
        for order in &orders {
            assert_eq!(order[0], "earlier.1");
            let mut sorted = order.clone();
            sorted.sort();
            let all = [1, 2, 3, 4, 5, 6].map(|number| format!("earlier.{number}"));
            assert_eq!(sorted, all);
        }
        assert!(orders.iter().any(|order| *order != orders[0]));
        assert_eq!(ids(7, 0), ids(7, 0));
        let job = job(1);
        let planned = plan(&job);
        let fresh: Vec<bool> = planned[0].1.iter().map(|run| run.fresh).collect();
        assert_eq!(fresh, [true, false, false, false, false, false]);
    }
}

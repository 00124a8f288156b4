//! The tests that a run makes.

use serde::{Deserialize, Serialize};

use crate::{StepId, TestId};

/// A test that a run makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTest {
    /// The test's id.
    pub id: TestId,
    /// The test's name in the checklist.
    pub name: String,
}

/// The tests of one step that a run makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// The step's id.
    pub step: StepId,
    /// The step's title.
    pub title: String,
    /// Its tests, in order.
    pub tests: Vec<PlannedTest>,
}

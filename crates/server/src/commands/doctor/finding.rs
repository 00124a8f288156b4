//! One line of what `doctor` has found.

use std::fmt;

/// What was found, and what mends it where that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    level: Level,
    found: String,
    advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Fine,
    /// It serves, but not as well as it could.
    Warning,
    /// It does not serve.
    Problem,
}

impl Finding {
    pub(super) fn fine(found: impl Into<String>) -> Self {
        Self {
            level: Level::Fine,
            found: found.into(),
            advice: None,
        }
    }

    pub(super) fn warning(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    pub(super) fn problem(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: Level::Problem,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    /// Fine where that is so, else a problem.
    pub(super) fn of(
        is_fine: bool,
        fine: impl Into<String>,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        if is_fine {
            Self::fine(fine)
        } else {
            Self::problem(problem, advice)
        }
    }

    pub(super) fn is_problem(&self) -> bool {
        self.level == Level::Problem
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Fine => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
        };
        write!(formatter, "{level:<8} {}", self.found)?;
        match &self.advice {
            Some(advice) => write!(formatter, "\n         {advice}"),
            None => Ok(()),
        }
    }
}

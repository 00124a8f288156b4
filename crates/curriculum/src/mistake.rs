//! Mistakes that a course's author foresaw, and how a failed test is recognised as one.

use std::collections::BTreeMap;
use std::path::Path;

use protocol::{Outcome, PlannedTest, RecognisedMistake, RunnableProgram, Slug, TestId};
use regex::bytes::{Regex as BytesRegex, RegexBuilder as BytesRegexBuilder};
use regex::{Regex, RegexBuilder};

use crate::folder::Folder;
use crate::problem::Diagnostics;
use crate::program;
use crate::step_file::{MistakeFile, WhenFile};
use crate::suggestion::did_you_mean;
use crate::toml_table::Spanned;

mod condition;

pub use condition::Evidence;
use condition::{Condition, MissingKind};

/// A mistake that the author foresaw: how to recognise it and what to tell the learner.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Mistake {
    /// Its id in `step.toml`.
    pub id: String,
    /// What the learner reads: plain text, with code in backticks.
    pub message: String,
    /// Programs that make the mistake; at least one.
    pub programs: Vec<MistakeProgram>,
    condition: Condition,
}

/// A program in `mistakes/` that makes a mistake.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MistakeProgram {
    /// The file's name, without its folder.
    pub file: String,
    /// What it holds, as a learner would run it.
    pub source: RunnableProgram,
}

impl Mistake {
    /// Whether a failed test shows this mistake.
    pub fn is_shown_by(&self, evidence: &Evidence<'_>) -> bool {
        self.unmet_key(evidence).is_none()
    }

    /// The first key of its `when` that does not hold of a failed test, as in `received`.
    pub fn unmet_key(&self, evidence: &Evidence<'_>) -> Option<&'static str> {
        self.condition.unmet(evidence)
    }

    /// What to tell the learner, if a failed test shows this mistake.
    pub(crate) fn recognise(&self, evidence: &Evidence<'_>) -> Option<RecognisedMistake> {
        self.is_shown_by(evidence).then(|| {
            let near = evidence.result.program_span().map(|span| span.line);
            RecognisedMistake {
                id: self.id.clone(),
                message: self
                    .message
                    .replace(PRINTED, &self.condition.printed_line(evidence)),
                line: self.condition.line(evidence, near),
            }
        })
    }
}

/// Reads the mistakes of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MistakeReader<'a> {
    pub(crate) diagnostics: &'a Diagnostics,
    /// `step.toml`.
    pub(crate) file: &'a Path,
    /// The step's folder, which contains `mistakes`.
    pub(crate) folder: &'a Folder<'a>,
    /// The step's tests; `None` where they have problems of their own.
    pub(crate) tests: Option<&'a [PlannedTest]>,
}

/// Outcomes that no mistake of the learner explains.
const NOT_MISTAKES: [&str; 4] = ["passed", "not-run", "not-asked", "test-broken"];
/// Outcomes that carry the received bytes.
const WITH_RECEIVED: [&str; 11] = [
    "closed",
    "incomplete",
    "invalid-byte",
    "wrong-type",
    "wrong-value",
    "differs",
    "extra-bytes",
    "unasked",
    "wrong-output",
    "wrong-file",
    "disagrees",
];
/// Outcomes of which something is missing.
const WITH_MISSING: [&str; 1] = ["incomplete"];
/// In a message, the line of the output that `printed` matched.
const PRINTED: &str = "{printed}";
/// Outcomes that may carry the text of an exception, or of Python's compiler.
const WITH_EXCEPTION_TEXT: [&str; 3] = ["exited", "crashed", "syntax-error"];
/// Outcomes that may carry an exception.
const WITH_EXCEPTION: [&str; 2] = ["exited", "crashed"];
impl MistakeReader<'_> {
    /// The mistakes that `step.toml` describes, with their programs.
    pub(crate) fn read(&self, files: Vec<MistakeFile>) -> Vec<Mistake> {
        let folder = self.folder.folder("mistakes");
        let mut lines_by_id = BTreeMap::new();
        let mut lines_by_program = BTreeMap::new();
        let mut mistakes = Vec::new();
        for file in files {
            if Slug::parse(&file.id.value).is_err() {
                self.report(
                    file.id.line,
                    format!(
                        "{:?} is not a valid id for a mistake: use 1 to 40 of a-z, 0-9 and -",
                        file.id.value
                    ),
                );
            }
            if let Some(first) = lines_by_id.insert(file.id.value.clone(), file.id.line) {
                self.report(
                    file.id.line,
                    format!(
                        "the mistake `{}` has the same id as the one on line {first}: \
                         give it its own",
                        file.id.value
                    ),
                );
            }
            for program in &file.programs {
                if let Some(first) = lines_by_program.insert(program.value.clone(), program.line) {
                    self.report(
                        program.line,
                        format!(
                            "the program `{}` is already named on line {first}: \
                             a program makes one mistake",
                            program.value
                        ),
                    );
                }
            }
            if file.message.value.matches('`').count() % 2 == 1 {
                self.report(
                    file.message.line,
                    "`message` has an unpaired backtick: code goes between two of them",
                );
            }
            if file.message.value.contains(PRINTED) && file.when.printed.is_none() {
                self.report(
                    file.message.line,
                    format!("`message` quotes {PRINTED}, and `when` has no `printed` to find it"),
                );
            }
            let programs = self.programs(folder.as_ref(), &file.programs);
            mistakes.push(Mistake {
                id: file.id.value,
                message: file.message.value,
                programs,
                condition: self.condition(&file.when),
            });
        }
        if let Some(folder) = &folder {
            folder.report_unused(
                "no mistake in step.toml names this program: \
                 name it under `[[mistake]]` or remove the file",
            );
        }
        mistakes
    }

    fn report(&self, line: u32, message: impl Into<String>) {
        self.diagnostics.report(self.file, line, message);
    }

    fn programs(
        &self,
        folder: Option<&Folder<'_>>,
        names: &[Spanned<String>],
    ) -> Vec<MistakeProgram> {
        let programs = names.iter().filter_map(|name| {
            let file = name.value.clone();
            let Some(folder) = folder.filter(|folder| folder.contains(&file)) else {
                let unused = folder.map(Folder::unused).unwrap_or_default();
                let suggestion = did_you_mean(&file, unused.iter().map(String::as_str));
                self.report(
                    name.line,
                    format!("there is no program `{file}` in the folder mistakes{suggestion}"),
                );
                return None;
            };
            let source = program::read(folder, &file)?;
            Some(MistakeProgram { file, source })
        });
        programs.collect()
    }

    fn condition(&self, when: &WhenFile) -> Condition {
        let outcomes = when.outcomes.iter().filter_map(|kind| self.outcome(kind));
        let outcomes: Vec<&'static str> = outcomes.collect();
        if let Some(received) = &when.received {
            self.check_possible(received, "received", &outcomes, &WITH_RECEIVED);
        }
        if let Some(fault) = when.faults.first() {
            let with_fault = Outcome::FAULTS.map(|(kind, _)| kind);
            self.check_possible(fault, "fault", &outcomes, &with_fault);
        }
        if let Some(exception) = when.exceptions.first() {
            self.check_possible(exception, "exception", &outcomes, &WITH_EXCEPTION);
        }
        if let Some(text) = &when.exception_text {
            self.check_possible(text, "exception_text", &outcomes, &WITH_EXCEPTION_TEXT);
        }
        Condition {
            faults: when
                .faults
                .iter()
                .filter_map(|fault| self.fault(fault, &outcomes))
                .collect(),
            missing: self.missing(when.missing.as_ref(), &outcomes),
            outcomes,
            tests: when
                .tests
                .iter()
                .filter_map(|name| self.test(name))
                .collect(),
            received: self.bytes_regex("received", when.received.as_ref()),
            received_before: self.bytes_regex("received_before", when.received_before.as_ref()),
            exceptions: when
                .exceptions
                .iter()
                .map(|name| name.value.trim().to_owned())
                .collect(),
            exception_text: self.text_regex("exception_text", when.exception_text.as_ref()),
            printed: self.text_regex("printed", when.printed.as_ref()),
            source: self.text_regex("source", when.source.as_ref()),
            source_lacks: self.text_regex("source_lacks", when.source_lacks.as_ref()),
            code: self.text_regex("code", when.code.as_ref()),
            code_lacks: self.text_regex("code_lacks", when.code_lacks.as_ref()),
        }
    }

    fn missing(
        &self,
        kind: Option<&Spanned<String>>,
        outcomes: &[&'static str],
    ) -> Option<MissingKind> {
        let kind = kind?;
        self.check_possible(kind, "missing", outcomes, &WITH_MISSING);
        let known = MissingKind::parse(&kind.value);
        if known.is_none() {
            let names = MissingKind::NAMES.map(|(name, _)| name);
            self.report(
                kind.line,
                format!(
                    "nothing is missing that is called `{}`: it is one of {}",
                    kind.value,
                    names.join(", ")
                ),
            );
        }
        known
    }

    fn fault(&self, name: &Spanned<String>, outcomes: &[&'static str]) -> Option<&'static str> {
        let of_outcomes = Outcome::FAULTS.into_iter();
        let of_outcomes = of_outcomes.filter(|(kind, _)| outcomes.contains(kind));
        let mut faults: Vec<&'static str> = Vec::new();
        for &fault in of_outcomes.flat_map(|(_, faults)| faults) {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        let known = faults.iter().find(|known| **known == name.value).copied();
        if known.is_none() && !faults.is_empty() {
            self.report(
                name.line,
                format!(
                    "there is no fault `{}`: it is one of {}",
                    name.value,
                    faults.join(", ")
                ),
            );
        }
        known
    }

    fn bytes_regex(&self, key: &str, pattern: Option<&Spanned<String>>) -> Option<BytesRegex> {
        let pattern = pattern?;
        // Without Unicode `.` is one byte, and `\xc3` that byte and not the letter Ã.
        let regex = BytesRegexBuilder::new(&pattern.value)
            .unicode(false)
            .build();
        self.regex(key, pattern.line, regex)
    }

    fn text_regex(&self, key: &str, pattern: Option<&Spanned<String>>) -> Option<Regex> {
        let pattern = pattern?;
        let regex = RegexBuilder::new(&pattern.value).multi_line(true).build();
        self.regex(key, pattern.line, regex)
    }

    fn outcome(&self, kind: &Spanned<String>) -> Option<&'static str> {
        let Some(known) = Outcome::KINDS
            .into_iter()
            .find(|known| *known == kind.value)
        else {
            let suggestion = did_you_mean(&kind.value, Outcome::KINDS);
            let advice = if suggestion.is_empty() {
                format!("; the outcomes are {}", Outcome::KINDS.join(", "))
            } else {
                suggestion
            };
            self.report(
                kind.line,
                format!("there is no outcome `{}`{advice}", kind.value),
            );
            return None;
        };
        if NOT_MISTAKES.contains(&known) {
            self.report(
                kind.line,
                format!("the outcome `{known}` is not a mistake: name another"),
            );
        }
        Some(known)
    }

    /// Reports a key that can't match one of the outcomes, because that outcome has no such value.
    fn check_possible(
        &self,
        value: &Spanned<String>,
        key: &str,
        outcomes: &[&'static str],
        possible: &[&str],
    ) {
        for outcome in outcomes
            .iter()
            .filter(|outcome| !possible.contains(outcome))
        {
            self.report(
                value.line,
                format!(
                    "`{key}` never applies to the outcome `{outcome}`, only to {}",
                    possible.join(", ")
                ),
            );
        }
    }

    fn test(&self, name: &Spanned<String>) -> Option<TestId> {
        let tests = self.tests?;
        let test = tests.iter().find(|test| test.name == name.value);
        if test.is_none() {
            let names = tests.iter().map(|test| test.name.as_str());
            self.report(
                name.line,
                format!(
                    "tests.py has no test {:?}{}",
                    name.value,
                    did_you_mean(&name.value, names)
                ),
            );
        }
        test.map(|test| test.id.clone())
    }

    fn regex<T>(&self, key: &str, line: u32, regex: Result<T, regex::Error>) -> Option<T> {
        regex
            .map_err(|error| {
                let text = error.to_string();
                // The lines before the last one draw an arrow at the pattern.
                let reason = text.lines().last().unwrap_or_default();
                let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                let reason = reason.trim_end_matches('.');
                self.report(
                    line,
                    format!("`{key}` is not a valid regular expression: {reason}"),
                );
            })
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_that_is_named_here_exists() {
        for kind in [
            &NOT_MISTAKES[..],
            &WITH_RECEIVED,
            &WITH_MISSING,
            &WITH_EXCEPTION,
            &WITH_EXCEPTION_TEXT,
        ]
        .concat()
        {
            assert!(Outcome::KINDS.contains(&kind), "there is no {kind}");
        }
    }
}

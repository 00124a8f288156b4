//! Mistakes that a course's author foresaw, and how a failed test is known to be one of them.

use std::collections::BTreeMap;
use std::path::Path;

use lesson::{Outcome, PlannedTest, RecognisedMistake, Slug, Source, TestId, TestResult};
use regex::bytes::{Regex as BytesRegex, RegexBuilder as BytesRegexBuilder};
use regex::{Regex, RegexBuilder};

use crate::folder::Folder;
use crate::problem::Found;
use crate::program;
use crate::step_file::{MistakeFile, WhenFile};
use crate::suggestion::did_you_mean;
use crate::toml_table::Placed;

/// A mistake that the author foresaw: what to say, and by what it is known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Mistake {
    /// Its name in `step.toml`.
    pub id: String,
    /// What the learner reads; Markdown's inline code marks are the only markup.
    pub message: String,
    /// Programs that make the mistake; at least one.
    pub programs: Vec<MistakenProgram>,
    when: Condition,
}

/// A program in `mistakes/` that makes a mistake.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MistakenProgram {
    /// Its file's name.
    pub file: String,
    /// The program.
    pub source: Source,
}

/// What must be so for a failed test to be the mistake: all that is given.
#[derive(Debug, Clone)]
struct Condition {
    /// The kind of the outcome is one of these.
    outcomes: Vec<&'static str>,
    /// The test is one of these; any test of the step, where there are none.
    tests: Vec<TestId>,
    /// The received bytes match.
    received: Option<BytesRegex>,
    /// The exception is one of these, with [`NO_EXCEPTION`] for a program that ended without any;
    /// whatever it is, where there are none.
    exceptions: Vec<String>,
    /// The learner's program matches.
    source: Option<Regex>,
    /// The learner's program matches nowhere.
    source_lacks: Option<Regex>,
}

impl Mistake {
    /// What the learner is told, if the result of a test is this mistake.
    pub(crate) fn recognise(
        &self,
        result: &TestResult,
        program: &str,
    ) -> Option<RecognisedMistake> {
        self.when.holds(result, program).then(|| RecognisedMistake {
            id: self.id.clone(),
            message: self.message.clone(),
        })
    }
}

impl Condition {
    fn holds(&self, result: &TestResult, program: &str) -> bool {
        let Self {
            outcomes,
            tests,
            received,
            exceptions,
            source,
            source_lacks,
        } = self;
        outcomes.contains(&result.outcome.kind())
            && (tests.is_empty() || tests.contains(&result.id))
            && received
                .as_ref()
                .is_none_or(|pattern| received_matches(&result.outcome, pattern))
            && (exceptions.is_empty() || {
                let crash = result.outcome.crash();
                let exception = crash.map_or(NO_EXCEPTION, |crash| &crash.exception);
                exceptions.iter().any(|name| name == exception)
            })
            && source
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(program))
            && !source_lacks
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(program))
    }
}

fn received_matches(outcome: &Outcome, pattern: &BytesRegex) -> bool {
    outcome
        .comparison()
        .is_some_and(|reply| pattern.is_match(reply.received.as_bytes()))
}

/// What the mistakes of a step are checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MistakesOf<'a> {
    pub(crate) found: &'a Found,
    /// `step.toml`.
    pub(crate) file: &'a Path,
    /// The step's folder, with `mistakes` in it.
    pub(crate) folder: &'a Folder<'a>,
    /// The step's tests; nothing where they can't be read.
    pub(crate) tests: Option<&'a [PlannedTest]>,
}

/// Outcomes that are nobody's mistake.
const NO_MISTAKES: [&str; 3] = ["passed", "not-run", "test-broken"];
/// Outcomes with the bytes that came.
const WITH_BYTES: [&str; 6] = [
    "closed",
    "incomplete",
    "invalid-byte",
    "wrong-type",
    "wrong-value",
    "extra-bytes",
];
/// What stands for none in the place of an exception's name.
const NO_EXCEPTION: &str = "none";
/// Outcomes with an exception.
const WITH_EXCEPTION: [&str; 2] = ["exited", "crashed"];

impl MistakesOf<'_> {
    /// The checked mistakes; those with a problem are left out.
    pub(crate) fn check(&self, files: Vec<MistakeFile>) -> Vec<Mistake> {
        let folder = self.folder.folder("mistakes");
        let mut lines_by_id = BTreeMap::new();
        let mut lines_by_program = BTreeMap::new();
        let mut mistakes = Vec::new();
        for file in files {
            if Slug::parse(&file.id.value).is_err() {
                self.at(
                    file.id.line,
                    format!(
                        "{:?} is no name for a mistake: use 1 to 40 of a-z, 0-9 and -",
                        file.id.value
                    ),
                );
            }
            if let Some(first) = lines_by_id.insert(file.id.value.clone(), file.id.line) {
                self.at(
                    file.id.line,
                    format!(
                        "the mistake `{}` has the name of the one in line {first}: \
                         give it its own",
                        file.id.value
                    ),
                );
            }
            for program in &file.programs {
                if let Some(first) = lines_by_program.insert(program.value.clone(), program.line) {
                    self.at(
                        program.line,
                        format!(
                            "the program `{}` is named in line {first} already: \
                             a program makes one mistake",
                            program.value
                        ),
                    );
                }
            }
            if file.message.value.matches('`').count() % 2 == 1 {
                self.at(
                    file.message.line,
                    "`message` has a backtick without a partner: code stands between two",
                );
            }
            let programs = self.programs(folder.as_ref(), &file.programs);
            mistakes.push(Mistake {
                id: file.id.value,
                message: file.message.value,
                programs,
                when: self.condition(&file.when),
            });
        }
        if let Some(folder) = &folder {
            folder.end(
                "no mistake in step.toml names this program: \
                 name it under `[[mistake]]` or remove the file",
            );
        }
        mistakes
    }

    fn at(&self, line: u32, sentence: impl Into<String>) {
        self.found.at(self.file, line, sentence);
    }

    fn programs(
        &self,
        folder: Option<&Folder<'_>>,
        names: &[Placed<String>],
    ) -> Vec<MistakenProgram> {
        let programs = names.iter().filter_map(|name| {
            let file = name.value.clone();
            let Some(folder) = folder.filter(|folder| folder.has(&file)) else {
                let unused = folder.map(Folder::unused).unwrap_or_default();
                let suggestion = did_you_mean(&file, unused.iter().map(String::as_str));
                self.at(
                    name.line,
                    format!("there is no program `{file}` in the folder mistakes{suggestion}"),
                );
                return None;
            };
            let source = program::read(folder, &file)?;
            Some(MistakenProgram { file, source })
        });
        programs.collect()
    }

    fn condition(&self, when: &WhenFile) -> Condition {
        let outcomes = when.outcomes.iter().filter_map(|kind| self.outcome(kind));
        let outcomes: Vec<&'static str> = outcomes.collect();
        if let Some(received) = &when.received {
            self.check_known(received, "received", &outcomes, &WITH_BYTES);
        }
        if let Some(exception) = when.exceptions.first() {
            self.check_known(exception, "exception", &outcomes, &WITH_EXCEPTION);
        }
        Condition {
            outcomes,
            tests: when
                .tests
                .iter()
                .filter_map(|name| self.test(name))
                .collect(),
            received: when.received.as_ref().and_then(|pattern| {
                // Bytes are bytes: `.` is any one of them but `\n`, and \xc3 is the byte, not the letter.
                let regex = BytesRegexBuilder::new(&pattern.value)
                    .unicode(false)
                    .build();
                self.regex("received", pattern.line, regex)
            }),
            exceptions: when
                .exceptions
                .iter()
                .map(|name| name.value.trim().to_owned())
                .collect(),
            source: self.source_regex("source", when.source.as_ref()),
            source_lacks: self.source_regex("source_lacks", when.source_lacks.as_ref()),
        }
    }

    fn source_regex(&self, key: &str, pattern: Option<&Placed<String>>) -> Option<Regex> {
        let pattern = pattern?;
        let regex = RegexBuilder::new(&pattern.value).multi_line(true).build();
        self.regex(key, pattern.line, regex)
    }

    fn outcome(&self, kind: &Placed<String>) -> Option<&'static str> {
        let Some(known) = Outcome::KINDS
            .into_iter()
            .find(|known| *known == kind.value)
        else {
            let suggestion = did_you_mean(&kind.value, Outcome::KINDS);
            let advice = if suggestion.is_empty() {
                format!("; there are {}", Outcome::KINDS.join(", "))
            } else {
                suggestion
            };
            self.at(
                kind.line,
                format!("there is no outcome `{}`{advice}", kind.value),
            );
            return None;
        };
        if NO_MISTAKES.contains(&known) {
            self.at(
                kind.line,
                format!("the outcome `{known}` is nobody's mistake: name another"),
            );
        }
        Some(known)
    }

    /// Reports a condition about what one of the outcomes doesn't have: it could never hold.
    fn check_known(
        &self,
        condition: &Placed<String>,
        key: &str,
        outcomes: &[&'static str],
        with: &[&str],
    ) {
        for outcome in outcomes.iter().filter(|outcome| !with.contains(outcome)) {
            self.at(
                condition.line,
                format!(
                    "`{key}` can never hold for the outcome `{outcome}`: only {} have it",
                    with.join(", ")
                ),
            );
        }
    }

    fn test(&self, name: &Placed<String>) -> Option<TestId> {
        let tests = self.tests?;
        let test = tests.iter().find(|test| test.name == name.value);
        if test.is_none() {
            let names = tests.iter().map(|test| test.name.as_str());
            self.at(
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
                // The last line says what is wrong; those before draw an arrow.
                let reason = text.lines().last().unwrap_or_default();
                let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                let reason = reason.trim_end_matches('.');
                self.at(line, format!("`{key}` is no regular expression: {reason}"));
            })
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_that_is_named_here_exists() {
        for kind in [&NO_MISTAKES[..], &WITH_BYTES, &WITH_EXCEPTION].concat() {
            assert!(Outcome::KINDS.contains(&kind), "there is no {kind}");
        }
    }
}

//! The words of a course that are explained where a text first uses them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use html_escape::encode_text;
use regex::{Regex, RegexBuilder};

use crate::course_file::TermFile;
use crate::problem::Diagnostics;

/// The terms of a course.
#[derive(Debug, Default)]
pub(crate) struct Glossary {
    terms: Vec<Term>,
    /// The term that each form belongs to, in small letters.
    by_form: BTreeMap<String, usize>,
    /// Any form, the longest first; `None` where there is no term.
    pattern: Option<Regex>,
    /// The terms that a text has explained.
    used: RefCell<BTreeSet<usize>>,
}

#[derive(Debug)]
struct Term {
    name: String,
    line: u32,
    /// The ways in which texts write it.
    forms: Vec<String>,
    meaning_html: String,
}

/// A term that a text uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoundTerm {
    /// Its number in the glossary.
    pub(crate) index: usize,
    /// Where it begins in the text, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
}

impl Glossary {
    /// The glossary that `course.toml` has; a form that two terms share is reported.
    pub(crate) fn new(diagnostics: &Diagnostics, file: &Path, written: Vec<TermFile>) -> Self {
        let mut glossary = Self::default();
        for (index, term) in written.into_iter().enumerate() {
            let mut forms = vec![term.name.clone()];
            forms.extend(term.forms);
            for form in &forms {
                if let Some(first) = glossary.by_form.insert(form.to_lowercase(), index) {
                    let first = glossary
                        .terms
                        .get(first)
                        .map_or(term.line, |term| term.line);
                    diagnostics.report(
                        file,
                        term.line,
                        format!("the term `{form}` is already explained on line {first}"),
                    );
                }
            }
            glossary.terms.push(Term {
                name: term.name,
                line: term.line,
                forms,
                meaning_html: to_html(&term.meaning),
            });
        }
        glossary.pattern = pattern_of(&glossary.terms);
        glossary
    }

    /// The terms in a text, in order.
    pub(crate) fn find(&self, text: &str) -> Vec<FoundTerm> {
        let Some(pattern) = &self.pattern else {
            return Vec::new();
        };
        let found = pattern.find_iter(text).filter_map(|found| {
            let index = *self.by_form.get(&found.as_str().to_lowercase())?;
            self.is_written_so(index, found.as_str())
                .then(|| FoundTerm {
                    index,
                    start: found.start(),
                    end: found.end(),
                })
        });
        found.collect()
    }

    /// What a term means, as safe HTML.
    pub(crate) fn explain(&self, index: usize) -> &str {
        self.used.borrow_mut().insert(index);
        self.terms.get(index).map_or("", |term| &term.meaning_html)
    }

    /// Reports the terms that no text uses.
    pub(crate) fn report_unused(&self, diagnostics: &Diagnostics, file: &Path) {
        let used = self.used.borrow();
        for (index, term) in self.terms.iter().enumerate() {
            if !used.contains(&index) {
                diagnostics.report(
                    file,
                    term.line,
                    format!(
                        "no introduction or instructions use the term `{}` outside of headings, \
                         tables, links, code and bold words: remove it, or give it the `forms` in \
                         which the texts write it",
                        term.name
                    ),
                );
            }
        }
    }

    /// A form with capitals, as in RESP, stands for nothing else; others may begin a sentence.
    fn is_written_so(&self, index: usize, written: &str) -> bool {
        let has_capitals = |form: &str| form.chars().any(char::is_uppercase);
        self.terms.get(index).is_some_and(|term| {
            term.forms
                .iter()
                .filter(|form| form.to_lowercase() == written.to_lowercase())
                .any(|form| form == written || !has_capitals(form))
        })
    }
}

fn pattern_of(terms: &[Term]) -> Option<Regex> {
    let mut forms: Vec<&String> = terms.iter().flat_map(|term| &term.forms).collect();
    if forms.is_empty() {
        return None;
    }
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    let alternatives: Vec<String> = forms.into_iter().map(|form| whole_words(form)).collect();
    RegexBuilder::new(&alternatives.join("|"))
        .case_insensitive(true)
        .build()
        .ok()
}

/// The pattern of a form. Scripts without capitals often have no blanks between words, or put
/// letters before them.
fn whole_words(form: &str) -> String {
    let edge = |letter: Option<char>| match letter {
        Some(letter) if letter.is_lowercase() || letter.is_uppercase() => r"\b",
        _ => "",
    };
    let (first, last) = (form.chars().next(), form.chars().last());
    format!("{}{}{}", edge(first), regex::escape(form), edge(last))
}

/// Plain text with code in backticks.
fn to_html(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(number, part)| {
        let part = encode_text(part);
        match number % 2 {
            0 => part.into_owned(),
            _ => format!("<code>{part}</code>"),
        }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary(terms: &[(&str, &[&str])]) -> Glossary {
        let written = (1..).zip(terms).map(|(line, (name, forms))| TermFile {
            name: (*name).to_owned(),
            forms: forms.iter().map(|form| (*form).to_owned()).collect(),
            meaning: "a `thing` < another".to_owned(),
            line,
        });
        let diagnostics = Diagnostics::default();
        Glossary::new(&diagnostics, Path::new("course.toml"), written.collect())
    }

    #[track_caller]
    fn check(terms: &[(&str, &[&str])], text: &str, expected: &[&str]) {
        let found = glossary(terms).find(text);
        let found: Vec<&str> = found.iter().map(|f| &text[f.start..f.end]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn terms_are_whole_words_and_the_longest_counts() {
        let terms: &[(&str, &[&str])] = &[("string", &[]), ("bulk string", &["bulk strings"])];
        check(
            terms,
            "Bulk strings are no strings, a string is, and a bulk\u{a0}string",
            &["Bulk strings", "string", "string"],
        );
    }

    #[test]
    fn a_term_with_capitals_is_written_so() {
        check(&[("RESP", &[])], "resp, Resp, RESP and RESP3", &["RESP"]);
    }

    #[test]
    fn scripts_without_capitals_need_no_word_boundary() {
        check(&[("缓存", &[])], "这是缓存服务器", &["缓存"]);
        check(&[("שרת", &[])], "בשרת שלנו", &["שרת"]);
        check(
            &[("хранилище", &[])],
            "Хранилище, хранилищем",
            &["Хранилище"],
        );
    }

    #[test]
    fn a_meaning_is_plain_text_with_code() {
        let glossary = glossary(&[("x", &[])]);
        assert_eq!(glossary.explain(0), "a <code>thing</code> &lt; another");
    }
}

//! A TOML table read key by key, so that every wrong key is reported with its line and not only the
//! first one, as serde would.

use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::rc::Rc;

use toml::de::{DeTable, DeValue};

use protocol::with_article;

use crate::line_index::LineIndex;
use crate::plain_text::markdown_in;
use crate::problem::Diagnostics;
use crate::suggestion::did_you_mean;

/// A value and the line where it begins; for a multi-line string, the first line of its content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) line: u32,
}

/// A value as the parser gives it, with its byte offsets.
type RawValue<'a> = toml::Spanned<DeValue<'a>>;

/// A table whose keys are taken out one by one; [`Table::report_unused`] reports the rest.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    document: Document<'a>,
    line: u32,
    /// What messages call the table, as in `a step`.
    noun: &'static str,
    values: DeTable<'a>,
    known_keys: Vec<&'static str>,
}

/// The file that a table comes from.
#[derive(Debug, Clone)]
struct Document<'a> {
    file: &'a Path,
    text: &'a str,
    line_index: Rc<LineIndex>,
    diagnostics: &'a Diagnostics,
}

impl<'a> Table<'a> {
    /// Parses a whole file; reports every syntax error.
    pub(crate) fn parse(
        diagnostics: &'a Diagnostics,
        file: &'a Path,
        text: &'a str,
        noun: &'static str,
    ) -> Option<Self> {
        let document = Document {
            file,
            text,
            line_index: Rc::new(LineIndex::new(text)),
            diagnostics,
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let offset = error.span().map_or(0, |span| span.start);
            document.report(
                document.line(offset),
                format!("this is not TOML: {}", error.message().replace('\n', ", ")),
            );
        }
        errors.is_empty().then(|| Self {
            document,
            line: 1,
            noun,
            values: table.into_inner(),
            known_keys: Vec::new(),
        })
    }

    /// The line where the table begins.
    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    /// A required string.
    pub(crate) fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let value = self.take_required(key)?;
        self.document.string(key, &value)
    }

    /// An optional string.
    pub(crate) fn optional_string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let value = self.take(key)?;
        self.document.string(key, &value)
    }

    /// A required string without line breaks, trimmed.
    pub(crate) fn single_line(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let text = self.string(key)?;
        let trimmed = text.value.trim();
        if trimmed.contains(['\n', '\r']) {
            self.document
                .report(text.line, format!("`{key}` must be on one line"));
            return None;
        }
        if let Some(markdown) = markdown_in(trimmed) {
            let problem = format!(
                "`{key}` is plain text, with code in backticks: `{markdown}` would be shown as it is"
            );
            self.document.report(text.line, problem);
        }
        Some(Spanned {
            value: trimmed.to_owned(),
            line: text.line,
        })
    }

    /// A required string or list of strings; an empty list is a problem.
    pub(crate) fn strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        let value = self.take_required(key);
        value.map_or_else(Vec::new, |value| self.document.strings(key, &value))
    }

    /// An optional string or list of strings; an empty list is a problem, no key is none.
    pub(crate) fn optional_strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        let value = self.take(key);
        value.map_or_else(Vec::new, |value| self.document.strings(key, &value))
    }

    /// A required whole number.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        allowed: &RangeInclusive<u16>,
    ) -> Option<Spanned<u16>> {
        let value = self.take_required(key)?;
        let line = self.document.line(value.span().start);
        let value = self.document.number(key, allowed, &value)?;
        Some(Spanned { value, line })
    }

    /// Two required whole numbers, as in `[10, 20]`, the smaller one first.
    pub(crate) fn number_pair(
        &mut self,
        key: &'static str,
        allowed: &RangeInclusive<u16>,
    ) -> Option<(u16, u16)> {
        let value = self.take_required(key)?;
        let line = self.document.line(value.span().start);
        let Some([from, to]) = value.get_ref().as_array().map(|array| &**array) else {
            self.document.report(
                line,
                format!("`{key}` must be two numbers in brackets, as in `{key} = [10, 20]`"),
            );
            return None;
        };
        let from = self.document.number(key, allowed, from);
        let to = self.document.number(key, allowed, to);
        let (from, to) = (from?, to?);
        if from > to {
            self.document.report(
                line,
                format!("`{key}` goes from {from} down to {to}: write the smaller number first"),
            );
            return None;
        }
        Some((from, to))
    }

    /// A required table, as in `[mistake.when]`.
    pub(crate) fn table(&mut self, key: &'static str, noun: &'static str) -> Option<Table<'a>> {
        let value = self.take_required(key)?;
        self.document.table(key, noun, value)
    }

    /// An array of tables, as under `[[hint]]`; it may be absent.
    pub(crate) fn tables(&mut self, key: &'static str, noun: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let line = self.document.line(value.span().start);
        match value.into_inner() {
            DeValue::Array(items) => items
                .into_iter()
                .filter_map(|item| self.document.table(key, noun, item))
                .collect(),
            other => {
                self.document.report(
                    line,
                    format!(
                        "`{key}` must be written as `[[{key}]]`, once for each; here it is {}",
                        with_article(other.type_str())
                    ),
                );
                Vec::new()
            }
        }
    }

    /// Reports every key that was not asked for.
    pub(crate) fn report_unused(self) {
        for key in self.values.keys() {
            let name = key.get_ref();
            let suggestion = did_you_mean(name, self.known_keys.iter().copied());
            let advice = if suggestion.is_empty() {
                format!("; it can have {}", self.known_keys.join(", "))
            } else {
                suggestion
            };
            self.document.report(
                self.document.line(key.span().start),
                format!("{} has no key `{name}`{advice}", self.noun),
            );
        }
    }

    fn take(&mut self, key: &'static str) -> Option<RawValue<'a>> {
        self.known_keys.push(key);
        self.values.remove(key)
    }

    fn take_required(&mut self, key: &'static str) -> Option<RawValue<'a>> {
        let value = self.take(key);
        if value.is_none() {
            self.document.report(
                self.line,
                format!("{} needs the key `{key}`, which is missing", self.noun),
            );
        }
        value
    }
}

impl<'a> Document<'a> {
    fn report(&self, line: u32, message: impl Into<String>) {
        self.diagnostics.report(self.file, line, message);
    }

    fn line(&self, offset: usize) -> u32 {
        self.line_index.line(offset)
    }

    /// The line where a value's content begins. TOML drops a line break right after `"""`.
    fn content_line(&self, span: Range<usize>) -> u32 {
        let raw = self.text.get(span.clone()).unwrap_or_default();
        let starts_on_next_line = ["\"\"\"", "'''"].iter().any(|quotes| {
            raw.strip_prefix(quotes)
                .is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
        });
        self.line(span.start) + u32::from(starts_on_next_line)
    }

    fn string(&self, key: &str, value: &RawValue<'_>) -> Option<Spanned<String>> {
        let line = self.content_line(value.span());
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.report(line, format!("`{key}` is empty: fill it in or remove it"));
                None
            }
            DeValue::String(text) => Some(Spanned {
                value: text.clone().into_owned(),
                line,
            }),
            other => {
                self.report(
                    line,
                    format!(
                        "`{key}` must be a string in quotes, not {}",
                        with_article(other.type_str())
                    ),
                );
                None
            }
        }
    }

    fn strings(&self, key: &str, value: &RawValue<'_>) -> Vec<Spanned<String>> {
        match value.get_ref() {
            DeValue::Array(items) if items.is_empty() => {
                self.report(
                    self.line(value.span().start),
                    format!("`{key}` is an empty list: name at least one"),
                );
                Vec::new()
            }
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| self.string(key, item))
                .collect(),
            _ => self.string(key, value).into_iter().collect(),
        }
    }

    fn number(
        &self,
        key: &str,
        allowed: &RangeInclusive<u16>,
        value: &RawValue<'_>,
    ) -> Option<u16> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|integer| u16::from_str_radix(integer.as_str(), integer.radix()).ok())
            .filter(|number| allowed.contains(number));
        if number.is_none() {
            self.report(
                self.line(value.span().start),
                format!(
                    "`{key}` must be a whole number from {} to {}",
                    allowed.start(),
                    allowed.end()
                ),
            );
        }
        number
    }

    fn table(&self, key: &str, noun: &'static str, value: RawValue<'a>) -> Option<Table<'a>> {
        let line = self.line(value.span().start);
        match value.into_inner() {
            DeValue::Table(values) => Some(Table {
                document: self.clone(),
                line,
                noun,
                values,
                known_keys: Vec::new(),
            }),
            other => {
                self.report(
                    line,
                    format!(
                        "`{key}` must be a table with keys of its own, not {}",
                        with_article(other.type_str())
                    ),
                );
                None
            }
        }
    }
}

//! A TOML table read key by key, so that every wrong key is reported with its line, and not only
//! the first.

use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::lines::Lines;
use crate::problem::Found;
use crate::suggestion::did_you_mean;

/// A value and the line where it begins; for a text of several lines, its first line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) line: u32,
}

/// A table whose keys are taken out one by one; [`Table::end`] reports those that are left.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    document: Document<'a>,
    line: u32,
    /// How sentences name the table, as in `a step`.
    noun: &'static str,
    values: DeTable<'a>,
    known: Vec<&'static str>,
}

#[derive(Debug, Clone)]
struct Document<'a> {
    file: &'a Path,
    text: &'a str,
    lines: Rc<Lines>,
    found: &'a Found,
}

impl<'a> Document<'a> {
    fn line(&self, at: usize) -> u32 {
        self.lines.at(at)
    }

    /// The line where the content of a value begins: after `"""`, that is the next one.
    fn first_line(&self, span: Range<usize>) -> u32 {
        let raw = self.text.get(span.clone()).unwrap_or_default();
        let opens_with_line_end = ["\"\"\"", "'''"].iter().any(|quotes| {
            raw.strip_prefix(quotes)
                .is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
        });
        self.line(span.start) + u32::from(opens_with_line_end)
    }

    fn at(&self, line: u32, sentence: impl Into<String>) {
        self.found.at(self.file, line, sentence);
    }

    fn text_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Placed<String>> {
        let line = self.first_line(value.span());
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.at(line, format!("`{key}` is empty: write it or take it out"));
                None
            }
            DeValue::String(text) => Some(Placed {
                value: text.clone().into_owned(),
                line,
            }),
            other => {
                self.at(
                    line,
                    format!(
                        "`{key}` must be a text in quotes, not {}",
                        with_article(other.type_str())
                    ),
                );
                None
            }
        }
    }

    fn number_of(
        &self,
        key: &str,
        range: &RangeInclusive<u16>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<u16> {
        let number = value.get_ref().as_integer().and_then(|integer| {
            let digits = integer.as_str();
            u16::from_str_radix(digits, integer.radix()).ok()
        });
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.at(
                self.line(value.span().start),
                format!(
                    "`{key}` must be a whole number from {} to {}",
                    range.start(),
                    range.end()
                ),
            );
        }
        number
    }
}

impl<'a> Table<'a> {
    /// Reads a whole file; nothing but its problems where it isn't TOML.
    pub(crate) fn parse(
        found: &'a Found,
        file: &'a Path,
        text: &'a str,
        noun: &'static str,
    ) -> Option<Self> {
        let document = Document {
            file,
            text,
            lines: Rc::new(Lines::of(text)),
            found,
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            document.at(
                document.line(at),
                format!("this is not TOML: {}", error.message().replace('\n', ", ")),
            );
        }
        errors.is_empty().then(|| Self {
            document,
            line: 1,
            noun,
            values: table.into_inner(),
            known: Vec::new(),
        })
    }

    /// The line where the table begins.
    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.values.remove(key)
    }

    fn take_required(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        let value = self.take(key);
        if value.is_none() {
            self.document.at(
                self.line,
                format!("{} needs the key `{key}`, which is missing", self.noun),
            );
        }
        value
    }

    /// A text that may be absent.
    pub(crate) fn optional_text(&mut self, key: &'static str) -> Option<Placed<String>> {
        let value = self.take(key)?;
        self.document.text_of(key, &value)
    }

    /// A text that must be there.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Placed<String>> {
        let value = self.take_required(key)?;
        self.document.text_of(key, &value)
    }

    /// A text that must be there and stand on one line.
    pub(crate) fn line_of_text(&mut self, key: &'static str) -> Option<Placed<String>> {
        let text = self.text(key)?;
        let trimmed = text.value.trim();
        if trimmed.contains(['\n', '\r']) {
            self.document
                .at(text.line, format!("`{key}` must stand on one line"));
            return None;
        }
        Some(Placed {
            value: trimmed.to_owned(),
            line: text.line,
        })
    }

    /// A whole number that must be there.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        range: &RangeInclusive<u16>,
    ) -> Option<Placed<u16>> {
        let value = self.take_required(key)?;
        let line = self.document.line(value.span().start);
        let value = self.document.number_of(key, range, &value)?;
        Some(Placed { value, line })
    }

    /// Two whole numbers that must be there, the smaller first.
    pub(crate) fn numbers_from_to(
        &mut self,
        key: &'static str,
        range: &RangeInclusive<u16>,
    ) -> Option<(u16, u16)> {
        let value = self.take_required(key)?;
        let line = self.document.line(value.span().start);
        let Some([from, to]) = value.get_ref().as_array().map(|array| &**array) else {
            self.document.at(
                line,
                format!("`{key}` must be two numbers in brackets, as in `{key} = [10, 20]`"),
            );
            return None;
        };
        let from = self.document.number_of(key, range, from);
        let to = self.document.number_of(key, range, to);
        let (from, to) = (from?, to?);
        if from > to {
            self.document.at(
                line,
                format!("`{key}` goes from {from} down to {to}: write the smaller number first"),
            );
            return None;
        }
        Some((from, to))
    }

    /// A text, or a list of texts: one at the least, if the key is there at all.
    pub(crate) fn optional_texts(&mut self, key: &'static str) -> Option<Vec<Placed<String>>> {
        let value = self.take(key)?;
        Some(self.texts_of(key, &value))
    }

    /// A text, or a list of texts: one at the least.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<Placed<String>> {
        let value = self.take_required(key);
        value.map_or_else(Vec::new, |value| self.texts_of(key, &value))
    }

    fn texts_of(&self, key: &str, value: &Spanned<DeValue<'a>>) -> Vec<Placed<String>> {
        let document = &self.document;
        match value.get_ref() {
            DeValue::Array(items) if items.is_empty() => {
                document.at(
                    document.line(value.span().start),
                    format!("`{key}` is an empty list: name one at the least"),
                );
                Vec::new()
            }
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| document.text_of(key, item))
                .collect(),
            _ => document.text_of(key, value).into_iter().collect(),
        }
    }

    /// A table of its own, as in `[mistake.when]`.
    pub(crate) fn table(&mut self, key: &'static str, noun: &'static str) -> Option<Table<'a>> {
        let value = self.take_required(key)?;
        self.table_of(key, noun, value)
    }

    /// Tables in order, as under `[[hint]]`; there may be none.
    pub(crate) fn tables(&mut self, key: &'static str, noun: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let line = self.document.line(value.span().start);
        match value.into_inner() {
            DeValue::Array(items) => items
                .into_iter()
                .filter_map(|item| self.table_of(key, noun, item))
                .collect(),
            other => {
                self.document.at(
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

    fn table_of(
        &self,
        key: &str,
        noun: &'static str,
        value: Spanned<DeValue<'a>>,
    ) -> Option<Table<'a>> {
        let line = self.document.line(value.span().start);
        match value.into_inner() {
            DeValue::Table(values) => Some(Table {
                document: self.document.clone(),
                line,
                noun,
                values,
                known: Vec::new(),
            }),
            other => {
                self.document.at(
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

    /// Reports every key that nobody asked for.
    pub(crate) fn end(self) {
        for key in self.values.keys() {
            let name = key.get_ref();
            let suggestion = did_you_mean(name, self.known.iter().copied());
            let advice = if suggestion.is_empty() {
                format!("; it can have {}", self.known.join(", "))
            } else {
                suggestion
            };
            self.document.at(
                self.document.line(key.span().start),
                format!("{} has no key `{name}`{advice}", self.noun),
            );
        }
    }
}

fn with_article(noun: &str) -> String {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        format!("an {noun}")
    } else {
        format!("a {noun}")
    }
}

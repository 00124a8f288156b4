//! The path that the whole site is under.

use std::str::FromStr;
use std::sync::Arc;

use leptos::prelude::use_context;
use protocol::{CourseId, StepId};

use crate::browser;

/// The path that the whole site is under, as in `/learn`; empty where it has its name for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasePath(Arc<str>);

/// What the site's own paths begin with.
const TAKEN: [&str; 6] = ["api", "courses", "healthz", "pkg", "readyz", "startupz"];

impl FromStr for BasePath {
    type Err = ();

    /// A path of unreserved characters (RFC 3986), with a slash before each of its parts. One at its end
    /// changes nothing.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let Some(parts) = text.strip_prefix('/') else {
            return if text.is_empty() {
                Ok(Self::default())
            } else {
                Err(())
            };
        };
        let is_unreserved = |letter: char| {
            letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_' | '~')
        };
        // With these the paths below it would have two meanings.
        let first = parts.split('/').next().unwrap_or_default();
        if TAKEN.contains(&first) {
            return Err(());
        }
        let is_part =
            |part: &str| !matches!(part, "" | "." | "..") && part.chars().all(is_unreserved);
        match parts.split('/').all(is_part) {
            true => Ok(Self(text.into())),
            false => Err(()),
        }
    }
}

impl BasePath {
    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows it in a path, with its slash; `None` where the path is not below it.
    pub fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&*self.0)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// That of the page that is being rendered, or shown: the document's shell has it for the browser.
    pub(crate) fn of_page() -> Self {
        use_context().unwrap_or_else(|| {
            let written = browser::root_attribute("data-base-path");
            Self(written.unwrap_or_default().into())
        })
    }
}

/// The address of a path of the site, as a link has it.
pub(crate) fn address_of(path: &str) -> String {
    format!("{}{path}", BasePath::of_page().as_str())
}

/// The address of a course's page.
pub(crate) fn course_address(course: &CourseId) -> String {
    address_of(&format!("/courses/{course}"))
}

/// The address of a step's page.
pub(crate) fn step_address(course: &CourseId, step: &StepId) -> String {
    address_of(&format!("/courses/{course}/{step}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_has_a_slash_before_each_part() {
        for (text, expected) in [
            ("", Some("")),
            ("/", Some("")),
            ("/learn", Some("/learn")),
            ("/it/code-along/", Some("/it/code-along")),
            ("learn", None),
            ("//learn", None),
            ("/learn//", None),
            ("/a b", None),
            ("/..", None),
            ("/courses", None),
            ("/api/learn", None),
            ("/learn/courses", Some("/learn/courses")),
            ("https://school.example/learn", None),
        ] {
            let parsed = BasePath::from_str(text);
            assert_eq!(
                parsed.as_ref().ok().map(BasePath::as_str),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn only_whole_parts_are_below_it() {
        let base = BasePath::from_str("/learn").unwrap();
        assert_eq!(base.strip("/learn"), Some(""));
        assert_eq!(base.strip("/learn/courses"), Some("/courses"));
        assert_eq!(base.strip("/learning"), None);
        assert_eq!(base.strip("/courses"), None);
        assert_eq!(BasePath::default().strip("/courses"), Some("/courses"));
    }
}

//! The targets of links and images, or why they have none.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::{CourseId, StepId};
use regex::Regex;

use crate::folder::Folder;
use crate::glossary::Glossary;
use crate::suggestion::did_you_mean;

/// What a text is rendered with: what its links lead to, and the words that are explained in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextContext<'a> {
    pub(crate) kind: DocKind,
    /// The folder of the text's file.
    pub(crate) folder: &'a Folder<'a>,
    pub(crate) course: &'a CourseId,
    /// All steps of the course, in order.
    pub(crate) steps: &'a [StepId],
    pub(crate) glossary: &'a Glossary,
}

/// What a text is for, and so on which page it appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocKind {
    /// `introduction.md`, on the course's page.
    Introduction,
    /// `instructions.md`, on the step's page.
    Instructions,
    /// A hint, on the step's page beside the instructions.
    Hint,
    /// `solution.md`, on the step's page beside the solution.
    Explanation,
    /// `sheet.md`, on the page of each step.
    Sheet,
}

/// The target of a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The URL of another site.
    External(String),
    /// A step of the course, as an address relative to the page.
    Step(String),
    /// The name of a heading in the same text.
    Heading(String),
}

impl TextContext<'_> {
    /// Resolves a link, or says what is wrong with it.
    pub(super) fn link(&self, address: &str) -> Result<Target, String> {
        if let Some(name) = address.strip_prefix('#') {
            return Ok(Target::Heading(name.to_lowercase()));
        }
        if address.starts_with("https://") || address.starts_with("http://") {
            return match ammonia::Url::parse(address) {
                Ok(url) if url.has_host() => Ok(Target::External(address.to_owned())),
                _ => Err(format!("the link's address {address:?} can't be read")),
            };
        }
        if address.contains(':') || address.starts_with('/') || address.is_empty() {
            return Err(format!(
                "the link leads to {address:?}: \
                 it must begin with https://, name a step's folder as in {}, or be a #heading",
                self.example()
            ));
        }
        let name = match self.kind {
            DocKind::Introduction | DocKind::Sheet => {
                Some(address.strip_prefix("./").unwrap_or(address))
            }
            DocKind::Instructions | DocKind::Hint | DocKind::Explanation => {
                address.strip_prefix("../")
            }
        };
        let name = name.unwrap_or(address);
        let name = name.strip_suffix("instructions.md").unwrap_or(name);
        let name = name.strip_suffix('/').unwrap_or(name);
        let step = self.steps.iter().find(|step| step.as_str() == name);
        match (self.kind, step) {
            // A step's page is `COURSE/STEP`: from there a bare name leads to another step.
            (DocKind::Introduction, Some(step)) => {
                Ok(Target::Step(format!("{}/{step}", self.course)))
            }
            (DocKind::Sheet, Some(step)) => Ok(Target::Step(step.to_string())),
            (_, Some(step)) if address.starts_with("../") => Ok(Target::Step(step.to_string())),
            _ if self.folder.contains(address) => Err(format!(
                "the link leads to the file {address:?}, which no page serves: \
                 only steps can be linked, as in {}, and images shown",
                self.example()
            )),
            _ => Err(format!(
                "the link leads to {address:?}, which is neither a step nor a site: \
                 write https://… or a step's folder as in {}{}",
                self.example(),
                did_you_mean(name, self.steps.iter().map(StepId::as_str))
            )),
        }
    }

    fn example(&self) -> String {
        let step = self.steps.first().map_or("ping", StepId::as_str);
        match self.kind {
            DocKind::Introduction | DocKind::Sheet => format!("{step}/"),
            DocKind::Instructions | DocKind::Hint | DocKind::Explanation => format!("../{step}/"),
        }
    }

    /// The image as a `data:` URL, or what is wrong with it. Images are small and few: embedded,
    /// they need no route and can't go missing.
    pub(super) fn image(&self, address: &str) -> Result<String, String> {
        let subtype = address.rsplit_once('.').and_then(|(_, extension)| {
            Some(match extension {
                "png" => "png",
                "jpg" | "jpeg" => "jpeg",
                "gif" => "gif",
                "webp" => "webp",
                "svg" => "svg+xml",
                _ => return None,
            })
        });
        if address.contains('/') {
            return Err(format!(
                "the image {address:?} is not beside the text: \
                 put it in the same folder and give only its file name"
            ));
        }
        let Some(subtype) = subtype else {
            return Err(format!(
                "the image {address:?} is not a .png, .jpg, .gif, .webp or .svg"
            ));
        };
        if !self.folder.contains(address) {
            let unused = self.folder.unused();
            return Err(format!(
                "the image {address:?} is missing from the text's folder{}",
                did_you_mean(address, unused.iter().map(String::as_str))
            ));
        }
        // The folder has reported a file that it can't read.
        let bytes = self.folder.image(address).unwrap_or_default();
        Ok(format!(
            "data:image/{subtype};base64,{}",
            STANDARD.encode(bytes)
        ))
    }
}

/// Whether raw HTML contains a link or an image.
pub(super) fn is_in_html(html: &str) -> bool {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)<(a|img|picture|source|svg)\b").expect("the pattern is a constant")
    });
    LINK.is_match(html)
}

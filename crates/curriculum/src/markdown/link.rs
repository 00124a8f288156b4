//! Links and pictures: where each leads, or why it leads nowhere.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use html_escape::encode_double_quoted_attribute;
use lesson::{CourseId, StepId};
use regex::Regex;

use crate::folder::Folder;
use crate::suggestion::did_you_mean;

/// What stands before every heading's name on the page, where other parts have names too.
pub(super) const ANCHOR_PREFIX: &str = "text-";

/// What a text stands among: the files beside it and the steps that it can link to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// What the text is.
    pub(crate) place: Place,
    /// The folder of its file.
    pub(crate) folder: &'a Folder<'a>,
    /// Its course.
    pub(crate) course: &'a CourseId,
    /// The course's steps.
    pub(crate) steps: &'a [StepId],
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `introduction.md`, on the course's page.
    Introduction,
    /// `instructions.md`, on a step's page.
    Instructions,
    /// A hint, on a step's page beside the instructions.
    Hint,
}

/// Where a link leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To another site.
    Site(String),
    /// To a step of the course, by an address relative to the page.
    Step(String),
    /// To a heading of the same text.
    Heading(String),
}

impl Surroundings<'_> {
    /// Where a link leads, or a sentence about what is wrong with it.
    pub(super) fn link(&self, address: &str) -> Result<Target, String> {
        if let Some(name) = address.strip_prefix('#') {
            return Ok(Target::Heading(name.to_lowercase()));
        }
        if address.starts_with("https://") || address.starts_with("http://") {
            return match ammonia::Url::parse(address) {
                Ok(url) if url.has_host() => Ok(Target::Site(address.to_owned())),
                _ => Err(format!("the link's address {address:?} can't be read")),
            };
        }
        if address.contains(':') || address.starts_with('/') || address.is_empty() {
            return Err(format!(
                "the link leads to {address:?}: \
                 it must begin with https://, name a step's folder as in {}, or a #heading",
                self.example()
            ));
        }
        let name = match self.place {
            Place::Introduction => Some(address.strip_prefix("./").unwrap_or(address)),
            Place::Instructions | Place::Hint => address.strip_prefix("../"),
        };
        let name = name.unwrap_or(address);
        let name = name.strip_suffix("instructions.md").unwrap_or(name);
        let name = name.strip_suffix('/').unwrap_or(name);
        let step = self.steps.iter().find(|step| step.as_str() == name);
        match (self.place, step) {
            // A step's page is `COURSE/STEP`, so that a bare name leads to its neighbour.
            (Place::Introduction, Some(step)) => {
                Ok(Target::Step(format!("{}/{step}", self.course)))
            }
            (Place::Instructions | Place::Hint, Some(step)) if address.starts_with("../") => {
                Ok(Target::Step(step.to_string()))
            }
            _ if self.folder.has(address) => Err(format!(
                "the link leads to the file {address:?}, which no page serves: \
                 only steps can be linked, as in {}, and pictures shown",
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
        match self.place {
            Place::Introduction => format!("{step}/"),
            Place::Instructions | Place::Hint => format!("../{step}/"),
        }
    }

    /// The picture itself as an address, or a sentence about what is wrong with it. Pictures are
    /// small and few: carried by the text, they need no route and can't go missing.
    pub(super) fn picture(&self, address: &str) -> Result<String, String> {
        let kind = address.rsplit_once('.').and_then(|(_, ending)| {
            Some(match ending {
                "png" => "png",
                "jpg" | "jpeg" => "jpeg",
                "gif" => "gif",
                "webp" => "webp",
                "svg" => "svg+xml",
                _ => return None,
            })
        });
        if address.contains("://") || address.contains('/') {
            return Err(format!(
                "the picture {address:?} does not lie beside the text: \
                 put it into the same folder and name the file alone"
            ));
        }
        let Some(kind) = kind else {
            return Err(format!(
                "the picture {address:?} is not a .png, .jpg, .gif, .webp or .svg"
            ));
        };
        if !self.folder.has(address) {
            let unused = self.folder.unused();
            return Err(format!(
                "the picture {address:?} is missing beside the text{}",
                did_you_mean(address, unused.iter().map(String::as_str))
            ));
        }
        // What is wrong with the file itself is reported by the folder.
        let bytes = self.folder.picture(address).unwrap_or_default();
        Ok(format!(
            "data:image/{kind};base64,{}",
            STANDARD.encode(bytes)
        ))
    }
}

/// The opening tag of a link to another site. It opens beside the page, which holds an editor.
pub(super) fn external(url: &str) -> String {
    format!(
        "<a href=\"{}\" class=\"external\" target=\"_blank\">",
        encode_double_quoted_attribute(url)
    )
}

/// The opening tag of a link within the course.
pub(super) fn internal(address: &str) -> String {
    format!("<a href=\"{}\">", encode_double_quoted_attribute(address))
}

/// Whether a piece of raw HTML holds a link or a picture.
pub(super) fn is_in_html(html: &str) -> bool {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)<(a|img|picture|source|svg)\b").expect("the pattern is a constant")
    });
    LINK.is_match(html)
}

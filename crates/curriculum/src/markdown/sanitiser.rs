//! The tags, attributes and classes that the HTML of a course may contain.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

const TAGS: [&str; 40] = [
    "a",
    "blockquote",
    "br",
    "button",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

const ATTRIBUTES: [(&str, &[&str]); 9] = [
    ("a", &["href", "target"]),
    ("button", &["aria-describedby", "type"]),
    ("details", &["open"]),
    ("img", &["alt", "src", "title"]),
    ("ol", &["start"]),
    ("th", &["scope"]),
    // Code blocks scroll, so the keyboard must be able to reach them.
    ("pre", &["tabindex"]),
    ("div", &["role", "translate"]),
    ("span", &["id", "role"]),
];

const HEADINGS: [&str; 5] = ["h2", "h3", "h4", "h5", "h6"];

const CELL_CLASSES: [&str; 3] = ["align-left", "align-center", "align-right"];

const CLASSES: [(&str, &[&str]); 9] = [
    ("a", &["external"]),
    ("button", &["term"]),
    (
        "code",
        &[
            "language-python",
            "language-console",
            "language-sh",
            "language-text",
        ],
    ),
    (
        "div",
        &[
            "bytes",
            "callout",
            "callout-note",
            "callout-tip",
            "callout-important",
            "callout-warning",
            "callout-caution",
        ],
    ),
    ("p", &["callout-title"]),
    ("pre", &["code", "session"]),
    (
        "span",
        &[
            "c",
            "d",
            "definition",
            "prompt",
            "syn-com",
            "syn-fn",
            "syn-key",
            "syn-num",
            "syn-str",
            "t",
        ],
    ),
    ("td", &CELL_CLASSES),
    ("th", &CELL_CLASSES),
];

/// Removes everything that is not allowed, scripts and styles including their content.
pub(super) fn clean(html: &str) -> String {
    static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(sanitiser);
    SANITISER.clean(html).to_string()
}

fn sanitiser() -> Builder<'static> {
    fn set(names: &[&'static str]) -> HashSet<&'static str> {
        names.iter().copied().collect()
    }
    let mut attributes: HashMap<_, _> = ATTRIBUTES
        .iter()
        .map(|(tag, names)| (*tag, set(names)))
        .collect();
    attributes.extend(HEADINGS.map(|tag| (tag, set(&["id"]))));
    let classes: HashMap<_, _> = CLASSES
        .iter()
        .map(|(tag, names)| (*tag, set(names)))
        .collect();
    // Without this, translators translate code like any other text.
    let code = ["code", "kbd", "pre"].map(|tag| (tag, HashMap::from([("translate", "no")])));
    let mut sanitiser = Builder::default();
    sanitiser
        .tags(set(&TAGS))
        .tag_attributes(attributes)
        .set_tag_attribute_values(HashMap::from(code))
        .generic_attributes(HashSet::new())
        .allowed_classes(classes)
        .url_schemes(set(&["http", "https", "data"]))
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|tag, attribute, value| match (tag, attribute) {
            ("img", "src") => value.starts_with("data:image/").then(|| value.into()),
            ("a", "href") => (!value.trim().starts_with("data:")).then(|| value.into()),
            ("div", "translate") => (value == "no").then(|| value.into()),
            // No button of a course sends a form, and none takes another's id.
            ("button", "type") => (value == "button").then(|| value.into()),
            ("button", "aria-describedby") | ("span", "id") => {
                value.starts_with("term-").then(|| value.into())
            }
            ("span", "role") => (value == "tooltip").then(|| value.into()),
            ("div", "role") => (value == "note").then(|| value.into()),
            ("pre", "tabindex") => (value == "0").then(|| value.into()),
            _ => Some(value.into()),
        });
    sanitiser
}

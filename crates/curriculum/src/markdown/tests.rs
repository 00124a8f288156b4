//! The HTML that Markdown is rendered to.

use std::fs;

use protocol::{CourseId, StepId};

use super::*;
use crate::course_file::TermFile;
use crate::folder::Folder;
use crate::glossary::Glossary;
use crate::problem::Problems;

/// The text is of a course that explains "bulk string" and RESP.
fn render_as(kind: DocKind, text: &str) -> Result<Rendered, Problems> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("dot.svg"), "<svg/>").unwrap();
    let diagnostics = Diagnostics::default();
    let opened = Folder::open_root(&diagnostics, folder.path()).unwrap();
    let term = |name: &str, forms: &[&str]| TermFile {
        name: name.to_owned(),
        forms: forms.iter().map(|form| (*form).to_owned()).collect(),
        meaning: "`$` and a length".to_owned(),
        line: 1,
    };
    let terms = vec![term("bulk string", &["bulk strings"]), term("RESP", &[])];
    let context = TextContext {
        glossary: &Glossary::new(&diagnostics, Path::new("course.toml"), terms),
        kind,
        folder: &opened,
        course: &CourseId::parse("redis").unwrap(),
        steps: &["listen", "ping"].map(|step| StepId::parse(step).unwrap()),
    };
    let markdown = Markdown {
        file: Path::new("instructions.md"),
        first_line: 1,
        text,
    };
    let rendered = markdown.render(&diagnostics, &context);
    diagnostics.into_result(Some(rendered), folder.path())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    match render_as(DocKind::Instructions, text) {
        Ok(rendered) => assert_eq!(rendered.html.trim_end(), expected),
        Err(problems) => panic!("{problems}"),
    }
}

#[test]
fn the_title_is_dropped_and_headings_begin_at_h2() {
    check("# Title\n\ntext", "<p>text</p>");
    check(
        "text\n\n# One\n\n### Two `x`",
        "<p>text</p>\n<h2 id=\"text-one\">One</h2>\n<h3 id=\"text-two-x\">Two <code translate=\"no\">x</code></h3>",
    );
}

#[test]
fn a_heading_can_be_linked() {
    check(
        "[see](#the-rule-1)\n\n## The *rule*!\n\n## The rule\n",
        "<p><a href=\"#text-the-rule-1\" rel=\"noopener noreferrer\">see</a></p>\n\
         <h2 id=\"text-the-rule\">The <em>rule</em>!</h2>\n\
         <h2 id=\"text-the-rule-1\">The rule</h2>",
    );
}

#[test]
fn a_heading_in_a_hint_has_no_id() {
    let rendered = render_as(DocKind::Hint, "## Shape").unwrap();
    assert_eq!(rendered.html, "<h2>Shape</h2>\n");
}

const EXPLAINED: &str = "<span class=\"definition\" role=\"tooltip\" id=\"term-0\">\
                         <code translate=\"no\">$</code> and a length</span>";

#[test]
fn a_term_is_explained_where_a_text_first_uses_it() {
    check(
        "Two bulk strings & a bulk string.\n\n- A bulk string",
        &format!(
            "<p>Two <button type=\"button\" class=\"term\" aria-describedby=\"term-0\">bulk strings\
             </button>{EXPLAINED} &amp; a bulk string.</p>\n<ul>\n<li>A bulk string</li>\n</ul>"
        ),
    );
}

#[test]
fn a_term_stays_as_it_is_where_its_explanation_would_be_in_the_way() {
    for text in [
        "## A bulk string",
        "| a bulk string |\n| --- |\n| bulk strings |",
        "[a bulk string](../ping/)",
        "![a bulk string](dot.svg)",
        "`a bulk string`",
        "A **bulk string** is told here, and a bulk string is one.",
        "> [!NOTE]\n> A bulk string",
    ] {
        let html = render_as(DocKind::Instructions, text).unwrap().html;
        assert!(!html.contains("term"), "{html}");
    }
    for kind in [DocKind::Hint, DocKind::Explanation, DocKind::Sheet] {
        let html = render_as(kind, "A bulk string").unwrap().html;
        assert_eq!(html, "<p>A bulk string</p>\n");
    }
}

#[test]
fn an_explanation_is_no_word_of_the_text() {
    let count = |text| render_as(DocKind::Instructions, text).unwrap().word_count;
    assert_eq!(count("A bulk string"), 3);
}

#[test]
fn the_headings_of_the_second_level_are_the_contents() {
    let text = "# Title\n\n## The *rule*\n\n### Less\n\n## `GET`\n";
    let headings = render_as(DocKind::Instructions, text).unwrap().headings;
    let headings: Vec<_> = headings
        .iter()
        .map(|heading| (heading.id.as_str(), heading.title.as_str()))
        .collect();
    assert_eq!(
        headings,
        [("text-the-rule", "The rule"), ("text-get", "GET")]
    );
}

#[test]
fn a_link_to_another_site_opens_in_a_new_tab() {
    check(
        "[docs](https://redis.io/?a=1&b=2)",
        "<p><a href=\"https://redis.io/?a=1&amp;b=2\" class=\"external\" target=\"_blank\" \
         rel=\"noopener noreferrer\">docs</a></p>",
    );
}

#[test]
fn a_link_to_a_step_is_relative_to_the_page() {
    let internal = "<p><a href=\"ping\" rel=\"noopener noreferrer\">x</a></p>";
    for address in ["../ping", "../ping/", "../ping/instructions.md"] {
        check(&format!("[x]({address})"), internal);
    }
    let introduction = render_as(DocKind::Introduction, "[x](ping/)").unwrap();
    assert_eq!(
        introduction.html,
        "<p><a href=\"redis/ping\" rel=\"noopener noreferrer\">x</a></p>\n"
    );
}

#[test]
fn an_image_is_embedded() {
    check(
        "![a dot](dot.svg)",
        "<p><img src=\"data:image/svg+xml;base64,PHN2Zy8+\" alt=\"a dot\"></p>",
    );
}

#[test]
fn a_callout_has_its_kind_as_class_and_title() {
    check(
        "> [!WARNING]\n> Mind the *gap*.",
        "<div class=\"callout callout-warning\" role=\"note\">\
         <p class=\"callout-title\">Warning</p>\n<p>Mind the <em>gap</em>.</p>\n</div>",
    );
    check("> said", "<blockquote>\n<p>said</p>\n</blockquote>");
}

#[test]
fn details_are_kept() {
    check(
        "<details><summary>Real Redis</summary>\n\nDoes *more*.\n\n</details>",
        "<details><summary>Real Redis</summary>\n<p>Does <em>more</em>.</p>\n</details>",
    );
}

#[test]
fn a_table_is_aligned_by_class() {
    check(
        "| a | b |\n|---|--:|\n| c | d |",
        "<table><thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"align-right\">b</th>\
         </tr></thead><tbody>\n<tr><td>c</td><td class=\"align-right\">d</td></tr>\n\
         </tbody></table>",
    );
}

#[test]
fn python_is_highlighted() {
    check(
        "```python\nfor x in f(b\"<\\n\", f\"{x}\", 12):  # why\n    pass\n```",
        "<pre class=\"code\" tabindex=\"0\" translate=\"no\"><code class=\"language-python\" translate=\"no\">\
         <span class=\"syn-key\">for</span> x <span class=\"syn-key\">in</span> \
         <span class=\"syn-fn\">f</span>(<span class=\"syn-str\">b\"&lt;\\n\"</span>, \
         <span class=\"syn-str\">f\"</span>{x}<span class=\"syn-str\">\"</span>, \
         <span class=\"syn-num\">12</span>):  <span class=\"syn-com\"># why\n</span>    \
         <span class=\"syn-key\">pass</span>\n</code></pre>",
    );
}

#[test]
fn incomplete_python_is_shown_all_the_same() {
    let rendered = render_as(DocKind::Hint, "```python\ndef f(\n  x = '...\n```").unwrap();
    assert!(rendered.html.contains("def"), "{}", rendered.html);
}

#[test]
fn a_session_has_its_prompts_marked() {
    check(
        "```console\n$ redis-cli\n127.0.0.1:6379> GET a\n\"a > b\"\n```",
        "<pre class=\"session\" tabindex=\"0\" translate=\"no\"><code class=\"language-console\" translate=\"no\">\
         <span class=\"prompt\">$ </span>redis-cli\n\
         <span class=\"prompt\">127.0.0.1:6379&gt; </span>GET a\n\"a &gt; b\"\n</code></pre>",
    );
}

#[test]
fn code_without_a_language_is_plain() {
    check(
        "```\na < b\n```",
        "<pre class=\"code\" tabindex=\"0\" translate=\"no\"><code class=\"language-text\" translate=\"no\">a &lt; b\n</code></pre>",
    );
}

#[test]
fn a_resp_diagram_has_a_cell_for_each_part() {
    check(
        "```resp\n*2\\r\\n$4\\r\\nECHO\\r\\n$4\\r\\na\\r\\nb\\r\\n\n-ERR no\\r\\n$-1\\r\\n\n```",
        "<div class=\"bytes\" translate=\"no\"><span class=\"t\">*2</span><span class=\"c\">\\r\\n</span>\
         <span class=\"t\">$4</span><span class=\"c\">\\r\\n</span><span class=\"d\">ECHO</span>\
         <span class=\"c\">\\r\\n</span><span class=\"t\">$4</span><span class=\"c\">\\r\\n</span>\
         <span class=\"d\">a\\r\\nb</span><span class=\"c\">\\r\\n</span></div>\n\
         <div class=\"bytes\" translate=\"no\"><span class=\"t\">-</span><span class=\"d\">ERR no</span>\
         <span class=\"c\">\\r\\n</span><span class=\"t\">$-1</span><span class=\"c\">\\r\\n</span>\
         </div>",
    );
}

#[test]
fn a_resp_value_may_span_several_rows() {
    check(
        "```resp\n*1\\r\\n\n$0\\r\\n\\r\\n\n```",
        "<div class=\"bytes\" translate=\"no\"><span class=\"t\">*1</span><span class=\"c\">\\r\\n</span></div>\n\
         <div class=\"bytes\" translate=\"no\"><span class=\"t\">$0</span><span class=\"c\">\\r\\n</span>\
         <span class=\"c\">\\r\\n</span></div>",
    );
}

#[test]
fn a_bytes_diagram_may_contain_anything() {
    check(
        "```bytes\nPING\\r\\n$4\\r\\n<h\\xc3\n```",
        "<div class=\"bytes\" translate=\"no\"><span class=\"d\">PING</span><span class=\"c\">\\r\\n</span>\
         <span class=\"d\">$4</span><span class=\"c\">\\r\\n</span>\
         <span class=\"d\">&lt;h\\xc3</span></div>",
    );
}

#[test]
fn harmful_html_is_removed() {
    for (text, expected) in [
        ("a<script>alert(1)</script>b", "<p>ab</p>"),
        ("<style>p { color: red }</style>", ""),
        (
            "<div onclick=\"x()\" style=\"color: red\" class=\"bytes evil\" id=\"x\">a</div>",
            "<div class=\"bytes\">a</div>",
        ),
        ("<iframe src=\"https://x.org\"></iframe>b", "b"),
        (
            "<form action=\"https://x.org\"><input name=\"a\"></form>",
            "",
        ),
        ("<p tabindex=\"5\">a</p>", "<p>a</p>"),
        ("<h1>Title</h1>", "Title"),
        ("<!-- a note -->", ""),
        (
            "<details><summary>a",
            "<details><summary>a</summary></details>",
        ),
    ] {
        check(text, expected);
    }
}

#[test]
fn code_is_never_markup() {
    check(
        "`<script>` and ```` ```resp ````",
        "<p><code translate=\"no\">&lt;script&gt;</code> and <code translate=\"no\">```resp</code></p>",
    );
    check(
        "```bytes\n<script>\n```",
        "<div class=\"bytes\" translate=\"no\"><span class=\"d\">&lt;script&gt;</span></div>",
    );
}

#[test]
fn only_prose_counts_as_words() {
    let text = "# Not this\n\nOne **two**three — `four five`.\n\n- six\n- seven\n\n```\nno\n```\n";
    assert_eq!(
        render_as(DocKind::Instructions, text).unwrap().word_count,
        6
    );
}

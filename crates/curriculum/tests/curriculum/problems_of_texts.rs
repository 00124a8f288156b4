//! What is said about Markdown that is wrong.

use crate::tiny_course::{check_instructions, check_replaced};

#[test]
fn a_link_leads_somewhere() {
    check_instructions(
        "[x](../lisen/)",
        "1: the link leads to \"../lisen/\", which is neither a step nor a site: \
         write https://… or a step's folder as in ../listen/; did you mean `listen`?",
    );
    check_instructions(
        "a\n\n[x](solution.py)",
        "3: the link leads to the file \"solution.py\", which no page serves: \
         only steps can be linked, as in ../listen/, and pictures shown",
    );
    check_instructions(
        "[x](javascript:alert)",
        "1: the link leads to \"javascript:alert\": it must begin with https://, \
         name a step's folder as in ../listen/, or a #heading",
    );
    check_instructions(
        "[x](https://)",
        "1: the link's address \"https://\" can't be read",
    );
    check_instructions(
        "## The rule\n\n[x](#the-rul)",
        "3: the link leads to #the-rul, but no heading here has that name; \
         did you mean `the-rule`?",
    );
    check_instructions(
        "a [word] and a [link][spec]",
        "1: the link [spec] is defined nowhere: write a line `[spec]: https://…`",
    );
    check_instructions(
        "\nsee <a href=\"x\">there</a>",
        "2: a link or picture is written in HTML, so it can't be checked: \
         write it as Markdown, `[text](address)` or `![text](file)`",
    );
}

#[test]
fn a_picture_lies_beside_its_text() {
    check_instructions(
        "![x](gone.png)",
        "1: the picture \"gone.png\" is missing beside the text",
    );
    check_instructions(
        "![x](solution.py)",
        "1: the picture \"solution.py\" is not a .png, .jpg, .gif, .webp or .svg",
    );
    check_instructions(
        "![x](https://example.org/x.png)",
        "1: the picture \"https://example.org/x.png\" does not lie beside the text: \
         put it into the same folder and name the file alone",
    );
}

#[test]
fn a_block_of_code_says_a_language_that_is_known() {
    check_instructions(
        "text\n\n```pyhton\nx\n```",
        "3: a block of code is marked \"pyhton\": \
         use one of python, console, sh, text, resp, bytes; did you mean `python`?",
    );
}

#[test]
fn a_picture_of_bytes_is_what_it_claims() {
    for (bytes, expected) in [
        (
            r"$4\r\nhello\r\n",
            "2: the picture is not RESP: $4 is promised, but 5 bytes stand before the \\r\\n; \
             correct it, or mark the block `bytes` if that is the point",
        ),
        (
            "*2\\r\\n\n$4\\r\\nECHO\\r\\n",
            "3: the picture is not RESP: 1 more must follow, as its array says; \
             correct it, or mark the block `bytes` if that is the point",
        ),
        (
            r"PING\r\n",
            "2: the picture is not RESP: a value begins with +, -, :, $ or *, not with P; \
             correct it, or mark the block `bytes` if that is the point",
        ),
        (
            "+OK\\r\\n\n+PONG",
            "3: the picture is not RESP: a value has no \\r\\n at its end; \
             correct it, or mark the block `bytes` if that is the point",
        ),
        (
            r"$x\r\n",
            "2: the picture is not RESP: \"x\" is not a count; \
             correct it, or mark the block `bytes` if that is the point",
        ),
        (
            "$3\\r\\nhé\\r\\n",
            "2: \"é\\\\r\\\\\" at character 7 is no written byte: \
             use printable ASCII, \\\\, \\r, \\n, \\t or \\xNN",
        ),
    ] {
        check_instructions(&format!("```resp\n{bytes}\n```"), expected);
    }
    check_instructions(
        "```bytes\n\n```",
        "1: the picture has no bytes: write some, as in +PONG\\r\\n",
    );
}

#[test]
fn a_problem_in_a_hint_has_the_line_of_the_hint() {
    check_replaced(
        "echo/step.toml",
        "Nothing *else*.",
        "Nothing [else](gone.md).",
        &[
            "echo/step.toml:13: the link leads to \"gone.md\", which is neither a step nor a \
             site: write https://… or a step's folder as in ../listen/",
        ],
    );
}

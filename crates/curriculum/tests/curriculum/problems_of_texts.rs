//! Problems of Markdown.

use crate::tiny_course::{check_instructions, check_replaced};

#[test]
fn a_link_has_a_target() {
    check_instructions(
        "[x](../lisen/)",
        "1: the link leads to \"../lisen/\", which is neither a step nor a site: \
         write https://… or a step's folder as in ../listen/; did you mean `listen`?",
    );
    check_instructions(
        "a\n\n[x](solution.py)",
        "3: the link leads to the file \"solution.py\", which no page serves: \
         only steps can be linked, as in ../listen/, and images shown",
    );
    check_instructions(
        "[x](javascript:alert)",
        "1: the link leads to \"javascript:alert\": it must begin with https://, \
         name a step's folder as in ../listen/, or be a #heading",
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
        "1: the link [spec] is not defined: add a line `[spec]: https://…`",
    );
    check_instructions(
        "\nsee <a href=\"x\">there</a>",
        "2: a link or image is written in HTML, so it can't be checked: \
         write it as Markdown, `[text](address)` or `![text](file)`",
    );
}

#[test]
fn an_image_is_in_the_folder_of_its_text() {
    check_instructions(
        "![x](gone.png)",
        "1: the image \"gone.png\" is missing from the text's folder",
    );
    check_instructions(
        "![x](solution.py)",
        "1: the image \"solution.py\" is not a .png, .jpg, .gif, .webp or .svg",
    );
    check_instructions(
        "![x](https://example.org/x.png)",
        "1: the image \"https://example.org/x.png\" is not beside the text: \
         put it in the same folder and give only its file name",
    );
}

#[test]
fn a_code_block_names_a_known_language() {
    check_instructions(
        "text\n\n```pyhton\nx\n```",
        "3: a code block is marked \"pyhton\": \
         use one of python, console, sh, text, resp, bytes; did you mean `python`?",
    );
}

#[test]
fn a_byte_diagram_is_valid() {
    for (bytes, expected) in [
        (
            r"$4\r\nhello\r\n",
            "2: the block is not RESP: $4 is announced, but the \\r\\n comes after 5 bytes; \
             correct it, or mark it `bytes` if that is the point",
        ),
        (
            r"$10\r\nhello",
            "2: the block is not RESP: $10 is announced, but no \\r\\n follows; \
             correct it, or mark it `bytes` if that is the point",
        ),
        (
            "*2\\r\\n\n$4\\r\\nECHO\\r\\n",
            "3: the block is not RESP: an array needs 1 more value; \
             correct it, or mark it `bytes` if that is the point",
        ),
        (
            r"PING\r\n",
            "2: the block is not RESP: a value begins with +, -, :, $ or *, not with P; \
             correct it, or mark it `bytes` if that is the point",
        ),
        (
            "+OK\\r\\n\n+PONG",
            "3: the block is not RESP: a value does not end with \\r\\n; \
             correct it, or mark it `bytes` if that is the point",
        ),
        (
            r"$x\r\n",
            "2: the block is not RESP: \"x\" is not a count; \
             correct it, or mark it `bytes` if that is the point",
        ),
        (
            "$3\\r\\nhé\\r\\n",
            "2: \"é\\\\r\\\\\" at character 7 isn't a written byte: \
             use printable ASCII, \\\\, \\r, \\n, \\t or \\xNN",
        ),
    ] {
        check_instructions(&format!("```resp\n{bytes}\n```"), expected);
    }
    check_instructions(
        "```bytes\n\n```",
        "1: the block has no bytes: write some, as in +PONG\\r\\n",
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

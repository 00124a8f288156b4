//! Advice to add to what Python's compiler says of a program that it can't read.

/// What Python 3.11 does not know yet, and a text that has it: the words that follow "This is Python
/// 3.11".
fn newer_syntax(detail: &str, text: &str) -> Option<&'static str> {
    let line = text.trim_start();
    let first_word = line.split_whitespace().next().unwrap_or_default();
    let definition = line.strip_prefix("async ").unwrap_or(line);
    let has_type_parameters = ["def ", "class "].iter().any(|keyword| {
        let name = definition.strip_prefix(keyword).unwrap_or_default();
        let end = name.find(|character: char| !character.is_alphanumeric() && character != '_');
        end.is_some_and(|end| name.get(end..).is_some_and(|rest| rest.starts_with('[')))
    });
    if detail.starts_with("f-string expression part cannot include a backslash") {
        return Some("a backslash between the braces of an f-string came with 3.12");
    }
    if has_type_parameters && (detail.starts_with("expected '('") || detail == "invalid syntax") {
        return Some("brackets behind the name of a function or a class came with 3.12");
    }
    if first_word == "type" && line.contains('=') && detail == "invalid syntax" {
        return Some("the statement `type` came with 3.12");
    }
    if detail == "multiple exception types must be parenthesized" {
        return Some("and here several exceptions go into parentheses: `except (A, B):`");
    }
    None
}

/// A sentence to follow the compiler's own message, with a leading space, or nothing.
pub(super) fn advice(detail: &str, text: &str) -> String {
    if let Some(newer) = newer_syntax(detail, text) {
        let joint = if newer.starts_with("and ") { "," } else { ":" };
        return format!(" This is Python 3.11{joint} {newer}.");
    }
    let says = |words: &str| detail.starts_with(words);
    let advice = if says("expected ':'") && text.trim_start().starts_with("else if") {
        "Python's word for it is `elif`."
    } else if says("inconsistent use of tabs") || says("unindent does not match") {
        "All lines of a block begin with the very same blanks: use blanks alone, four for each step."
    } else if says("unexpected indent") {
        "It stands further to the right than the line before it, which opens no block."
    } else if says("expected an indented block") {
        "The lines that belong to it stand four blanks further to the right."
    } else if says("'await' outside") || says("'async with' outside") || says("'async for' outside")
    {
        "It belongs into a function that begins with `async def`."
    } else if says("unknown encoding") || says("encoding problem") {
        "Leave out the comment that names an encoding: the file is UTF-8, as Python expects."
    } else if says("invalid non-printable character") {
        "Such a character comes along with text copied from elsewhere: delete the blank there, and \
         type it again."
    } else if says("invalid character '“'")
        || says("invalid character '”'")
        || says("invalid character '‘'")
        || says("invalid character '’'")
        || says("invalid character '„'")
    {
        "That is a quotation mark of printed text: Python's are straight."
    } else {
        return String::new();
    };
    format!(" {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages are those of Python 3.11.
    #[test]
    fn what_a_newer_python_reads_is_named() {
        for (detail, text, part) in [
            (
                "expected '('",
                "def first[T](l: list[T]) -> T:",
                "came with 3.12",
            ),
            ("invalid syntax", "class Store[T]:", "came with 3.12"),
            (
                "invalid syntax",
                "    type Address = tuple[str, int]",
                "`type` came with 3.12",
            ),
            (
                "f-string expression part cannot include a backslash",
                "print(f\"{'\\n'.join(x)}\")",
                "came with 3.12",
            ),
            (
                "multiple exception types must be parenthesized",
                "except OSError, ValueError:",
                "`except (A, B):`",
            ),
        ] {
            let advice = advice(detail, text);
            assert!(
                advice.starts_with(" This is Python 3.11") && advice.contains(part),
                "{detail}: {advice:?}"
            );
        }
    }

    #[test]
    fn what_beginners_trip_over_is_explained() {
        for (detail, text, part) in [
            ("expected ':'", "    else if x:", "`elif`"),
            (
                "inconsistent use of tabs and spaces in indentation",
                "\ty = 2",
                "blanks",
            ),
            ("unexpected indent", "  x = 1", "to the right"),
            (
                "expected an indented block after function definition on line 3",
                "server = 1",
                "four blanks",
            ),
            ("'await' outside function", "await x", "`async def`"),
            ("unknown encoding: utf8x", "# coding: utf8x", "UTF-8"),
            (
                "invalid character '“' (U+201C)",
                "print(“hello”)",
                "straight",
            ),
        ] {
            let advice = advice(detail, text);
            assert!(
                advice.starts_with(' ') && advice.contains(part),
                "{detail}: {advice:?}"
            );
        }
    }

    #[test]
    fn what_explains_itself_is_left_alone() {
        for (detail, text) in [
            ("'(' was never closed", "server = f("),
            ("expected ':'", "while True"),
            ("invalid syntax", "x = = 1"),
            ("invalid syntax", "type x"),
            ("expected '('", "def first:"),
        ] {
            assert_eq!(advice(detail, text), "", "{detail}");
        }
    }
}

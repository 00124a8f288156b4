//! Typing and printing as redis-cli does: words and quotes of a command, and replies as text.

use crate::reply_reader::Reply;

/// A line whose quotes don't fit together, which redis-cli calls invalid arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quote is missing, or something stands right after one")]
pub struct UnbalancedQuotes;

/// The words of a line, by redis-cli's rules (`sdssplitargs`): blanks between words; in double quotes
/// `\n`, `\r`, `\t`, `\b`, `\a`, `\xNN` and a backslash before any other character; in single quotes
/// only `\'`. After a closing quote comes a blank or the end.
pub fn split_words(line: &str) -> Result<Vec<Vec<u8>>, UnbalancedQuotes> {
    let mut rest = line.as_bytes();
    let mut words = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Ok(words);
        }
        let (word, after) = first_word(rest)?;
        words.push(word);
        rest = after;
    }
}

fn first_word(line: &[u8]) -> Result<(Vec<u8>, &[u8]), UnbalancedQuotes> {
    let mut word = Vec::new();
    let mut rest = line;
    while let [first, after @ ..] = rest {
        match first {
            b'"' | b'\'' => {
                rest = quoted(*first, after, &mut word)?;
                return match rest.first() {
                    Some(next) if !next.is_ascii_whitespace() => Err(UnbalancedQuotes),
                    _ => Ok((word, rest)),
                };
            }
            blank if blank.is_ascii_whitespace() => break,
            _ => {
                word.push(*first);
                rest = after;
            }
        }
    }
    Ok((word, rest))
}

/// Reads up to the closing quote; returns what follows it.
fn quoted<'line>(
    quote: u8,
    line: &'line [u8],
    word: &mut Vec<u8>,
) -> Result<&'line [u8], UnbalancedQuotes> {
    let mut rest = line;
    loop {
        rest = match (quote, rest) {
            (_, []) => return Err(UnbalancedQuotes),
            (_, [first, after @ ..]) if *first == quote => return Ok(after),
            (b'\'', [b'\\', b'\'', after @ ..]) => {
                word.push(b'\'');
                after
            }
            (b'"', [b'\\', b'x', high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(hex_digit(*high) * 16 + hex_digit(*low));
                after
            }
            (b'"', [b'\\', escaped, after @ ..]) => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                after
            }
            (_, [first, after @ ..]) => {
                word.push(*first);
                after
            }
        };
    }
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

/// The line with its command's name completed: the next name after the present one, of those that begin
/// with what was typed. None where there is no other, or where more than a name is typed.
pub fn complete_name(typed: &str, shown: &str, names: &[String]) -> Option<String> {
    if typed.is_empty() || shown.contains(char::is_whitespace) {
        return None;
    }
    let begins = |name: &&String| {
        name.get(..typed.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(typed))
    };
    let found: Vec<&String> = names.iter().filter(begins).collect();
    let next = match found.iter().position(|name| *name == shown) {
        Some(at) => found[(at + 1) % found.len()],
        None => found.first()?,
    };
    (next != shown).then(|| next.clone())
}

/// A command as Redis's clients send it: an array of bulk strings.
pub fn encode_command(words: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// A word as it is typed: in quotes where it needs them.
pub fn quote_word(word: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\".contains(byte);
    match std::str::from_utf8(word) {
        Ok(text) if !word.is_empty() && word.iter().all(is_plain) => text.to_owned(),
        _ => quoted_text(word),
    }
}

/// A reply as redis-cli prints it to a person, without the line break at its end.
pub fn reply_text(reply: &Reply) -> String {
    let mut text = String::new();
    push_reply(reply, "", &mut text);
    text
}

fn push_reply(reply: &Reply, indent: &str, text: &mut String) {
    match reply {
        Reply::SimpleString(simple) => text.push_str(&String::from_utf8_lossy(simple)),
        Reply::Error(error) => {
            text.push_str("(error) ");
            text.push_str(&String::from_utf8_lossy(error));
        }
        Reply::Integer(number) => {
            text.push_str("(integer) ");
            text.push_str(&number.to_string());
        }
        Reply::BulkString(bytes) => text.push_str(&quoted_text(bytes)),
        Reply::Nil => text.push_str("(nil)"),
        Reply::Map(pairs) if pairs.is_empty() => text.push_str("(empty hash)"),
        Reply::Map(pairs) => push_map(pairs, indent, text),
        Reply::Array(elements) if elements.is_empty() => text.push_str("(empty array)"),
        Reply::Array(elements) => {
            let width = elements.len().to_string().len();
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    text.push('\n');
                    text.push_str(indent);
                }
                let number = format!("{:>width$}) ", at + 1);
                text.push_str(&number);
                let deeper = format!("{indent}{}", " ".repeat(number.len()));
                push_reply(element, &deeper, text);
            }
        }
    }
}

/// A pair a line, its key before the arrow.
fn push_map(pairs: &[(Reply, Reply)], indent: &str, text: &mut String) {
    let width = pairs.len().to_string().len();
    for (at, (key, value)) in pairs.iter().enumerate() {
        if at > 0 {
            text.push('\n');
            text.push_str(indent);
        }
        let number = format!("{:>width$}# ", at + 1);
        text.push_str(&number);
        let deeper = format!("{indent}{}", " ".repeat(number.len()));
        push_reply(key, &deeper, text);
        text.push_str(" => ");
        push_reply(value, &deeper, text);
    }
}

/// Bytes in double quotes, as redis-cli writes them (`sdscatrepr`).
fn quoted_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'"' => text.push_str("\\\""),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x07 => text.push_str("\\a"),
            0x08 => text.push_str("\\b"),
            b' '..=b'~' => text.push(char::from(*byte)),
            other => text.push_str(&format!("\\x{other:02x}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<u8>> {
        split_words(line).unwrap()
    }

    #[test]
    fn words_and_quotes_are_those_of_redis_cli() {
        assert_eq!(words("  SET  a 1 "), [&b"SET"[..], b"a", b"1"]);
        assert_eq!(words(r#"SET "a b" 'c d'"#), [&b"SET"[..], b"a b", b"c d"]);
        assert_eq!(words(r#""\x41\n\q\"""#), [b"A\nq\""]);
        assert_eq!(words(r"'it\'s \n'"), [br"it's \n"]);
        assert_eq!(words(r#"a"b""#), [b"ab"]);
        assert_eq!(words(r#""""#), [b""]);
        assert_eq!(words("é"), ["é".as_bytes()]);
        assert!(words("").is_empty());
        for bad in [r#"""a"#, r#""a"#, "'a", r#"'a"b'c"#, r#""\"#] {
            assert_eq!(split_words(bad), Err(UnbalancedQuotes), "{bad}");
        }
    }

    #[test]
    fn a_name_is_completed_to_one_after_the_other() {
        let names = ["PING", "PTTL", "SET"].map(str::to_owned);
        let complete = |typed, shown| complete_name(typed, shown, &names);
        assert_eq!(complete("p", "p").as_deref(), Some("PING"));
        assert_eq!(complete("p", "PING").as_deref(), Some("PTTL"));
        assert_eq!(complete("p", "PTTL").as_deref(), Some("PING"));
        assert_eq!(complete("SE", "SE").as_deref(), Some("SET"));
        for (typed, shown) in [
            ("", ""),
            ("x", "x"),
            ("SET", "SET"),
            ("SE", "SET a"),
            ("é", "é"),
        ] {
            assert_eq!(complete(typed, shown), None, "{typed} {shown}");
        }
    }

    #[test]
    fn a_command_is_an_array_of_bulk_strings() {
        let bytes = encode_command(&words("ECHO é"));
        assert_eq!(bytes, "*2\r\n$4\r\nECHO\r\n$2\r\né\r\n".as_bytes());
    }

    #[test]
    fn a_typed_word_is_read_as_it_was() {
        for word in [&b"plain"[..], b"", b"a b", b"\xff\r\n\"\\'", "é".as_bytes()] {
            assert_eq!(words(&quote_word(word)), [word.to_vec()]);
        }
        assert_eq!(quote_word(b"plain-1:x"), "plain-1:x");
    }

    #[test]
    fn replies_are_printed_as_redis_cli_prints_them() {
        let bulk = |text: &str| Reply::BulkString(text.as_bytes().to_vec());
        for (reply, text) in [
            (Reply::SimpleString(b"OK".to_vec()), "OK"),
            (Reply::Error(b"ERR no".to_vec()), "(error) ERR no"),
            (Reply::Integer(-3), "(integer) -3"),
            (bulk("a\r\n\"é"), r#""a\r\n\"\xc3\xa9""#),
            (Reply::Nil, "(nil)"),
            (Reply::Array(vec![]), "(empty array)"),
            (
                Reply::Array(vec![bulk("a"), Reply::Array(vec![bulk("b"), bulk("c")])]),
                "1) \"a\"\n2) 1) \"b\"\n   2) \"c\"",
            ),
            (
                Reply::Map(vec![
                    (bulk("server"), bulk("redis")),
                    (bulk("modules"), Reply::Array(vec![])),
                ]),
                "1# \"server\" => \"redis\"\n2# \"modules\" => (empty array)",
            ),
            (Reply::Map(vec![]), "(empty hash)"),
        ] {
            assert_eq!(reply_text(&reply), text);
        }
        let ten = Reply::Array((0..10).map(Reply::Integer).collect());
        assert!(reply_text(&ten).starts_with(" 1) (integer) 0\n 2) "));
    }
}

//! Advice to add to an exception whose own message is too little for a beginner.

use super::Crash;
use super::name_advice::{missing_attribute, newer_name, quoted, undefined_name};
use super::type_advice::wrong_type;

// Linux's error numbers, as in `errno(3)`: a learner's program runs nowhere else.
const EBADF: i32 = 9;
const EPIPE: i32 = 32;
const EADDRINUSE: i32 = 98;
const EADDRNOTAVAIL: i32 = 99;
const ENOTCONN: i32 = 107;

// Those of `getaddrinfo(3)`: an unknown name, or no name server to ask.
const EAI_NONAME: i32 = -2;
const EAI_AGAIN: i32 = -3;
const EAI_NODATA: i32 = -5;

/// Sentences to follow the exception's own message, with a leading space; empty for an exception
/// that explains itself, or that does not reveal its cause.
pub(super) fn advice(crash: &Crash) -> String {
    let suggestion = || {
        let name = crash.suggestion.as_ref()?.replace('`', "'");
        Some(format!("Did you mean `{name}`?"))
    };
    match sentence(crash).or_else(suggestion) {
        Some(advice) => format!(" {advice}"),
        None => String::new(),
    }
}

fn sentence(crash: &Crash) -> Option<String> {
    let detail = crash.detail.as_str();
    let advice = match crash.exception.as_str() {
        "EOFError" if detail.starts_with("EOF when reading a line") => {
            "Nobody sits at a keyboard here: `input` finds nothing to read."
        }
        "ModuleNotFoundError" if crash.suggestion.is_none() => {
            "Only the modules that come with Python are here: is the name spelled right?"
        }
        "ImportError" | "ModuleNotFoundError" => return newer_name(detail),
        "NameError" => return undefined_name(detail),
        "UnboundLocalError" => {
            let name = quoted(detail)?;
            return Some(format!(
                "This function gives `{name}` a value somewhere, so the name is the function's own, \
                 and in that line it has none yet. If the one outside is meant, say so at the top of \
                 the function: `global {name}`, or `nonlocal {name}` where it belongs to a function \
                 around this one."
            ));
        }
        "AttributeError" => missing_attribute(detail)?,
        "TypeError" => wrong_type(detail)?,
        "IndexError" if detail == "list index out of range" => {
            "The list is shorter than that line takes for granted: print it before, and see what is \
             in it."
        }
        "RecursionError" => "A function there calls itself again and again: what should end that?",
        "ValueError" if detail.starts_with("invalid literal for int()") => {
            "`int` was given the text at the end of that message, which isn't a whole number."
        }
        _ => system_error(crash)?,
    };
    Some(advice.to_owned())
}

fn system_error(crash: &Crash) -> Option<&'static str> {
    Some(match error_number(&crash.detail)? {
        EAI_NONAME | EAI_AGAIN | EAI_NODATA if crash.exception == "socket.gaierror" => {
            "The host in that address is not known here: use `localhost`."
        }
        EBADF => "What was used there is not open: as a rule a socket that was closed already.",
        EPIPE => {
            "Nothing can be sent on that socket: its client has hung up, or it is the one that \
             listens, which has no client."
        }
        EADDRINUSE => "A socket has that port already: was it bound twice?",
        EADDRNOTAVAIL => {
            "The machine that your program runs on here has no such address: use `localhost`."
        }
        ENOTCONN => {
            "That socket is connected to nobody. The one that listens never is: `accept` returns one \
             that is."
        }
        _ => return None,
    })
}

/// The number in `[Errno 9] Bad file descriptor`.
fn error_number(detail: &str) -> Option<i32> {
    let (number, _) = detail.strip_prefix("[Errno ")?.split_once(']')?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::CrashPlace;
    use super::*;

    fn advice_for(exception: &str, detail: &str) -> String {
        advice(&Crash {
            exception: exception.to_owned(),
            detail: detail.to_owned(),
            suggestion: None,
            span: None,
            traceback: Vec::new(),
            place: CrashPlace::Main,
        })
    }

    /// The messages are those of Python 3.11 on Linux.
    #[test]
    fn words_that_tell_too_little_are_explained() {
        for (exception, detail, part) in [
            ("EOFError", "EOF when reading a line", "keyboard"),
            (
                "ModuleNotFoundError",
                "No module named 'redis'",
                "come with Python",
            ),
            (
                "TypeError",
                "a bytes-like object is required, not 'str'",
                "`encode`",
            ),
            (
                "TypeError",
                "data argument must be a bytes-like object, not 'str'",
                "`encode`",
            ),
            (
                "TypeError",
                "startswith first arg must be bytes or a tuple of bytes, not str",
                "`encode`",
            ),
            (
                "TypeError",
                "'in <string>' requires string as left operand, not bytes",
                "`decode`",
            ),
            ("TypeError", "must be str or None, not bytes", "`decode`"),
            ("TypeError", "can't concat str to bytes", "don't join"),
            ("TypeError", "can't concat int to bytes", "in digits"),
            (
                "TypeError",
                "can only concatenate str (not \"bytes\") to str",
                "don't join",
            ),
            (
                "TypeError",
                "can only concatenate str (not \"tuple\") to str",
                "f-string",
            ),
            (
                "TypeError",
                "argument of type 'coroutine' is not iterable",
                "`await`",
            ),
            (
                "TypeError",
                "argument of type 'builtin_function_or_method' is not iterable",
                "parentheses after its name",
            ),
            (
                "TypeError",
                "'module' object is not callable",
                "can't be called",
            ),
            (
                "TypeError",
                "recv() takes at least 1 argument (0 given)",
                "`recv(1024)`",
            ),
            (
                "TypeError",
                "Server.run() takes 0 positional arguments but 1 was given",
                "`self`",
            ),
            (
                "NameError",
                "name 'socket' is not defined",
                "`import socket`",
            ),
            ("NameError", "name 'null' is not defined", "`None`"),
            (
                "UnboundLocalError",
                "cannot access local variable 'count' where it is not associated with a value",
                "`global count`",
            ),
            (
                "ImportError",
                "cannot import name 'batched' from 'itertools' (unknown location)",
                "came with 3.12",
            ),
            (
                "AttributeError",
                "'socket' object has no attribute 'write'",
                "`sendall`",
            ),
            (
                "AttributeError",
                "module 'socket' has no attribute 'bind'",
                "method of a socket",
            ),
            (
                "AttributeError",
                "'StreamWriter' object has no attribute 'sendall'",
                "`write`",
            ),
            (
                "AttributeError",
                "'NoneType' object has no attribute 'upper'",
                "is `None`",
            ),
            ("IndexError", "list index out of range", "shorter"),
            (
                "RecursionError",
                "maximum recursion depth exceeded",
                "calls itself",
            ),
            (
                "ValueError",
                "invalid literal for int() with base 10: b'\\n'",
                "isn't a whole number",
            ),
            (
                "socket.gaierror",
                "[Errno -2] Name or service not known",
                "host in that address",
            ),
            (
                "socket.gaierror",
                "[Errno -3] Temporary failure in name resolution",
                "host in that address",
            ),
            (
                "socket.gaierror",
                "[Errno -5] No address associated with hostname",
                "host in that address",
            ),
            ("OSError", "[Errno 9] Bad file descriptor", "closed already"),
            ("BrokenPipeError", "[Errno 32] Broken pipe", "hung up"),
            (
                "OSError",
                "[Errno 98] Address already in use",
                "bound twice",
            ),
            (
                "OSError",
                "[Errno 99] Cannot assign requested address",
                "no such address",
            ),
            (
                "OSError",
                "[Errno 107] Transport endpoint is not connected",
                "connected to nobody",
            ),
        ] {
            let advice = advice_for(exception, detail);
            assert!(
                advice.starts_with(' ') && advice.contains(part),
                "{detail}: {advice:?}"
            );
        }
    }

    #[test]
    fn a_name_that_is_close_is_suggested() {
        let crash = Crash {
            exception: "AttributeError".to_owned(),
            detail: "'socket' object has no attribute 'recieve'".to_owned(),
            suggestion: Some("recv".to_owned()),
            span: None,
            traceback: Vec::new(),
            place: CrashPlace::Main,
        };
        assert_eq!(advice(&crash), " Did you mean `recv`?");
    }

    #[test]
    fn words_that_explain_themselves_are_left_alone() {
        for (exception, detail) in [
            ("IndexError", "pop from empty list"),
            ("NameError", "name 'adress' is not defined"),
            ("AttributeError", "'list' object has no attribute 'upper'"),
            (
                "TypeError",
                "start() missing 1 required positional argument: 'port'",
            ),
            (
                "TypeError",
                "start() takes 0 positional arguments but 1 was given",
            ),
            ("OSError", "[Errno 12] Cannot allocate memory"),
            ("OSError", "[Errno nine]"),
            ("EOFError", "no more packets"),
            ("TypeError", "unhashable type: 'list'"),
            (
                "socket.gaierror",
                "[Errno -8] Servname not supported for ai_socktype",
            ),
        ] {
            assert_eq!(advice_for(exception, detail), "", "{detail}");
        }
    }
}

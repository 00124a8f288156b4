//! Advice to add to an exception whose own message is too little for a beginner.

use super::Crash;

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
                 the function: `global {name}`."
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
            "`int` was given what stands at the end of that message, and it is no whole number."
        }
        _ => system_error(crash)?,
    };
    Some(advice.to_owned())
}

/// What stands in the first pair of single quotes, if it is a name.
fn quoted(detail: &str) -> Option<&str> {
    let (_, rest) = detail.split_once('\'')?;
    let (name, _) = rest.split_once('\'')?;
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// Modules that servers are written with, of which learners forget the import.
const MODULES: [&str; 18] = [
    "argparse",
    "asyncio",
    "collections",
    "functools",
    "io",
    "json",
    "logging",
    "os",
    "queue",
    "random",
    "re",
    "selectors",
    "signal",
    "socket",
    "socketserver",
    "struct",
    "sys",
    "threading",
];

fn undefined_name(detail: &str) -> Option<String> {
    let name = quoted(detail)?;
    if name == "time" || MODULES.contains(&name) {
        return Some(format!(
            "`{name}` is a module: it is there after `import {name}`, at the top of the file."
        ));
    }
    match name {
        "null" | "nil" => Some("Python's word for nothing is `None`.".to_owned()),
        "undefined" => {
            Some("Python has no `undefined`; its word for nothing is `None`.".to_owned())
        }
        _ => None,
    }
}

/// Names of the standard library that newer Pythons have.
fn newer_name(detail: &str) -> Option<String> {
    let name = quoted(detail)?;
    let version = match name {
        "batched" | "override" | "EventLoop" => "3.12",
        "QueueShutDown" | "deprecated" | "ReadOnly" => "3.13",
        _ => return None,
    };
    Some(format!(
        "This is Python 3.11, and `{name}` came with {version}."
    ))
}

fn missing_attribute(detail: &str) -> Option<&'static str> {
    let (of, name) = detail.split_once(" has no attribute ")?;
    let name = name.trim_matches('\'');
    Some(match of {
        "'socket' object" => match name {
            "write" | "print" | "reply" => "A socket sends with `sendall`.",
            "read" | "readline" | "readlines" => {
                "A socket receives with `recv`; `makefile` makes a file of it, which has lines."
            }
            "socket" | "create_server" | "AF_INET" | "SOCK_STREAM" | "SOL_SOCKET"
            | "SO_REUSEADDR" => {
                "The name `socket` stands for one socket there, and no longer for the module: call \
                 the variable something else."
            }
            _ => return None,
        },
        "module 'socket'" => match name {
            "bind" | "listen" | "accept" | "recv" | "send" | "sendall" | "close" | "setsockopt" => {
                "That is a method of a socket, not of the module: `socket.create_server` or \
                 `socket.socket` makes a socket."
            }
            _ => return None,
        },
        "'StreamReader' object" if matches!(name, "recv" | "receive") => {
            "asyncio's reader has `read`, `readline` and `readexactly`, and each wants an `await`."
        }
        "'StreamWriter' object" if matches!(name, "send" | "sendall") => {
            "asyncio's writer sends with `write`."
        }
        "'coroutine' object" => COROUTINE,
        "'str' object" if name == "decode" => {
            "It is a text already: `decode` makes a text of bytes."
        }
        "'bytes' object" if name == "encode" => {
            "They are bytes already: `encode` makes bytes of a text."
        }
        "'NoneType' object" => "What stands before that dot is `None`: where does it come from?",
        "'builtin_function_or_method' object" | "'function' object" | "'method' object" => FUNCTION,
        _ => return None,
    })
}

const COROUTINE: &str = "That is a coroutine, of which nothing has run yet: put `await` before the \
                         call that makes it.";
const FUNCTION: &str =
    "That is a function, not what it returns: parentheses behind its name call it.";

fn wrong_type(detail: &str) -> Option<&'static str> {
    let says = |words: &str| detail.contains(words);
    if says("'coroutine'") {
        return Some(COROUTINE);
    }
    if says("type 'builtin_function_or_method'")
        || says("type 'method'")
        || says("not 'builtin_function_or_method'")
        || says("not builtin_function_or_method")
        || says("method' object is not subscriptable")
        || says("'function' object is not subscriptable")
    {
        return Some(FUNCTION);
    }
    if says("bytes-like object is required, not 'str'")
        || says("must be a bytes-like object, not 'str'")
        || says("must be bytes or a tuple of bytes, not str")
        || says("a bytes-like object, or an integer") && says("'str'")
    {
        return Some(
            "That line needs bytes and has a text: put a `b` before plain quotes, or call `encode` on \
             the text.",
        );
    }
    if says("string as left operand, not bytes")
        || says("must be str or a tuple of str, not bytes")
        || says("must be str or None, not bytes")
        || says("must be str, not bytes")
    {
        return Some(
            "That line needs a text and has bytes: leave out the `b` before quotes, or call `decode` \
             on the bytes.",
        );
    }
    if says("can't concat str to bytes") || says("can only concatenate str (not \"bytes\")") {
        return Some(
            "Bytes and text don't join: `decode` makes a text of bytes, and `encode` or a `b` before \
             plain quotes makes bytes of a text.",
        );
    }
    if says("can't concat int to bytes") {
        return Some("Only bytes join bytes: `b\"%d\" % number` writes a number in digits.");
    }
    if says("can only concatenate str (not ") {
        return Some(
            "`+` joins a text with nothing but a text. In an f-string, as in `f\"{…}\"`, anything can \
             stand between the braces.",
        );
    }
    if detail == "'module' object is not callable" {
        return Some(
            "A module can't be called: name the class or the function in it, as in \
             `socket.socket()`.",
        );
    }
    if detail.starts_with("recv() takes at least 1 argument") {
        return Some("`recv` wants to know how many bytes to take at most, as in `recv(1024)`.");
    }
    is_self_missing(detail)
        .then_some("Python hands a method its object as the first argument: is `self` missing?")
}

/// Whether a method was given one argument more than it takes, as in `Server.run() takes 0
/// positional arguments but 1 was given`.
fn is_self_missing(detail: &str) -> bool {
    let given = || {
        let (name, rest) = detail.split_once("() takes ")?;
        let (takes, rest) = rest.split_once(" positional argument")?;
        let (_, rest) = rest.split_once(" but ")?;
        let (given, _) = rest.split_once(' ')?;
        let takes: u32 = takes.parse().ok()?;
        Some(name.contains('.') && given.parse() == Ok(takes + 1))
    };
    given().unwrap_or(false)
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
    use super::*;

    fn advice_for(exception: &str, detail: &str) -> String {
        advice(&Crash {
            exception: exception.to_owned(),
            detail: detail.to_owned(),
            suggestion: None,
            span: None,
            traceback: Vec::new(),
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
                "parentheses behind its name",
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
                "no whole number",
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

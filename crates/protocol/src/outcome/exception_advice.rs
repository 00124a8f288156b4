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

/// A sentence to follow the exception's own message, with a leading space; empty for an exception
/// that explains itself, or that does not reveal its cause.
pub(super) fn advice(crash: &Crash) -> String {
    let says = |words: &str| crash.detail.starts_with(words);
    let advice = match crash.exception.as_str() {
        "EOFError" if says("EOF when reading a line") => {
            "Nobody sits at a keyboard here: `input` finds nothing to read."
        }
        "ModuleNotFoundError" => {
            "Only the modules that come with Python are here: is the name spelled right?"
        }
        "TypeError" if says("a bytes-like object is required, not 'str'") => {
            "That line needs bytes and has a text: put a `b` before plain quotes, or call `encode` on \
             the text."
        }
        "ValueError" if says("invalid literal for int()") => {
            "`int` was given what stands at the end of that message, and it is no whole number."
        }
        _ => match error_number(&crash.detail) {
            Some(EAI_NONAME | EAI_AGAIN | EAI_NODATA) if crash.exception == "socket.gaierror" => {
                "The host in that address is not known here: use `localhost`."
            }
            Some(EBADF) => {
                "What was used there is not open: as a rule a socket that was closed already."
            }
            Some(EPIPE) => {
                "Nothing can be sent on that socket: its client has hung up, or it is the one that \
                 listens, which has no client."
            }
            Some(EADDRINUSE) => "A socket has that port already: was it bound twice?",
            Some(EADDRNOTAVAIL) => {
                "The machine that your program runs on here has no such address: use `localhost`."
            }
            Some(ENOTCONN) => {
                "That socket is connected to nobody. The one that listens never is: `accept` returns \
                 one that is."
            }
            _ => return String::new(),
        },
    };
    format!(" {advice}")
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
    fn words_that_explain_themselves_are_left_alone() {
        for (exception, detail) in [
            ("IndexError", "list index out of range"),
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

//! What to add to an exception whose own words tell a beginner too little.

use super::Crash;

/// A sentence to stand behind the exception's own text, with a blank before it; empty for an
/// exception that explains itself, or whose cause can't be told from it.
///
/// The numbers are Linux's, from `errno(3)`: the program runs nowhere else.
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
            // getaddrinfo's own numbers, for a name that nobody knows or nobody can be asked about.
            Some(-2 | -3 | -5) if crash.exception == "socket.gaierror" => {
                "The host in that address is not known here: use `localhost`."
            }
            Some(9) => {
                "What was used there is not open: as a rule a socket that was closed already."
            }
            Some(32) => {
                "Nothing can be sent on that socket: its client has hung up, or it is the one that \
                 listens, which has no client."
            }
            Some(98) => "A socket has that port already: was it bound twice?",
            Some(99) => {
                "The machine that your program runs on here has no such address: use `localhost`."
            }
            Some(107) => {
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

    #[test]
    fn words_that_tell_too_little_are_explained() {
        assert_eq!(
            advice_for("OSError", "[Errno 9] Bad file descriptor"),
            " What was used there is not open: as a rule a socket that was closed already."
        );
        let text = "a bytes-like object is required, not 'str'";
        assert!(advice_for("TypeError", text).contains("`encode`"));
        let unknown = "[Errno -3] Temporary failure in name resolution";
        assert!(advice_for("socket.gaierror", unknown).contains("`localhost`"));
        let service = "[Errno -8] Servname not supported for ai_socktype";
        assert_eq!(advice_for("socket.gaierror", service), "");
    }

    #[test]
    fn words_that_explain_themselves_are_left_alone() {
        assert_eq!(advice_for("IndexError", "list index out of range"), "");
        assert_eq!(
            advice_for("OSError", "[Errno 12] Cannot allocate memory"),
            ""
        );
        assert_eq!(advice_for("OSError", "[Errno nine]"), "");
        assert_eq!(advice_for("EOFError", "no more packets"), "");
        assert_eq!(advice_for("TypeError", "unhashable type: 'list'"), "");
    }
}

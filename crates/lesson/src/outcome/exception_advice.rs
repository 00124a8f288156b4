//! What an exception means whose own words are the operating system's, for somebody who meets it
//! for the first time.

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
        "ModuleNotFoundError" => "Only the modules that come with Python are here.",
        "TypeError" if says("a bytes-like object is required, not 'str'") => {
            "That line needs bytes and has a text: put a `b` before the quotes, or call `encode` on it."
        }
        "ValueError" if says("invalid literal for int()") => {
            "What stands behind the colon was given to `int`, and it is no number."
        }
        _ => match error_number(&crash.detail) {
            // getaddrinfo's own numbers, for a name that nobody knows or nobody can be asked about.
            Some(-2 | -3 | -5) if crash.exception == "socket.gaierror" => {
                "The host in that address is not known here: `localhost` is this machine."
            }
            Some(9) => "A socket was used there that had been closed already.",
            Some(32) => "That connection takes nothing more: as a rule, the client has hung up.",
            Some(98) => "A socket has that port already: was it bound twice?",
            Some(99) => "That host is not this machine: `localhost` is.",
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
    fn the_systems_words_are_explained() {
        assert_eq!(
            advice_for("OSError", "[Errno 9] Bad file descriptor"),
            " A socket was used there that had been closed already."
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

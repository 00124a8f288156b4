//! How a program came to its end, as far as its own process says.

use serde::{Deserialize, Serialize};

use super::phrase::{exit, quoted, times};

/// What is known of the end of a program; all of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProgramEnd {
    /// The line that called `sys.exit` or the like.
    pub exit_line: Option<u32>,
    /// The text that it gave `sys.exit`.
    pub exit_text: Option<String>,
    /// What became of the socket that listened.
    pub listener: Option<ListenerEnd>,
}

/// The end of a socket that listened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerEnd {
    /// What ended it.
    pub how: ListenerEndKind,
    /// The line that closed it, or in which the function returned that held it, if known.
    pub line: Option<u32>,
    /// The function that held it.
    pub function: Option<String>,
}

/// What ends a socket that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListenerEndKind {
    /// `close`.
    Closed,
    /// The end of its `with` block.
    Block,
    /// No variable held it any more, since a function had returned.
    Dropped,
}

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
const SIGTERM: i32 = 15;

impl ListenerEnd {
    /// As in `` `main` returned in line 6, and with it went the variable that held the socket``.
    pub(super) fn clause(&self) -> String {
        let in_line = self.line.map(|line| format!(" in line {line}"));
        let in_line = in_line.unwrap_or_default();
        match (self.how, self.function.as_deref()) {
            (ListenerEndKind::Block, _) => {
                format!(
                    "the `with` block of the listening socket{in_line} came to its end, which closed it"
                )
            }
            (ListenerEndKind::Dropped, Some(function)) => format!(
                "`{}` returned{in_line}, and with it went the variable that held the listening socket",
                function.replace('`', "'")
            ),
            (ListenerEndKind::Closed | ListenerEndKind::Dropped, _) => {
                format!("it closed its listening socket{in_line}")
            }
        }
    }
}

impl ProgramEnd {
    /// As in `` ended itself in line 4 (exit code 1) and said `no port` ``, after "your program".
    pub(super) fn clause(&self, code: i32) -> String {
        match code {
            code if code < 0 => return format!("was {}", Self::signal(-code)),
            _ => {}
        }
        let in_line = self.exit_line.map(|line| format!(" in line {line}"));
        let said = self.exit_text.as_ref();
        let said = said.map(|text| format!(" and said `{}`", quoted(text)));
        format!(
            "ended itself{} ({}){}",
            in_line.unwrap_or_default(),
            exit(code),
            said.unwrap_or_default()
        )
    }

    fn signal(number: i32) -> String {
        match number {
            SIGSEGV => {
                "killed (signal 11, `SIGSEGV`). That is mostly a segmentation fault: code outside of \
                 Python, such as what `ctypes` calls, touched memory which is not its own"
                    .to_owned()
            }
            SIGABRT => "ended by signal 6: something in it called `abort`".to_owned(),
            SIGKILL => "killed (signal 9, `SIGKILL`)".to_owned(),
            SIGTERM => "asked to end (signal 15, `SIGTERM`)".to_owned(),
            number => format!("ended by signal {number}"),
        }
    }
}

/// What a program had done before its end, as in `Your program answered once, and then `.
pub(super) fn before_the_end(clients: u32, accepted_clients: u32, replies: u32) -> String {
    match (replies, accepted_clients, clients) {
        (1.., ..) => format!("Your program answered {}, and then ", times(replies)),
        (0, 0, _) => "Your program ".to_owned(),
        (0, 1, 0..=1) => "Your program let the client in, and then ".to_owned(),
        (0, 1, _) => "Your program let one client in, and then ".to_owned(),
        (0, accepted, _) => format!("Your program let {accepted} clients in, and then "),
    }
}

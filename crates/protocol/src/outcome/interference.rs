//! What stands in the way of an honest verdict, in words.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::TestId;

/// How a program reached for the judge, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Interference {
    /// The program holds every port that a client could call from.
    NoPort,
    /// The launcher can't make a process for the program.
    NoProcess {
        /// Linux's error number, as in 28 for a full disk.
        errno: i32,
    },
    /// The launcher can't end the program's processes.
    ProcessesStay,
    /// The launcher can't write the program's files again.
    FilesNotWritten {
        /// Linux's error number, as in 28 for a full disk.
        errno: i32,
    },
    /// The launcher can't remove what the program left.
    LeftoversStay {
        /// One that the program may write to, as in `/tmp`.
        folder: String,
        /// Linux's error number, as in 28 for a full disk.
        errno: i32,
    },
    /// The program left more files than the launcher removes.
    TooManyLeftovers {
        /// One that the program may write to, as in `/tmp`.
        folder: String,
    },
    /// The program connected again and again to a port that was for a real client.
    KeptConnecting,
    /// What came as the judge's is not.
    ProtocolViolation {
        /// What is wrong with it.
        violation: ProtocolViolation,
    },
    /// The judge ended without its summary.
    NoSummary,
}

impl fmt::Display for Interference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPort => formatter.write_str("no port is left for a client"),
            Self::NoProcess { errno } => {
                write!(formatter, "no process can be made: {}", SystemError(*errno))
            }
            Self::ProcessesStay => formatter.write_str("its processes can't be ended"),
            Self::FilesNotWritten { errno } => write!(
                formatter,
                "its files can't be written again: {}",
                SystemError(*errno)
            ),
            Self::LeftoversStay { folder, errno } => write!(
                formatter,
                "what it left in {folder} can't be removed: {}",
                SystemError(*errno)
            ),
            Self::TooManyLeftovers { folder } => write!(
                formatter,
                "what it left in {folder} can't be removed: there is too much of it"
            ),
            Self::KeptConnecting => {
                formatter.write_str("it kept connecting where only a client of the test should")
            }
            Self::ProtocolViolation { violation } => violation.fmt(formatter),
            Self::NoSummary => formatter.write_str("the judge did not send its summary"),
        }
    }
}

/// What no honest judge sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum ProtocolViolation {
    /// More bytes than a run has to say.
    #[error("more was said than a run can say")]
    TooMuch,
    /// A frame that is too long to be read.
    #[error("a frame of {found} bytes, where {max} are allowed")]
    TooLong {
        /// Its length in bytes.
        found: u64,
        /// The longest that is read.
        max: u64,
    },
    /// A frame that can't be read.
    #[error("a frame that is not of the protocol: {detail}")]
    Unreadable {
        /// The parser's message.
        detail: String,
    },
    /// A frame without the job's nonce.
    #[error("a frame without the run's secret")]
    WrongNonce,
    /// A frame whose number in the sequence is another than the next.
    #[error("frame {found} instead of {expected}")]
    WrongNumber {
        /// The number that is due.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A frame before the start.
    #[error("a frame before the start")]
    BeforeStart,
    /// A second start.
    #[error("a second start")]
    SecondStart,
    /// A test that began before its turn.
    #[error("test {test} began out of turn")]
    BeganOutOfTurn {
        /// The one that began.
        test: TestId,
    },
    /// A test that began before the one before it had ended.
    #[error("a test began in the middle of another")]
    BeganInAnother,
    /// A test that ended before its turn.
    #[error("test {test} ended out of turn")]
    EndedOutOfTurn {
        /// The one that ended.
        test: TestId,
    },
    /// A pass for a test that had not begun.
    #[error("test {test} passed before it began")]
    PassedBeforeItBegan {
        /// The one that is said to pass.
        test: TestId,
    },
    /// A summary before the last test.
    #[error("an end with tests left")]
    TestsLeft,
    /// A frame after the summary.
    #[error("a frame after the end")]
    AfterEnd,
}

/// An error number of Linux, in the words of its C library.
struct SystemError(i32);

impl fmt::Display for SystemError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number) = self;
        formatter.write_str(match number {
            1 => "Operation not permitted",
            2 => "No such file or directory",
            5 => "Input/output error",
            11 => "Resource temporarily unavailable",
            12 => "Cannot allocate memory",
            13 => "Permission denied",
            16 => "Device or resource busy",
            17 => "File exists",
            20 => "Not a directory",
            21 => "Is a directory",
            22 => "Invalid argument",
            23 => "Too many open files in system",
            24 => "Too many open files",
            26 => "Text file busy",
            28 => "No space left on device",
            30 => "Read-only file system",
            31 => "Too many links",
            36 => "File name too long",
            39 => "Directory not empty",
            40 => "Too many levels of symbolic links",
            122 => "Disk quota exceeded",
            other => return write!(formatter, "error {other} of the system"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_launcher_can_not_do_is_said() {
        for (json, said) in [
            (r#"{"what":"no-port"}"#, "no port is left for a client"),
            (
                r#"{"what":"no-process","errno":11,"folder":null}"#,
                "no process can be made: Resource temporarily unavailable",
            ),
            (
                r#"{"what":"processes-stay","errno":0,"folder":null}"#,
                "its processes can't be ended",
            ),
            (
                r#"{"what":"files-not-written","errno":28}"#,
                "its files can't be written again: No space left on device",
            ),
            (
                r#"{"what":"leftovers-stay","folder":"/tmp","errno":999}"#,
                "what it left in /tmp can't be removed: error 999 of the system",
            ),
            (
                r#"{"what":"too-many-leftovers","folder":"/code","errno":0}"#,
                "what it left in /code can't be removed: there is too much of it",
            ),
            (
                r#"{"what":"kept-connecting"}"#,
                "it kept connecting where only a client of the test should",
            ),
        ] {
            let interference: Interference = serde_json::from_str(json).unwrap();
            assert_eq!(interference.to_string(), said);
        }
    }

    /// The numbers are Linux's, as this machine's.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_systems_error_has_the_systems_words() {
        for number in 1..=133 {
            let said = SystemError(number).to_string();
            let own = std::io::Error::from_raw_os_error(number).to_string();
            assert!(
                own.starts_with(&said) || said.starts_with("error "),
                "{own}: {said}"
            );
        }
    }
}

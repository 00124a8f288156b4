//! A file that the program has stored, and that is not as it should be.

use serde::{Deserialize, Serialize};

use super::Comparison;
use super::phrase::{bytes, listed, quoted, shortened, without_backticks};
use super::reply_phrase::right_until;
use crate::english::with_article;

/// What is wrong with a file of the program's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum FileFault {
    /// There is no such file.
    Absent {
        /// Some of the files that are there.
        names: Vec<String>,
    },
    /// Something else has its name.
    NoFile {
        /// What it is.
        #[serde(rename = "type")]
        file_type: FileType,
    },
    /// There is no folder of the name before its own.
    NoFolder {
        /// The folder's name.
        folder: String,
    },
    /// It is shorter than it has to be.
    TooShort {
        /// Its length in bytes.
        bytes: u32,
        /// What it has to have, in bytes.
        at_least_bytes: u32,
    },
    /// The kernel does not let it be read, or changed.
    Refused {
        /// The kernel's text for the error.
        error: String,
    },
    /// It is longer than what a test reads.
    TooLarge {
        /// The most, in KiB.
        limit_kib: u32,
    },
    /// It holds something else.
    Differs {
        /// The content beside the one that was expected.
        content: Comparison,
    },
}

/// What a name can stand for besides a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileType {
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A named pipe.
    Pipe,
    /// A unix socket.
    Socket,
    /// Anything else.
    Other,
}

impl FileFault {
    /// The content beside the expected one, where there is one.
    pub(super) fn content(&self) -> Option<&Comparison> {
        match self {
            Self::Differs { content } => Some(content),
            _ => None,
        }
    }

    pub(super) fn sentence(&self, file: &str) -> String {
        let file = format!("`{}`", without_backticks(file));
        match self {
            Self::Absent { names } if names.is_empty() => {
                format!("There is no file {file}: your program's folder is empty.")
            }
            Self::Absent { names } => {
                let names: Vec<String> = names
                    .iter()
                    .map(|name| format!("`{}`", quoted(name)))
                    .collect();
                format!(
                    "There is no file {file} in your program's folder, which has {}.",
                    listed(&names)
                )
            }
            Self::NoFile { file_type } => {
                let found = match file_type {
                    FileType::Folder => "folder",
                    FileType::Link => "symbolic link",
                    FileType::Pipe => "named pipe",
                    FileType::Socket => "socket",
                    FileType::Other => "thing of another kind",
                };
                format!(
                    "{file} should be a file, and it is {}.",
                    with_article(found)
                )
            }
            Self::NoFolder { folder } => format!(
                "There is no folder `{}` for {file}.",
                without_backticks(folder)
            ),
            Self::TooShort {
                bytes: length,
                at_least_bytes,
            } => format!(
                "{file} has {}, and should have {} or more.",
                bytes(*length),
                bytes(*at_least_bytes)
            ),
            Self::Refused { error } => {
                format!("The test can't read or change {file}: {}.", quoted(error))
            }
            Self::TooLarge { limit_kib } => format!(
                "{file} is longer than {limit_kib} KiB, which is the most that a test reads."
            ),
            Self::Differs { content } => differs(&file, content),
        }
    }
}

/// How much is quoted of what is alike, before the place where it differs.
const ALIKE_BYTES: usize = 20;

fn differs(file: &str, content: &Comparison) -> String {
    let (expected, received) = (content.expected.as_bytes(), content.received.as_bytes());
    let at = content.first_difference();
    let shown = |bytes: &[u8]| {
        let begin = (at as usize).saturating_sub(ALIKE_BYTES);
        match bytes.get(begin..) {
            Some(rest) if begin > ALIKE_BYTES => format!("`…{}`", shortened(rest)),
            _ => format!("`{}`", shortened(bytes)),
        }
    };
    let found = match received {
        [] => "it is empty".to_owned(),
        received => format!("it holds {}", shown(received)),
    };
    let should = match expected {
        [] => "be empty".to_owned(),
        expected => format!("hold {}", shown(expected)),
    };
    let is_of_both = [expected, received]
        .iter()
        .all(|bytes| bytes.len() > at as usize);
    let place = if is_of_both {
        format!(" {}", right_until(at, "it"))
    } else if expected.is_empty() || received.is_empty() {
        String::new()
    } else if received.len() < expected.len() {
        format!(" It ends after {}.", bytes(at))
    } else {
        format!(" After {} it should end.", bytes(at))
    };
    format!("{file} should {should}, but {found}.{place}")
}

#[cfg(test)]
mod tests {
    use super::{FileFault, FileType};
    use crate::{Comparison, Outcome};

    fn said(fault: FileFault) -> String {
        let file = "dump.rdb".to_owned();
        Outcome::WrongFile { file, fault }.message()
    }

    fn differs(expected: &str, received: &str) -> String {
        let same = expected
            .bytes()
            .zip(received.bytes())
            .take_while(|(one, other)| one == other)
            .count();
        said(FileFault::Differs {
            content: Comparison {
                expected: expected.as_bytes().into(),
                expected_is_prefix: false,
                expected_is_example: false,
                received: received.as_bytes().into(),
                cut_bytes: 0,
                offset: u32::try_from(same).unwrap(),
                request: None,
            },
        })
    }

    #[test]
    fn a_missing_file_is_told_with_what_is_there() {
        let names = |names: &[&str]| FileFault::Absent {
            names: names.iter().map(|&name| name.to_owned()).collect(),
        };
        assert_eq!(
            said(names(&["dump.rbd", "main.py"])),
            "There is no file `dump.rdb` in your program's folder, which has `dump.rbd` and `main.py`."
        );
        assert_eq!(
            said(names(&[])),
            "There is no file `dump.rdb`: your program's folder is empty."
        );
    }

    #[test]
    fn what_is_in_its_place_has_a_name() {
        let fault = |file_type| said(FileFault::NoFile { file_type });
        assert_eq!(
            fault(FileType::Folder),
            "`dump.rdb` should be a file, and it is a folder."
        );
        assert_eq!(
            fault(FileType::Socket),
            "`dump.rdb` should be a file, and it is a socket."
        );
    }

    #[test]
    fn another_content_is_told_with_its_place() {
        assert_eq!(
            differs("abc", "abd"),
            "`dump.rdb` should hold `abc`, but it holds `abd`. The first 2 bytes of it are right."
        );
        assert_eq!(
            differs("abc", "a"),
            "`dump.rdb` should hold `abc`, but it holds `a`. It ends after 1 byte."
        );
        assert_eq!(
            differs("ab", "abc"),
            "`dump.rdb` should hold `ab`, but it holds `abc`. After 2 bytes it should end."
        );
        assert_eq!(
            differs("ab", ""),
            "`dump.rdb` should hold `ab`, but it is empty."
        );
        assert_eq!(
            differs("", "ab"),
            "`dump.rdb` should be empty, but it holds `ab`."
        );
        let long = "x".repeat(100);
        assert_eq!(
            differs(&format!("{long}right"), &format!("{long}wrong")),
            "`dump.rdb` should hold `…xxxxxxxxxxxxxxxxxxxxright`, but it holds `…xxxxxxxxxxxxxxxxxxxxwrong`. The first 100 bytes of it are right."
        );
        assert_eq!(
            differs(&format!("{long}right"), &long),
            "`dump.rdb` should hold `…xxxxxxxxxxxxxxxxxxxxright`, but it holds `…xxxxxxxxxxxxxxxxxxxx`. It ends after 100 bytes."
        );
    }

    #[test]
    fn the_kernels_word_is_quoted() {
        let error = "Permission denied".to_owned();
        assert_eq!(
            said(FileFault::Refused { error }),
            "The test can't read or change `dump.rdb`: Permission denied."
        );
        assert_eq!(
            said(FileFault::TooLarge { limit_kib: 2048 }),
            "`dump.rdb` is longer than 2048 KiB, which is the most that a test reads."
        );
        let folder = "inner".to_owned();
        assert_eq!(
            said(FileFault::NoFolder { folder }),
            "There is no folder `inner` for `dump.rdb`."
        );
        let (length, at_least_bytes) = (1, 5);
        assert_eq!(
            said(FileFault::TooShort {
                bytes: length,
                at_least_bytes
            }),
            "`dump.rdb` has 1 byte, and should have 5 bytes or more."
        );
    }
}

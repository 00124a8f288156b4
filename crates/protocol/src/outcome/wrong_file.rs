//! A file that the program has stored, and that is not as it should be.

use serde::{Deserialize, Serialize};

use super::Comparison;
use super::phrase::{bytes, quoted, shortened, without_backticks};
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
    /// The kernel does not let it be read, or changed.
    Refused {
        /// The kernel's text for the error.
        error: String,
    },
    /// It is longer than any file can be here.
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
                    "There is no file {file} in your program's folder. There is {}.",
                    names.join(", ")
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
            Self::Refused { error } => format!(
                "{file} can't be opened, though it is your program's own: {}.",
                quoted(error)
            ),
            Self::TooLarge { limit_kib } => format!(
                "{file} is longer than {limit_kib} KiB, which is the most that a file can have here."
            ),
            Self::Differs { content } => differs(&file, content),
        }
    }
}

fn differs(file: &str, content: &Comparison) -> String {
    let (expected, received) = (content.expected.as_bytes(), content.received.as_bytes());
    let found = match received {
        [] => "it is empty".to_owned(),
        received => format!("it holds `{}`", shortened(received)),
    };
    let should = match expected {
        [] => "be empty".to_owned(),
        expected => format!("hold `{}`", shortened(expected)),
    };
    let at = content.first_difference();
    let is_of_both = [expected, received]
        .iter()
        .all(|bytes| bytes.len() > at as usize);
    let place = if is_of_both {
        format!(" The first difference is at byte {at}.")
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
            "There is no file `dump.rdb` in your program's folder. There is `dump.rbd`, `main.py`."
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
            "`dump.rdb` should hold `abc`, but it holds `abd`. The first difference is at byte 2."
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
    }

    #[test]
    fn the_kernels_word_is_quoted() {
        let error = "Permission denied".to_owned();
        assert_eq!(
            said(FileFault::Refused { error }),
            "`dump.rdb` can't be opened, though it is your program's own: Permission denied."
        );
        assert_eq!(
            said(FileFault::TooLarge { limit_kib: 8192 }),
            "`dump.rdb` is longer than 8192 KiB, which is the most that a file can have here."
        );
    }
}

//! Advice on names that are not there: undefined ones, attributes, and what newer Pythons have.

use super::type_advice::{COROUTINE, FUNCTION};

/// What stands in the first pair of single quotes, if it is a name.
pub(super) fn quoted(detail: &str) -> Option<&str> {
    let (_, rest) = detail.split_once('\'')?;
    let (name, _) = rest.split_once('\'')?;
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// Modules that servers are written with, of which learners forget the import.
const MODULES: [&str; 19] = [
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
    "time",
];

pub(super) fn undefined_name(detail: &str) -> Option<String> {
    let name = quoted(detail)?;
    if MODULES.contains(&name) {
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
pub(super) fn newer_name(detail: &str) -> Option<String> {
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

pub(super) fn missing_attribute(detail: &str) -> Option<&'static str> {
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

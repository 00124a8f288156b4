//! The outcome as one or two sentences that a beginner can act on.

use super::exception_advice::advice;
use super::phrase::{
    after_line, bytes, duration, exception, exit, ports, shortened, to_request, without_backticks,
};
use super::silence::Silence;
use super::{Comparison, Outcome, SocketKind, syntax_advice};
use crate::ByteString;
use crate::english::{capitalised, closed, with_article};

impl Outcome {
    /// What happened and what to do, in plain text with code between backticks; empty for a pass.
    pub fn message(&self) -> String {
        match self {
            Self::Passed => String::new(),
            Self::Refused {
                port,
                line: Some(line),
                is_busy: true,
                ..
            } => format!(
                "Nothing listens on port {port}: your program is still busy in line {line}. \
                 Is there a loop that never ends?"
            ),
            Self::Refused {
                port,
                line: Some(line),
                is_busy: false,
                ..
            } => format!(
                "Nothing listens on port {port}: your program waits in line {line}. \
                 Before it waits, bind a socket to `('localhost', {port})` and call `listen`."
            ),
            Self::Refused {
                port, waited_ms, ..
            } => format!(
                "Nothing listens on port {port}: the client tried for {} and was refused each time. \
                 Bind a socket to `('localhost', {port})` and call `listen`.",
                duration(*waited_ms)
            ),
            Self::Exited {
                crash: Some(crash), ..
            } => format!(
                "Your program stopped before the client could connect: {}.{}",
                exception(crash),
                advice(crash)
            ),
            Self::Exited { code, crash: None } => format!(
                "Your program ended, and nothing listens ({}). Bind a socket and call `listen`. \
                 If you did: a socket stops listening when it is closed, at the end of its `with` \
                 block, or when no variable holds it any more.",
                exit(*code)
            ),
            Self::SyntaxError { span, detail, text } => format!(
                "Python can't read line {}: {} Nothing ran.{}",
                span.line,
                closed(detail),
                syntax_advice::advice(detail, text)
            ),
            Self::OtherPort { port, found } => format!(
                "Your program listens on {}, but the client calls port {port}.",
                ports(found)
            ),
            Self::Ipv6Only { port } => format!(
                "Your program listens on port {port} for IPv6 only. The client calls 127.0.0.1: \
                 bind to `'localhost'` with `AF_INET`."
            ),
            Self::Silent {
                waited_ms,
                request,
                expected,
                replies_before,
                receipt,
                line,
                is_busy,
            } => Silence {
                waited_ms: *waited_ms,
                request: request.as_ref(),
                expected: expected.as_ref(),
                replies_before: *replies_before,
                receipt: *receipt,
                line: *line,
                is_busy: *is_busy,
            }
            .sentence(),
            Self::Ended {
                line,
                request: None,
            } => format!(
                "Your program came to its end{}, and nothing listens any more. A socket stops \
                 listening when it is closed, at the end of its `with` block, or when no variable \
                 holds it any more.",
                after_line(*line)
            ),
            Self::Ended {
                line,
                request: Some(request),
            } => format!(
                "Your program came to its end{}, so nobody was left to answer{}. \
                 Keep it running: accept and answer in a loop.",
                after_line(*line),
                to_request(Some(request))
            ),
            Self::Closed {
                after_bytes: 0,
                reply,
            } => format!(
                "Your program closed the connection instead of answering{}.",
                to_request(reply.request.as_ref())
            ),
            Self::Closed { after_bytes, reply } => format!(
                "Your program closed the connection after {}, in the middle of its reply{}.",
                bytes(*after_bytes),
                to_request(reply.request.as_ref())
            ),
            Self::Reset { after_bytes: 0 } => {
                "Your program's side reset the connection instead of answering. That happens when a \
                 socket is closed while there is still something to read from it."
                    .to_owned()
            }
            Self::Reset { after_bytes } => format!(
                "Your program's side reset the connection after {}. That happens when a socket is \
                 closed while there is still something to read from it.",
                bytes(*after_bytes)
            ),
            Self::Incomplete { reply, missing } => {
                let differs = reply.first_difference();
                let began = if differs < reply.offset {
                    format!("differs from byte {differs} on, and it never ended")
                } else {
                    "began well and then stopped".to_owned()
                };
                format!(
                    "The reply{} {began}: after {}, {missing} did not come.",
                    to_request(reply.request.as_ref()),
                    bytes(reply.offset)
                )
            }
            Self::InvalidByte { reply, rule } => {
                let differs = reply.first_difference();
                let earlier = if differs < reply.offset {
                    format!(" It already differs at byte {differs}.")
                } else {
                    String::new()
                };
                format!(
                    "The reply{} breaks the protocol at byte {}: {}. {}.{earlier}",
                    to_request(reply.request.as_ref()),
                    reply.offset,
                    found_at(reply),
                    capitalised(&rule.to_string())
                )
            }
            Self::WrongType {
                reply,
                expected_type,
                received_type,
            } => format!(
                "The reply{} should be {}, but it is {}.",
                to_request(reply.request.as_ref()),
                with_article(&expected_type.to_string()),
                with_article(&received_type.to_string())
            ),
            Self::WrongValue {
                reply,
                expected,
                received,
            } => format!(
                "The reply{} should be {expected}, but it is {received}. \
                 They differ from byte {} on.",
                to_request(reply.request.as_ref()),
                reply.offset
            ),
            Self::ExtraBytes { reply } => format!(
                "The reply{} is right, but {} more came after it: `{}`.",
                to_request(reply.request.as_ref()),
                bytes(extra_bytes(reply)),
                shortened(
                    reply
                        .received
                        .as_bytes()
                        .get(reply.offset as usize..)
                        .unwrap_or(&[])
                )
            ),
            Self::Unasked { reply } => format!(
                "Your program sent `{}` as soon as the client had connected, before it asked for \
                 anything. Wait for its request: receive first, then answer.",
                shortened(reply.received.as_bytes())
            ),
            Self::TooSlow { took_ms, limit_ms } => format!(
                "The reply is right but came after {}; {} is the most.",
                duration(*took_ms),
                duration(*limit_ms)
            ),
            Self::Crashed { crash, request, .. } => format!(
                "Your program crashed{}: {}.{}",
                request
                    .as_ref()
                    .map(|request| format!(" on `{request}`"))
                    .unwrap_or_default(),
                exception(crash),
                advice(crash)
            ),
            Self::Stopped {
                code,
                request: None,
            } => format!(
                "Your program ended itself ({}). Keep it running: clients may come at any time.",
                exit(*code)
            ),
            Self::Stopped { code, request } => format!(
                "Your program ended itself instead of answering{} ({}).",
                to_request(request.as_ref()),
                exit(*code)
            ),
            Self::OutOfMemory { limit_mib } => format!(
                "Your program asked for more than the {limit_mib} MiB of memory there are, and was stopped."
            ),
            Self::TooManyProcesses { limit } => format!(
                "Your program started more than {limit} processes and threads, which is the limit."
            ),
            Self::TooManySockets { sockets, limit } => {
                let sockets = match sockets {
                    SocketKind::Tcp => "TCP sockets",
                    SocketKind::Udp => "UDP sockets",
                    SocketKind::Other => "sockets beside its TCP connections",
                };
                format!(
                    "Your program had more than {limit} {sockets} open at once, which is the limit. \
                     Is there one that is opened in a loop and never closed?"
                )
            }
            Self::OutputFlood { limit_kib } => format!(
                "Your program printed more than {limit_kib} KiB and answered nothing. \
                 Is there a `print` in a loop that never ends?"
            ),
            Self::TimedOut { limit_ms } => format!(
                "The run reached its limit of {} in this test. Is there a loop that never ends?",
                duration(*limit_ms)
            ),
            Self::NotRun => "Not run: the run ended before this test's turn.".to_owned(),
            Self::Interfered { interference } => format!(
                "Your program reached for the judge ({interference}), so this test can't count as passed."
            ),
            Self::TestBroken { detail } => format!(
                "This test is broken, and that is the course's fault, not your code's: {detail}."
            ),
        }
    }
}

fn found_at(reply: &Comparison) -> String {
    match reply.received.as_bytes().get(reply.offset as usize) {
        Some(byte) => {
            let shown = without_backticks(&ByteString::escape(*byte));
            format!("`{shown}` stands there")
        }
        None if reply.cut_bytes > 0 => "what stands there is beyond what is shown".to_owned(),
        None => "nothing more came".to_owned(),
    }
}

fn extra_bytes(reply: &Comparison) -> u32 {
    let kept = u32::try_from(reply.received.as_bytes().len()).unwrap_or(u32::MAX);
    kept.saturating_add(reply.cut_bytes)
        .saturating_sub(reply.offset)
}

#[cfg(test)]
mod tests;

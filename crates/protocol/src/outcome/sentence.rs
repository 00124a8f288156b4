//! The outcome as one or two sentences that a beginner can act on.

use super::exception_advice::advice;
use super::phrase::{
    after_line, bytes, duration, exception, exit, ports, shortened, the_request, times, to_request,
};
use super::program_end::before_the_end;
use super::reply_phrase::{extra_bytes, first_difference, found_at, half_a_reply, is_wrong_after};
use super::silence::Silence;
use super::termination::not_ended;
use super::wrong_output::WrongOutput;
use super::{Outcome, ProgramWarning, SocketKind, syntax_advice};
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
                 Before any such wait a socket that is bound to `('localhost', {port})` has to listen, and \
                 it has to stay open."
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
            Self::Exited {
                code,
                crash: None,
                end,
            } => match &end.listener {
                _ if *code != 0 || end.exit_line.is_some() => format!(
                    "Before a client could connect, your program {}.",
                    end.clause(*code)
                ),
                Some(listener) => format!(
                    "Your program came to its end, and nothing listens any more: {}. \
                     Keep it running: accept clients in a loop without end.",
                    listener.clause()
                ),
                None => format!(
                    "Your program ended, and nothing listens ({}). Bind a socket and call `listen`.",
                    exit(*code)
                ),
            },
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
                warning,
            } => Silence {
                waited_ms: *waited_ms,
                request: request.as_ref(),
                expected: expected.as_ref(),
                replies_before: *replies_before,
                receipt: *receipt,
                line: *line,
                is_busy: *is_busy,
                warning: warning.as_ref(),
            }
            .sentence(),
            Self::Ended {
                line,
                request,
                clients,
                accepted_clients,
                replies_before,
                end,
                reply,
            } => {
                let before = before_the_end(*clients, *accepted_clients, *replies_before);
                let ended = match &end.listener {
                    Some(listener) => listener.clause(),
                    None if before.contains(" then ") => {
                        format!("it came to its end{}", after_line(*line))
                    }
                    None => format!("came to its end{}", after_line(*line)),
                };
                let half = half_a_reply(reply.as_ref());
                let nobody = match (request, &end.listener) {
                    (Some(_), _) if !half.is_empty() => {
                        format!(", with {} half answered", the_request(request.as_ref()))
                    }
                    (Some(_), _) => format!(
                        ", so nobody was left to answer {}",
                        the_request(request.as_ref())
                    ),
                    (None, Some(_)) => String::new(),
                    (None, None) => ", and nothing listens any more".to_owned(),
                };
                let task = if request.is_some() {
                    "accept and answer"
                } else {
                    "accept clients"
                };
                format!("{before}{ended}{nobody}.{half} Keep it running: {task} in a loop without end.")
            }
            Self::Closed {
                after_bytes: 0,
                reply,
                warning,
            } => format!(
                "Your program closed the connection instead of answering{}.{}",
                reply
                    .request
                    .as_ref()
                    .map(|request| format!(" `{request}`"))
                    .unwrap_or_default(),
                warned(warning.as_ref())
            ),
            Self::Closed { reply, .. } => format!(
                "Your program closed the connection in the middle of its reply{}.{}",
                to_request(reply.request.as_ref()),
                half_a_reply(Some(reply))
            ),
            Self::Reset { after_bytes: 0 } => {
                "Your program's side reset the connection instead of answering. That happens when a \
                 socket is closed before all that the client sent has been read."
                    .to_owned()
            }
            Self::Reset { after_bytes } => format!(
                "Your program's side reset the connection after {}. That happens when a socket is \
                 closed before all that the client sent has been read.",
                bytes(*after_bytes)
            ),
            Self::Incomplete { reply, missing } => {
                let differs = reply.first_difference();
                let is = if differs < reply.offset {
                    format!("{}, and it never ended", is_wrong_after(differs))
                } else {
                    "is incomplete".to_owned()
                };
                // Of one without end the rest may be on its way still.
                format!(
                    "The reply{} {is}: after {}, {missing} had not come.",
                    to_request(reply.request.as_ref()),
                    bytes(reply.offset)
                )
            }
            Self::InvalidByte { reply, rule } => {
                let differs = reply.first_difference();
                let earlier = if differs < reply.offset {
                    format!(" The reply {} already.", is_wrong_after(differs))
                } else {
                    String::new()
                };
                format!(
                    "The reply{} breaks the protocol {}: {}. {}.{earlier}",
                    to_request(reply.request.as_ref()),
                    match reply.offset {
                        0 => "with its first byte".to_owned(),
                        before => format!("after {}", bytes(before)),
                    },
                    found_at(reply),
                    capitalised(&rule.to_string())
                )
            }
            Self::WrongType {
                reply,
                expected_type,
                received_type,
                warning,
            } => format!(
                "The reply{} should be {}, but it is {}.{}",
                to_request(reply.request.as_ref()),
                with_article(&expected_type.to_string()),
                with_article(&received_type.to_string()),
                warned(warning.as_ref())
            ),
            Self::WrongValue {
                reply,
                expected,
                received,
            } => format!(
                "The reply{} should be {expected}, but it is {received}.{}",
                to_request(reply.request.as_ref()),
                first_difference(reply)
            ),
            Self::Differs(difference) => difference.sentence(),
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
            Self::WrongOutput {
                tool,
                command,
                output,
                code,
            } => WrongOutput {
                tool,
                command,
                output,
                code: *code,
            }
            .sentence(),
            Self::WrongFile { file, fault } => fault.sentence(file),
            Self::Disagrees { files, fault } => fault.sentence(files),
            Self::TooSlow { took_ms, limit_ms } => format!(
                "The reply is right but came after {took_ms} ms; {limit_ms} ms is the most."
            ),
            Self::TooEarly {
                took_ms,
                at_least_ms,
                request,
            } => format!(
                "The reply{} came after {took_ms} ms. That is too early: it has to wait for at least \
                 {at_least_ms} ms.",
                to_request(request.as_ref())
            ),
            Self::NotEnded {
                waited_ms,
                code,
                line,
                is_busy,
            } => not_ended(*waited_ms, *code, *line, *is_busy),
            Self::Crashed { crash, request, .. } => format!(
                "{} crashed{}: {}.{}",
                crash.place.subject(),
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
                replies_before,
                end,
                ..
            } => format!(
                "{} {}. Keep it running: clients may come at any time.",
                match replies_before {
                    0 => "Your program".to_owned(),
                    replies => format!("After it had answered {}, your program", times(*replies)),
                },
                end.clause(*code)
            ),
            Self::Stopped {
                code,
                request,
                end,
                reply,
                ..
            } => format!(
                "Instead of answering {}, your program {}.{}",
                the_request(request.as_ref()),
                end.clause(*code),
                half_a_reply(reply.as_ref())
            ),
            Self::OutOfMemory { limit_mib } => format!(
                "Your program asked for more than the {limit_mib} MiB of memory there are, and was stopped."
            ),
            Self::TooManyProcesses { limit } => format!(
                "Your program asked for more than {limit} processes and threads, which is the limit. \
                 Are they started in a loop?"
            ),
            Self::TooManySockets { sockets, limit } => {
                let sockets = match sockets {
                    SocketKind::Tcp => "TCP sockets",
                    SocketKind::Udp => "UDP sockets",
                    SocketKind::Other => "sockets other than TCP connections",
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
                "The run reached its limit of {} in this test. Is there a wait, or a loop that never \
                 ends?",
                duration(*limit_ms)
            ),
            Self::NotRun => "Not run: the run ended before this test's turn.".to_owned(),
            Self::NotAsked => "Not run: the run was for another test only.".to_owned(),
            Self::Interfered { interference } => format!(
                "Your program reached for the judge ({interference}), so this test can't count as passed."
            ),
            Self::TestBroken { detail } => format!(
                "This test is broken, and that is the course's fault, not your code's: {detail}."
            ),
        }
    }
}

fn warned(warning: Option<&ProgramWarning>) -> String {
    warning
        .map(|warning| format!(" {}", warning.sentence()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;

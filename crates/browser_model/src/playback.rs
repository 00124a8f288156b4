//! A test's exchange, to be played again in the console.

use protocol::{Exchange, ExchangeAction, Request, SessionCommand};

use crate::redis_cli::quote_word;

/// What a client of a test did, as far as it can be done again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaybackStep {
    /// It connected.
    Connect {
        /// Its number in the test.
        client: u32,
    },
    /// It sent something.
    Send {
        /// Its number in the test.
        client: u32,
        /// As one would type it.
        text: String,
        /// What it sent.
        bytes: Vec<u8>,
        /// Whether it is one whole command, which has one reply.
        is_command: bool,
    },
    /// It left.
    Disconnect {
        /// Its number in the test.
        client: u32,
    },
}

/// The steps that a test's clients made, in order; none where some are not known whole, where the
/// test has started or ended the program, or where there were too many clients.
pub fn playback_of(exchanges: &[Exchange]) -> Option<Vec<PlaybackStep>> {
    let mut steps = Vec::new();
    for exchange in exchanges {
        let client = u32::from(exchange.client);
        match &exchange.action {
            ExchangeAction::Connected { .. } => steps.push(PlaybackStep::Connect { client }),
            ExchangeAction::Sent {
                bytes,
                cut_bytes: 0,
                decoded,
            } => {
                let command = decoded.as_ref().and_then(one_command);
                steps.push(PlaybackStep::Send {
                    client,
                    is_command: command.is_some(),
                    text: command.unwrap_or_else(|| bytes.to_string()),
                    bytes: bytes.as_bytes().to_vec(),
                });
            }
            ExchangeAction::ClosedByClient | ExchangeAction::ResetByClient => {
                steps.push(PlaybackStep::Disconnect { client });
            }
            ExchangeAction::Sent { .. }
            | ExchangeAction::LeftOut { .. }
            | ExchangeAction::FileWritten { .. }
            | ExchangeAction::Started { .. }
            | ExchangeAction::Restarted { .. }
            | ExchangeAction::Stopped
            | ExchangeAction::Terminated => return None,
            ExchangeAction::Received { .. }
            | ExchangeAction::Silence { .. }
            | ExchangeAction::FileRead { .. }
            | ExchangeAction::RedisStarted { .. }
            | ExchangeAction::RedisAsked { .. }
            | ExchangeAction::ClosedByServer
            | ExchangeAction::Reset => {}
        }
    }
    // Clients that have left keep their place in the console.
    let connects = |step: &&PlaybackStep| matches!(step, PlaybackStep::Connect { .. });
    if steps.iter().filter(connects).count() > SessionCommand::CLIENTS_MAX as usize {
        return None;
    }
    let is_sent = |step: &PlaybackStep| matches!(step, PlaybackStep::Send { .. });
    steps.iter().any(is_sent).then_some(steps)
}

/// A request that is one whole command, as one would type it.
fn one_command(request: &Request) -> Option<String> {
    let Request::Commands { commands, has_more } = request else {
        return None;
    };
    let [command] = commands.as_slice() else {
        return None;
    };
    let is_whole = command.cut_words == 0 && command.words.iter().all(|word| word.cut_bytes == 0);
    let words = (command.words.iter()).map(|word| quote_word(word.bytes.as_bytes()));
    (is_whole && !has_more).then(|| words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use protocol::{ByteString, Command, Excerpt};

    use super::*;

    fn exchange(client: u16, action: ExchangeAction) -> Exchange {
        Exchange {
            client,
            at_us: 0,
            action,
        }
    }

    fn sent(bytes: &[u8], words: &[&str], cut_bytes: u32) -> ExchangeAction {
        let words = words.iter().map(|word| Excerpt {
            bytes: ByteString::from(word.as_bytes()),
            cut_bytes: 0,
        });
        let command = Command {
            words: words.collect(),
            cut_words: 0,
        };
        ExchangeAction::Sent {
            bytes: bytes.into(),
            cut_bytes,
            decoded: (!command.words.is_empty()).then(|| Request::Commands {
                commands: vec![command],
                has_more: false,
            }),
        }
    }

    #[test]
    fn what_clients_did_is_played_in_their_order() {
        let exchanges = [
            exchange(1, ExchangeAction::Connected { name: None }),
            exchange(1, sent(b"*1\r\n$4\r\nPING\r\n", &["PING"], 0)),
            exchange(1, ExchangeAction::Silence { waited_ms: 1000 }),
            exchange(2, ExchangeAction::Connected { name: None }),
            exchange(2, sent(b"half", &[], 0)),
            exchange(1, ExchangeAction::ClosedByClient),
        ];
        let steps = playback_of(&exchanges).unwrap();
        let ping = PlaybackStep::Send {
            client: 1,
            text: "PING".to_owned(),
            bytes: b"*1\r\n$4\r\nPING\r\n".to_vec(),
            is_command: true,
        };
        let half = PlaybackStep::Send {
            client: 2,
            text: "half".to_owned(),
            bytes: b"half".to_vec(),
            is_command: false,
        };
        let expected = [
            PlaybackStep::Connect { client: 1 },
            ping,
            PlaybackStep::Connect { client: 2 },
            half,
            PlaybackStep::Disconnect { client: 1 },
        ];
        assert_eq!(steps, expected);
    }

    #[test]
    fn what_is_not_known_whole_is_not_played() {
        let connected = exchange(1, ExchangeAction::Connected { name: None });
        for other in [
            exchange(1, sent(b"x", &[], 5000)),
            exchange(0, ExchangeAction::LeftOut { count: 7 }),
            exchange(
                0,
                ExchangeAction::Started {
                    arguments: vec!["x".to_owned()],
                },
            ),
            exchange(0, ExchangeAction::Terminated),
            exchange(1, ExchangeAction::ClosedByServer),
        ] {
            assert_eq!(playback_of(&[connected.clone(), other]), None);
        }
    }
}

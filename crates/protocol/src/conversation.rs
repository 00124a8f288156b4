//! What passed on each connection of a test, however it was cut and whenever it came.

use crate::{Exchange, ExchangeAction};

/// Whether the same bytes passed in two runs of a test, on each connection.
pub fn is_same_exchange(one: &[Exchange], other: &[Exchange]) -> bool {
    conversations(one) == conversations(other)
}

/// What passed on one connection, however it was cut on its way.
#[derive(Debug, PartialEq, Eq)]
struct Conversation {
    client: u16,
    /// The bytes, and whether the client sent them.
    said: Vec<(bool, Vec<u8>)>,
}

/// The conversations of a test, by client.
fn conversations(exchanges: &[Exchange]) -> Vec<Conversation> {
    let mut found: Vec<Conversation> = Vec::new();
    for exchange in exchanges {
        let (is_sent, bytes) = match &exchange.action {
            ExchangeAction::Sent { bytes, .. } => (true, bytes),
            ExchangeAction::Received { bytes, .. } => (false, bytes),
            _ => continue,
        };
        let client = exchange.client;
        let at = found.iter().position(|one| one.client == client);
        let at = at.unwrap_or_else(|| {
            let said = Vec::new();
            found.push(Conversation { client, said });
            found.len() - 1
        });
        let said = &mut found[at].said;
        match said.last_mut() {
            Some((was_sent, before)) if *was_sent == is_sent => {
                before.extend_from_slice(bytes.as_bytes());
            }
            _ => said.push((is_sent, bytes.as_bytes().to_vec())),
        }
    }
    found.sort_by_key(|one| one.client);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ByteString;

    fn sent(client: u16, at_us: u32, bytes: &str) -> Exchange {
        let action = ExchangeAction::Sent {
            bytes: ByteString::from(bytes.as_bytes()),
            cut_bytes: 0,
            decoded: None,
        };
        Exchange {
            client,
            at_us,
            action,
        }
    }

    fn received(client: u16, at_us: u32, line: Option<u32>, bytes: &str) -> Exchange {
        let action = ExchangeAction::Received {
            bytes: ByteString::from(bytes.as_bytes()),
            cut_bytes: 0,
            decoded: None,
            line,
            callers: Vec::new(),
        };
        Exchange {
            client,
            at_us,
            action,
        }
    }

    #[test]
    fn bytes_are_compared_by_connection_however_they_came() {
        let one = [
            sent(1, 1, "PING"),
            received(1, 2, None, "+PO"),
            received(1, 3, None, "NG"),
            sent(2, 4, "A"),
        ];
        let other = [
            sent(2, 1, "A"),
            sent(1, 1, "PING"),
            received(1, 9, Some(3), "+PONG"),
        ];
        assert!(is_same_exchange(&one, &other));
        assert!(!is_same_exchange(&one, &other[1..]));
        assert!(!is_same_exchange(&one[..2], &other));
        assert!(!is_same_exchange(
            &[received(1, 1, None, "PING")],
            &one[..1]
        ));
    }
}

//! The exchanges of a test as a timeline: a lane for each client, a row for each event.

use protocol::{ByteString, Caller, Exchange, ExchangeAction};

/// One row of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRow {
    /// Milliseconds since the test began, with one decimal.
    pub at: String,
    /// What the client is called; none for an event of no single client.
    pub client: Option<String>,
    /// The lane, from 0; clients share the last one where there are too many. None for an event of
    /// no single client.
    pub lane: Option<usize>,
    /// The event, for the icon on the lane.
    pub event: TraceEvent,
    /// The event in English, or the decoded bytes.
    pub headline: String,
    /// The bytes, and how many were cut off their end.
    pub bytes: Option<(ByteString, u32)>,
    /// The learner's line that sent them, if known.
    pub line: Option<u32>,
    /// The learner's calls that led to that line, the innermost first.
    pub callers: Vec<Caller>,
    /// For each lane, how its connection is drawn beside this row.
    pub lanes: Vec<LaneState>,
}

/// How a lane is drawn beside one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneState {
    /// There is no connection.
    Closed,
    /// It begins at this row.
    Begins,
    /// It is open.
    Open,
    /// It ends at this row.
    Ends,
}

/// An event on a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceEvent {
    /// The connection was opened.
    Opened,
    /// The client sent bytes.
    Sent,
    /// Bytes came from the program.
    Received,
    /// Nothing came.
    Silence,
    /// The connection came to its end.
    Closed,
    /// The program was started.
    Started,
    /// The program was killed, or asked to end.
    Stopped,
    /// The test looked at what the program has stored, or changed it.
    Stored,
    /// Events are left out here.
    LeftOut,
}

impl TraceEvent {
    /// The event in English, for the legend and for those who don't see the icon.
    pub fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Sent => "client to program",
            Self::Received => "program to client",
            Self::Silence => "silence",
            Self::Closed => "closed",
            Self::Started => "started",
            Self::Stopped => "ended by the test",
            Self::Stored => "by the test itself",
            Self::LeftOut => "left out",
        }
    }
}

/// How many lanes are drawn at most.
pub const LANES_MAX: usize = 6;

/// Lays out the events of a test.
pub fn trace_rows(exchanges: &[Exchange]) -> Vec<TraceRow> {
    let mut clients: Vec<u16> = Vec::new();
    for exchange in exchanges {
        if exchange.client > 0 && !clients.contains(&exchange.client) {
            clients.push(exchange.client);
        }
    }
    let lane_of = |client: u16| {
        let index = clients.iter().position(|other| *other == client);
        index.map(|index| index.min(LANES_MAX - 1))
    };
    let count = clients.len().clamp(1, LANES_MAX);
    let names_client = clients.len() > 1;
    let mut open = vec![0_u32; count];
    exchanges
        .iter()
        .map(|exchange| {
            let lane = lane_of(exchange.client);
            let was_open: Vec<bool> = open.iter().map(|open| *open > 0).collect();
            let event = event_of(&exchange.action);
            match (event, lane) {
                (TraceEvent::Opened, Some(lane)) => open[lane] += 1,
                (TraceEvent::Closed, Some(lane)) => open[lane] = open[lane].saturating_sub(1),
                (TraceEvent::Started | TraceEvent::Stopped, _) => open.fill(0),
                _ => {}
            }
            let lanes = was_open
                .iter()
                .zip(&open)
                .map(|(was, is)| match (*was, *is > 0) {
                    (false, false) => LaneState::Closed,
                    (false, true) => LaneState::Begins,
                    (true, true) => LaneState::Open,
                    (true, false) => LaneState::Ends,
                })
                .collect();
            let is_of_client = exchange.client > 0;
            let client = is_of_client.then(|| Exchange::client_name(exchanges, exchange.client));
            let is_named =
                names_client || Exchange::real_client(exchanges, exchange.client).is_some();
            let named = client.as_deref().filter(|_| is_named);
            let (bytes, line) = passed_bytes(&exchange.action);
            TraceRow {
                at: format!("{:.1}", f64::from(exchange.at_us) / 1000.0),
                lane,
                event,
                headline: exchange.action.headline(named).unwrap_or_default(),
                client,
                bytes,
                line,
                callers: exchange.action.callers().to_vec(),
                lanes,
            }
        })
        .collect()
}

fn event_of(action: &ExchangeAction) -> TraceEvent {
    match action {
        ExchangeAction::Connected { .. } => TraceEvent::Opened,
        ExchangeAction::Sent { .. } => TraceEvent::Sent,
        ExchangeAction::Received { .. } => TraceEvent::Received,
        ExchangeAction::Silence { .. } => TraceEvent::Silence,
        ExchangeAction::ClosedByClient
        | ExchangeAction::ResetByClient
        | ExchangeAction::ClosedByServer
        | ExchangeAction::Reset => TraceEvent::Closed,
        ExchangeAction::Started { .. } | ExchangeAction::Restarted { .. } => TraceEvent::Started,
        ExchangeAction::Stopped | ExchangeAction::Terminated => TraceEvent::Stopped,
        ExchangeAction::FileRead { .. }
        | ExchangeAction::FileWritten { .. }
        | ExchangeAction::RedisStarted { .. }
        | ExchangeAction::RedisAsked { .. } => TraceEvent::Stored,
        ExchangeAction::LeftOut { .. } => TraceEvent::LeftOut,
    }
}

/// The bytes that passed, how many were cut off their end, and the learner's line that sent them.
type PassedBytes = (Option<(ByteString, u32)>, Option<u32>);

fn passed_bytes(action: &ExchangeAction) -> PassedBytes {
    match action {
        ExchangeAction::Sent {
            bytes, cut_bytes, ..
        } => (Some((bytes.clone(), *cut_bytes)), None),
        ExchangeAction::Received {
            bytes,
            cut_bytes,
            line,
            ..
        } => (Some((bytes.clone(), *cut_bytes)), *line),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(client: u16, action: ExchangeAction) -> Exchange {
        Exchange {
            client,
            at_us: u32::from(client) * 1000 + 440,
            action,
        }
    }

    fn sent() -> ExchangeAction {
        ExchangeAction::Sent {
            bytes: ByteString::from(b"PING".as_slice()),
            cut_bytes: 0,
            decoded: None,
        }
    }

    #[test]
    fn each_client_has_a_lane_that_is_open_while_it_is_connected() {
        let rows = trace_rows(&[
            at(1, ExchangeAction::Connected { name: None }),
            at(2, ExchangeAction::Connected { name: None }),
            at(1, sent()),
            at(1, ExchangeAction::ClosedByClient),
            at(2, sent()),
        ]);
        use LaneState::{Begins, Closed, Ends, Open};
        let lanes: Vec<(Option<usize>, Vec<LaneState>)> = rows
            .iter()
            .map(|row| (row.lane, row.lanes.clone()))
            .collect();
        assert_eq!(
            lanes,
            [
                (Some(0), vec![Begins, Closed]),
                (Some(1), vec![Open, Begins]),
                (Some(0), vec![Open, Open]),
                (Some(0), vec![Ends, Open]),
                (Some(1), vec![Closed, Open]),
            ]
        );
        assert_eq!(rows[0].at, "1.4");
    }

    #[test]
    fn a_sentence_names_its_client_where_there_are_several() {
        let said = |exchanges: &[Exchange]| -> Vec<String> {
            let rows = trace_rows(exchanges);
            rows.into_iter().map(|row| row.headline).collect()
        };
        let of = |client| {
            [
                at(client, ExchangeAction::Connected { name: None }),
                at(client, ExchangeAction::Silence { waited_ms: 300 }),
                at(client, ExchangeAction::ClosedByServer),
                at(client, ExchangeAction::ClosedByClient),
            ]
        };
        assert_eq!(
            said(&of(1)),
            [
                "the client connected",
                "nothing came for 300 ms",
                "the program closed the connection",
                "the client closed its connection",
            ]
        );
        assert_eq!(
            said(&[of(1), of(2)].concat())[4..],
            [
                "client 2 connected",
                "nothing came to client 2 for 300 ms",
                "the program closed the connection to client 2",
                "client 2 closed its connection",
            ]
        );
    }

    #[test]
    fn a_real_client_is_called_by_its_name_even_where_it_is_the_only_one() {
        let rows = trace_rows(&[
            at(
                1,
                ExchangeAction::Connected {
                    name: Some("redis-cli".to_owned()),
                },
            ),
            at(1, sent()),
            at(1, ExchangeAction::ClosedByServer),
        ]);
        assert_eq!(rows[0].headline, "redis-cli connected");
        assert_eq!(rows[1].client.as_deref(), Some("redis-cli"));
        assert_eq!(
            rows[2].headline,
            "the program closed the connection to redis-cli"
        );
    }

    #[test]
    fn many_clients_share_the_last_lane() {
        let connects: Vec<Exchange> = (1..=50)
            .map(|client| at(client, ExchangeAction::Connected { name: None }))
            .collect();
        let rows = trace_rows(&connects);
        assert_eq!(rows[49].lane, Some(LANES_MAX - 1));
        assert_eq!(rows[49].lanes.len(), LANES_MAX);
    }

    #[test]
    fn what_is_about_the_whole_program_is_no_client() {
        let rows = trace_rows(&[
            at(1, ExchangeAction::Connected { name: None }),
            at(
                0,
                ExchangeAction::Restarted {
                    arguments: Vec::new(),
                },
            ),
            at(0, ExchangeAction::LeftOut { count: 37 }),
            at(1, ExchangeAction::Connected { name: None }),
        ]);
        let one_lane: Vec<_> = rows.iter().map(|row| row.lanes.clone()).collect();
        let expected = [
            [LaneState::Begins],
            [LaneState::Ends],
            [LaneState::Closed],
            [LaneState::Begins],
        ];
        assert_eq!(one_lane, expected);
        let clients: Vec<_> = rows
            .iter()
            .map(|row| (row.client.as_deref(), row.lane))
            .collect();
        let of_first = (Some("client 1"), Some(0));
        assert_eq!(clients, [of_first, (None, None), (None, None), of_first]);
        assert_eq!(rows[2].headline, "37 events are left out here");
    }
}

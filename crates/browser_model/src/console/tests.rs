use protocol::{ConnectionEnd, OutputStream, SessionEnd, SessionEvent};

use super::*;

fn running() -> Console {
    let mut console = Console::new(WireProtocol::Resp, 6379);
    console.open();
    let asked = console.take(SessionEvent::Started { launch: 1 });
    assert_eq!(asked, Some(vec![SessionCommand::Connect { client: 1 }]));
    connect(&mut console, 1);
    console
}

fn connect(console: &mut Console, client: u32) {
    console.take(SessionEvent::Connected { client, took_us: 1 });
}

fn receive(console: &mut Console, client: u32, bytes: &str) {
    console.take(SessionEvent::Received {
        client,
        bytes: bytes.as_bytes().into(),
        dropped_bytes: 0,
        line: Some(7),
        took_us: Some(400),
    });
}

fn shown(console: &Console) -> Vec<String> {
    let text = |entry: &ConsoleEntry| match &entry.content {
        ConsoleContent::Sent { client, text, .. } => format!("{client}> {text}"),
        ConsoleContent::Received(received) => {
            format!("{} {:?}: {}", received.client, received.kind, received.text)
        }
        ConsoleContent::Output { text, .. } => format!("output {text}"),
        ConsoleContent::LeftOut { bytes, .. } => format!("{bytes} left out"),
        ConsoleContent::Note { text, .. } => text.clone(),
    };
    console.entries().map(text).collect()
}

#[test]
fn a_command_is_sent_and_its_reply_shown_with_time_and_line() {
    let mut console = running();
    let sent = console
        .type_line(1, "SET a 1", InputMode::Protocol)
        .unwrap();
    let bytes = ByteString::from(&b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n"[..]);
    assert_eq!(sent, Some(SessionCommand::Send { client: 1, bytes }));
    receive(&mut console, 1, "+O");
    assert_eq!(console.unfinished(1).as_deref(), Some("+O"));
    receive(&mut console, 1, "K\r\n");
    assert_eq!(console.unfinished(1), None);
    assert_eq!(shown(&console)[1..], ["1> SET a 1", "1 Reply: OK"]);
    let last = console.entries().last().unwrap();
    let ConsoleContent::Received(received) = &last.content else {
        panic!("{last:?}");
    };
    assert_eq!(received.took.as_deref(), Some("0.4 ms"));
    assert_eq!(received.line, Some(7));
}

#[test]
fn what_nobody_asked_for_is_told_apart() {
    let mut console = running();
    console.type_line(1, "PING", InputMode::Protocol).unwrap();
    receive(&mut console, 1, "+PONG\r\n-ERR what\r\n");
    assert_eq!(
        shown(&console)[2..],
        ["1 Reply: PONG", "1 Unasked: (error) ERR what"]
    );
}

#[test]
fn bytes_that_are_no_reply_are_shown_as_they_are() {
    let mut console = running();
    console.type_line(1, "PING", InputMode::Protocol).unwrap();
    receive(&mut console, 1, "PONG\n");
    assert_eq!(shown(&console)[2..], ["1 Invalid: PONG\\n"]);
    console.type_line(1, "PING", InputMode::Protocol).unwrap();
    receive(&mut console, 1, "+PONG\r\n");
    assert_eq!(shown(&console)[4..], ["1 Reply: PONG"]);
}

#[test]
fn half_a_reply_is_shown_when_the_connection_ends() {
    let mut console = running();
    console.type_line(1, "PING", InputMode::Protocol).unwrap();
    receive(&mut console, 1, "+PO");
    console.take(SessionEvent::Disconnected {
        client: 1,
        how: ConnectionEnd::Closed,
    });
    let expected = [
        "1 Incomplete: +PO",
        "Your program has closed client 1's connection.",
    ];
    assert_eq!(shown(&console)[2..], expected);
    // As redis-cli does, it connects again.
    let asked = console.type_line(1, "PING", InputMode::Protocol).unwrap();
    assert_eq!(asked, Some(SessionCommand::Connect { client: 1 }));
    let sent = console.take(SessionEvent::Connected {
        client: 1,
        took_us: 1,
    });
    assert_eq!(sent.unwrap().len(), 1);
}

#[test]
fn what_can_not_be_sent_says_why() {
    let mut console = running();
    let error = console
        .type_line(1, "SET \"a", InputMode::Protocol)
        .unwrap_err();
    assert!(error.to_string().contains("a quote is missing"), "{error}");
    let error = console.type_line(1, r"\q", InputMode::Raw).unwrap_err();
    assert!(
        error.to_string().contains("isn't a written byte"),
        "{error}"
    );
    assert_eq!(console.type_line(1, "  ", InputMode::Protocol), Ok(None));
    let raw = console.type_line(1, r"PING\r\n", InputMode::Raw).unwrap();
    let bytes = ByteString::from(&b"PING\r\n"[..]);
    assert_eq!(raw, Some(SessionCommand::Send { client: 1, bytes }));
}

#[test]
fn a_restart_connects_every_client_again() {
    let mut console = running();
    let (second, command) = console.add_client().unwrap();
    assert_eq!(
        (second, command),
        (2, SessionCommand::Connect { client: 2 })
    );
    connect(&mut console, 2);
    let asked = console.take(SessionEvent::Started { launch: 2 });
    let expected = [1, 2].map(|client| SessionCommand::Connect { client });
    assert_eq!(asked, Some(expected.to_vec()));
    let is_connected = |client: &ConsoleClient| client.state == ClientState::Connected;
    assert!(!console.clients().values().any(is_connected));
    assert_eq!(
        console.remove_client(2),
        Some(SessionCommand::Disconnect { client: 2 })
    );
    assert_eq!(console.remove_client(1), None, "one stays");
}

#[test]
fn the_end_is_told_in_a_sentence() {
    let mut console = running();
    console.take(SessionEvent::Ended {
        end: SessionEnd::Idle { idle_s: 180 },
    });
    let last = shown(&console).pop().unwrap();
    assert_eq!(
        last,
        "The session has ended: nobody typed anything for 3 min."
    );
    assert!(!console.phase().is_open());
    console.open();
    console.lose();
    assert_eq!(console.phase(), &ConsolePhase::Closed);
}

#[test]
fn output_is_joined_and_all_is_bounded() {
    let mut console = running();
    for _ in 0..3 {
        console.take(SessionEvent::Output {
            stream: OutputStream::Stdout,
            text: "x\n".to_owned(),
            dropped_bytes: 0,
        });
    }
    assert_eq!(shown(&console)[1..], ["output x\nx\nx\n"]);
    for _ in 0..2000 {
        console.type_line(1, "PING", InputMode::Protocol).unwrap();
        receive(&mut console, 1, &format!("+{}\r\n", "x".repeat(5000)));
    }
    assert!(console.entries().count() <= 500);
    assert_eq!(console.history(), ["PING"]);
}

#[test]
fn lines_come_as_lines() {
    let mut console = Console::new(WireProtocol::Lines, 7000);
    console.take(SessionEvent::Started { launch: 1 });
    connect(&mut console, 1);
    let sent = console
        .type_line(1, "GET / HTTP/1.0", InputMode::Protocol)
        .unwrap();
    let bytes = ByteString::from(&b"GET / HTTP/1.0\r\n"[..]);
    assert_eq!(sent, Some(SessionCommand::Send { client: 1, bytes }));
    receive(&mut console, 1, "HTTP/1.0 200 OK\r\n");
    assert_eq!(shown(&console)[2..], ["1 Reply: HTTP/1.0 200 OK"]);
}

#[test]
fn a_session_is_copied_as_one_types_it_in_a_terminal() {
    let mut console = running();
    console.type_line(1, "GET a", InputMode::Protocol).unwrap();
    receive(&mut console, 1, "$-1\r\n");
    console
        .type_line(1, r"it's 5%\r\n", InputMode::Raw)
        .unwrap();
    console.add_client();
    connect(&mut console, 2);
    console.type_line(2, "PING", InputMode::Protocol).unwrap();
    let expected = "# Your program has started.\n\
        $ redis-cli GET a\n(nil)\n\
        $ printf 'it\\x27s 5%%\\r\\n' | nc localhost 6379\n\
        # Client 2 is connected.\n$ redis-cli PING  # client 2\n";
    assert_eq!(console.text(), expected);
}

#[test]
fn an_end_that_is_near_is_told() {
    let mut console = running();
    assert_eq!(
        console.ends_soon(1000, 1000),
        None,
        "it is not known how long it may last"
    );
    console.take(SessionEvent::Opened {
        idle_max_s: 180,
        length_max_s: 1200,
    });
    assert_eq!(console.ends_soon(119, 0), None);
    assert_eq!(
        console.ends_soon(120, 0),
        Some(EndsSoon::Idle { left_s: 60 })
    );
    assert_eq!(
        console.ends_soon(500, 0),
        Some(EndsSoon::Idle { left_s: 0 })
    );
    let long = Some(EndsSoon::AsLongAsItMay { left_s: 50 });
    assert_eq!(console.ends_soon(0, 1150), long);
    assert_eq!(
        console.ends_soon(170, 1150),
        Some(EndsSoon::Idle { left_s: 10 })
    );
    console.close();
    assert_eq!(console.ends_soon(170, 1150), None);
}

#[test]
fn after_a_reply_that_is_left_out_the_next_is_whole() {
    let mut console = running();
    console
        .type_line(1, "GET long", InputMode::Protocol)
        .unwrap();
    for (bytes, dropped_bytes) in [("$99\r\nabc", 70), ("", 20), ("xyz\r\n", 0)] {
        console.take(SessionEvent::Received {
            client: 1,
            bytes: bytes.as_bytes().into(),
            dropped_bytes,
            line: None,
            took_us: None,
        });
    }
    assert_eq!(
        shown(&console)[2..],
        ["1 Incomplete: $99\\r\\nabc", "95 left out"]
    );
    console.type_line(1, "PING", InputMode::Protocol).unwrap();
    receive(&mut console, 1, "+PONG\r\n");
    assert_eq!(shown(&console).pop().unwrap(), "1 Reply: PONG");
}

#[test]
fn one_reply_that_is_none_does_not_spoil_the_next() {
    let mut console = running();
    for _ in 0..3 {
        console.type_line(1, "PING", InputMode::Protocol).unwrap();
    }
    receive(&mut console, 1, "PONG\r\n+PONG\r\n+PONG\r\n");
    let expected = ["1 Invalid: PONG\\r\\n", "1 Reply: PONG", "1 Reply: PONG"];
    assert_eq!(shown(&console)[4..], expected);
    let lines: Vec<Option<u32>> = console
        .entries()
        .filter_map(|entry| match &entry.content {
            ConsoleContent::Received(received) => Some(received.line),
            _ => None,
        })
        .collect();
    assert_eq!(
        lines,
        [Some(7), None, None],
        "that of the others is not known"
    );
}

#[test]
fn a_line_that_can_not_be_sent_can_be_called_back() {
    let mut console = running();
    console
        .type_line(1, "SET \"a", InputMode::Protocol)
        .unwrap_err();
    assert_eq!(console.history(), ["SET \"a"]);
}

#[test]
fn lines_wait_for_the_connection_and_for_no_other_program() {
    let mut console = Console::new(WireProtocol::Resp, 6379);
    assert_eq!(console.type_line(1, "PING", InputMode::Protocol), Ok(None));
    console.open();
    console.take(SessionEvent::Started { launch: 1 });
    assert_eq!(console.type_line(1, "GET a", InputMode::Protocol), Ok(None));
    let sent = console.take(SessionEvent::Connected {
        client: 1,
        took_us: 1,
    });
    assert_eq!(sent.unwrap().len(), 2);
    assert_eq!(shown(&console)[1..], ["1> PING", "1> GET a"]);
    console.restart();
    assert_eq!(console.type_line(1, "GET b", InputMode::Protocol), Ok(None));
    // Of the start before.
    let old = console.take(SessionEvent::Connected {
        client: 1,
        took_us: 1,
    });
    assert_eq!(old, None);
    console.take(SessionEvent::Started { launch: 2 });
    console.take(SessionEvent::NotConnected {
        client: 1,
        outcome: None,
        span: None,
    });
    assert_eq!(shown(&console).pop().unwrap(), "Not sent: GET b");
    let sent = console.take(SessionEvent::Connected {
        client: 1,
        took_us: 1,
    });
    assert_eq!(sent, Some(Vec::new()), "it is forgotten");
}

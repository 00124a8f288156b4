//! Programs that end are told how far they came.

use super::*;

fn dropped() -> ProgramEnd {
    ProgramEnd {
        listener: Some(ListenerEnd {
            how: ListenerEndKind::Dropped,
            line: Some(6),
            function: Some("main".to_owned()),
        }),
        ..ProgramEnd::default()
    }
}

#[test]
fn a_program_that_ends_is_told_how_far_it_came_and_what_took_its_socket() {
    let ended = |request, (clients, accepted_clients), replies_before, end, reply| Outcome::Ended {
        line: Some(10),
        request,
        clients,
        accepted_clients,
        replies_before,
        end,
        reply,
    };
    let ping = || Some(Request::of_words(&["PING"]));
    for (outcome, said) in [
        (
            Outcome::Exited {
                code: 0,
                crash: None,
                end: dropped(),
            },
            "Your program came to its end, and nothing listens any more: `main` returned in line 6, \
             and with it went the variable that held the listening socket. Keep it running: accept \
             clients in a loop without end.",
        ),
        (
            ended(None, (1, 1), 0, dropped(), None),
            "Your program let the client in, and then `main` returned in line 6, and with it went \
             the variable that held the listening socket. Keep it running: accept clients in a loop without end.",
        ),
        (
            ended(ping(), (3, 2), 0, ProgramEnd::default(), None),
            "Your program let 2 clients in, and then it came to its end after line 10, so nobody was \
             left to answer `PING`. Keep it running: accept and answer in a loop without end.",
        ),
        (
            ended(ping(), (1, 1), 1, ProgramEnd::default(), None),
            "Your program answered once, and then it came to its end after line 10, so nobody was \
             left to answer `PING`. Keep it running: accept and answer in a loop without end.",
        ),
        (
            ended(
                ping(),
                (1, 0),
                0,
                ProgramEnd::default(),
                Some(comparison(b"+PONG\r\n", b"+PO", 3)),
            ),
            "Your program came to its end after line 10, with `PING` half answered. Of the reply `+PO` had come, and `NG\\r\\n` was missing. Keep it running: accept and \
             answer in a loop without end.",
        ),
    ] {
        assert_eq!(outcome.message(), said);
    }
}

#[test]
fn a_program_that_ends_itself_is_told_where_and_as_what() {
    let stopped = |code, exit_line, exit_text: Option<&str>| {
        let end = ProgramEnd {
            exit_line,
            exit_text: exit_text.map(str::to_owned),
            listener: None,
        };
        let request = Some(Request::of_words(&["PING"]));
        let (replies_before, reply) = (0, None);
        Outcome::Stopped {
            code,
            request,
            replies_before,
            end,
            reply,
        }
    };
    for (outcome, said) in [
        (
            stopped(1, Some(4), Some("no `port`\nat all")),
            "Instead of answering `PING`, your program ended itself in line 4 (exit code 1) and \
             said `no 'port'…`.",
        ),
        (
            stopped(3, Some(4), None),
            "Instead of answering `PING`, your program ended itself in line 4 (exit code 3).",
        ),
        (
            stopped(-9, None, None),
            "Instead of answering `PING`, your program was killed (signal 9, `SIGKILL`).",
        ),
    ] {
        assert_eq!(outcome.message(), said);
    }
    assert!(
        stopped(-11, None, None)
            .message()
            .contains("segmentation fault")
    );
}

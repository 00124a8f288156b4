//! A conversation with a judge that is played by the test: no container, and short limits.

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use futures::channel::mpsc;
use protocol::{PlannedTest, Program, Seed, StepId, TestId};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, DuplexStream, duplex};

use super::*;
use crate::event_channel::{JobStream, event_channel};
use crate::frame::{FRAME_MAX, PROTOCOL};

/// Short, as tests wait for it.
const LIMIT: Duration = Duration::from_millis(200);

/// The other end of a conversation.
struct PlayedJudge {
    input: DuplexStream,
    output: mpsc::UnboundedSender<io::Result<AttachedOutput>>,
    nonce: String,
    seq: u64,
}

impl PlayedJudge {
    async fn take_job(&mut self) -> Value {
        let length = self.input.read_u32().await.unwrap();
        let mut bytes = vec![0; length as usize];
        self.input.read_exact(&mut bytes).await.unwrap();
        let job: Value = serde_json::from_slice(&bytes).unwrap();
        self.nonce = job["nonce"].as_str().unwrap().to_owned();
        job
    }

    fn say(&mut self, mut message: Value) {
        message["nonce"] = json!(self.nonce);
        message["seq"] = json!(self.seq);
        self.seq += 1;
        let text = message.to_string();
        let mut bytes = u32::try_from(text.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        // In two chunks, as Docker may cut.
        let rest = bytes.split_off(bytes.len() / 2);
        self.send(Ok(AttachedOutput::Stdout(bytes.into())));
        self.send(Ok(AttachedOutput::Stdout(rest.into())));
    }

    fn send(&self, chunk: io::Result<AttachedOutput>) {
        let _the_server_left = self.output.unbounded_send(chunk);
    }

    fn start(&mut self) {
        self.say(json!({"frame": "started"}));
    }

    fn pass(&mut self, number: u16) {
        let id = format!("listen.{number}");
        self.say(json!({"frame": "test-started", "id": id}));
        self.say(
            json!({"frame": "test-finished", "id": id, "outcome": {"kind": "passed"},
                        "duration_us": 1}),
        );
    }

    fn finish(&mut self) {
        self.say(json!({"frame": "finished", "duration_us": 1}));
    }
}

fn conversation() -> (AttachedIo, PlayedJudge) {
    let (ours, theirs) = duplex(1024 * 1024);
    let (output, chunks) = mpsc::unbounded();
    let io = AttachedIo {
        input: Box::pin(ours),
        output: Box::pin(chunks),
    };
    let judge = PlayedJudge {
        input: theirs,
        output,
        nonce: String::new(),
        seq: 0,
    };
    (io, judge)
}

fn job() -> Job {
    let step = StepId::parse("listen").unwrap();
    let tests = (1..=2).map(|number| PlannedTest {
        id: TestId::new(step.clone(), number),
        name: number.to_string(),
    });
    Job {
        seed: Seed::new(1),
        port: 6379,
        limit: LIMIT,
        program: Program::of_one_file("print('é')"),
        steps: vec![crate::JobStep {
            step: step.clone(),
            source: "tests".to_owned(),
            tests: tests.collect(),
        }],
        support: BTreeMap::from([("model".to_owned(), "x = 'é'".to_owned())]),
        only: None,
        record: false,
    }
}

/// Talks with a judge that plays `part`; returns the outcomes' kinds, or the fault.
async fn talk<Part: Future<Output = ()>>(
    part: impl FnOnce(PlayedJudge) -> Part,
) -> Result<Vec<&'static str>, RunFault> {
    let (mut io, judge) = conversation();
    let (writer, _reader): (EventSender, JobStream) = event_channel();
    let mut decoder = FrameDecoder::new(FRAME_MAX);
    let job = job();
    let talk = converse(&mut io, &mut decoder, &job, Duration::ZERO, &writer);
    let (said, ()) = tokio::join!(talk, part(judge));
    let (verifier, ending, at) = said?;
    let report = verifier.end(&ending, at);
    Ok(report
        .results
        .iter()
        .map(|test| test.outcome.kind())
        .collect())
}

#[tokio::test]
async fn an_honest_judge_is_understood() {
    let kinds = talk(async |mut judge| {
        let job = judge.take_job().await;
        assert_eq!(job["protocol"], PROTOCOL);
        assert_eq!(job["limit_ms"], 200);
        assert_eq!(job["files"], json!({"main.py": "print('é')"}));
        assert_eq!(job["support"], json!({"model": "x = 'é'"}));
        assert_eq!(job["steps"][0]["tests"][1]["id"], "listen.2");
        assert_eq!(judge.nonce.len(), 32);
        judge.start();
        judge.pass(1);
        judge.pass(2);
        judge.finish();
    })
    .await;
    assert_eq!(kinds, Ok(vec!["passed", "passed"]));
}

#[tokio::test]
async fn a_judge_that_hangs_is_left_at_the_deadline() {
    let kinds = talk(async |mut judge| {
        judge.take_job().await;
        judge.start();
        judge.pass(1);
        tokio::time::sleep(LIMIT + 2 * GRACE).await;
    });
    assert_eq!(kinds.await, Ok(vec!["passed", "timed-out"]));
}

#[tokio::test]
async fn the_deadline_is_seven_tenths_after_the_limit() {
    let (mut io, mut judge) = conversation();
    let (writer, _reader) = event_channel();
    let mut decoder = FrameDecoder::new(FRAME_MAX);
    let job = job();
    let begin = Instant::now();
    let talk = converse(&mut io, &mut decoder, &job, Duration::ZERO, &writer);
    let part = async {
        judge.take_job().await;
        judge.start();
        // It keeps talking, which buys no time.
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            judge.say(json!({"frame": "output", "launch": 1, "stream": "stdout", "text": "x"}));
        }
    };
    let said = tokio::select! {
        said = talk => said,
        () = part => unreachable!(),
    };
    let (_, ending, _) = said.unwrap();
    assert_eq!(ending, Ending::Deadline);
    assert!(begin.elapsed() >= LIMIT + GRACE);
}

#[tokio::test]
async fn a_death_before_the_start_can_be_retried_and_one_after_it_cannot() {
    let before = talk(async |mut judge| {
        judge.take_job().await;
    })
    .await;
    assert!(matches!(before, Err(RunFault::NotStarted(_))), "{before:?}");
    let after = talk(async |mut judge| {
        judge.take_job().await;
        judge.start();
        judge.pass(1);
    })
    .await;
    assert!(matches!(after, Err(RunFault::Lost(_))), "{after:?}");
}

#[tokio::test]
async fn a_judge_that_never_begins_can_be_retried() {
    let kinds = talk(async |mut judge| {
        judge.take_job().await;
        tokio::time::sleep(LIMIT + 2 * GRACE).await;
    })
    .await;
    assert!(matches!(kinds, Err(RunFault::NotStarted(_))), "{kinds:?}");
}

#[tokio::test]
async fn a_lost_connection_is_no_verdict() {
    let kinds = talk(async |mut judge| {
        judge.take_job().await;
        judge.start();
        judge.send(Err(io::Error::other("reset")));
    })
    .await;
    assert_eq!(kinds, Err(RunFault::Lost("reset".to_owned())));
}

#[tokio::test]
async fn a_judge_that_breaks_is_our_fault() {
    let kinds = talk(async |mut judge| {
        judge.take_job().await;
        judge.start();
        let traceback = Bytes::from_static(b"Traceback: KeyError");
        judge.send(Ok(AttachedOutput::Stderr(traceback)));
    })
    .await;
    let Err(RunFault::JudgeBroke(seen)) = kinds else {
        panic!("{kinds:?}");
    };
    assert!(seen.contains("KeyError"), "{seen}");
}

#[tokio::test]
async fn bytes_that_are_no_frames_are_no_pass() {
    for garbage in [
        &b"passed\n\n\n\n"[..],
        &[0, 0, 0, 2, b'{', b'}'],
        &[0xff; 64],
    ] {
        let kinds = talk(async |mut judge| {
            judge.take_job().await;
            judge.start();
            judge.pass(1);
            judge.send(Ok(AttachedOutput::Stdout(Bytes::copy_from_slice(garbage))));
        })
        .await;
        assert_eq!(kinds, Ok(vec!["interfered", "interfered"]));
    }
}

#[test]
fn what_a_judge_wonders_about_is_a_note_for_the_log() {
    assert_eq!(note_of(b""), None);
    assert_eq!(note_of(b" \n"), None);
    let note = note_of(b"it did not come again\n");
    assert_eq!(note.as_deref(), Some("it did not come again"));
}

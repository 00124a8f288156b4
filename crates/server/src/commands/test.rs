//! Testing a program from the learner's own editor: a server judges it, and the verdict streams into the
//! terminal.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, anyhow};
use protocol::{Program, Report, RunError, RunEvent, RunRequest, Verdict};
use ureq::Agent;
use ureq::http::{Response, StatusCode};
use ureq::tls::{RootCerts, TlsConfig};

use super::TestArguments;
use super::control_characters::escape_controls;
use super::report_text::{output_text, test_details, test_line};

/// Exit code for a program that did not pass; 2 is our own failure.
const NOT_PASSED: u8 = 1;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longer than a run can wait and take.
const RUN_TIMEOUT: Duration = Duration::from_secs(180);

/// How long a request that was lost waits until it is sent again, as in the browser.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(700);

/// How often a watched file is looked at. To read a file of some kilobytes is cheaper than to depend on
/// how each editor saves.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// A run that was lost on its way, and is worth asking for once more at once.
#[derive(Debug, thiserror::Error)]
enum RunLost {
    /// Nobody answered.
    #[error("{server} can't be asked: is CodeAlong served there?")]
    Unanswered {
        server: String,
        #[source]
        source: ureq::Error,
    },
    /// The answer ended, or broke off.
    #[error("the connection was lost before the verdict")]
    Connection {
        /// What the system says; none where the answer just ended.
        #[source]
        source: Option<std::io::Error>,
    },
    /// What stands before the server did not reach it.
    #[error("the server says {status}")]
    Gateway { status: StatusCode },
    /// The server stops, or can't judge at the moment; there may be another one.
    #[error("{}", escape_controls(&error.to_string()))]
    Refused { error: RunError },
}

/// What the server says where there will be no verdict.
fn refused(error: RunError) -> anyhow::Error {
    if error.is_worth_asking_again_at_once() {
        RunLost::Refused { error }.into()
    } else {
        anyhow!(escape_controls(&error.to_string()))
    }
}

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Has a program judged by a server; with `--watch`, again whenever its file changes, until Ctrl-C.
pub fn test(arguments: &TestArguments) -> anyhow::Result<ExitCode> {
    let client = RemoteJudge::new(arguments);
    let mut source = read(&arguments.file)?;
    loop {
        let tested = client.test(&source);
        if !arguments.watch {
            return tested;
        }
        if let Err(error) = tested {
            // The server may be back at the next change.
            say(RED, &format!("{error:#}"))?;
        }
        say(
            DIM,
            &format!("\nwaiting for a change of {}", arguments.file.display()),
        )?;
        source = changed(&arguments.file, &source);
        say(DIM, "")?;
    }
}

/// Waits until the file has another text.
fn changed(file: &Path, before: &str) -> String {
    loop {
        thread::sleep(WATCH_INTERVAL);
        // An editor may be in the middle of replacing it.
        match read(file) {
            Ok(now) if now != before => return now,
            _ => {}
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not text in UTF-8", file.display()))
}

/// A server, and what it is asked to judge by.
struct RemoteJudge<'arguments> {
    agent: Agent,
    arguments: &'arguments TestArguments,
    /// A newer run under the same name replaces one that still waits.
    name: String,
}

impl<'arguments> RemoteJudge<'arguments> {
    fn new(arguments: &'arguments TestArguments) -> Self {
        // A school's server may have a certificate of the school's, which this machine knows.
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(RUN_TIMEOUT))
            .tls_config(tls)
            .build();
        Self {
            agent: agent.into(),
            arguments,
            name: format!("terminal-{:016x}", rand::random::<u64>()),
        }
    }

    /// Has a program judged. A run that is lost is asked for once more: the server may be one of several,
    /// and a run leaves nothing behind that a second one could find.
    fn test(&self, source: &str) -> anyhow::Result<ExitCode> {
        let mut followed = self.follow_run(source);
        if let Err(error) = &followed
            && error.is::<RunLost>()
        {
            say(DIM, &format!("{error:#}; asking again"))?;
            thread::sleep(ASK_AGAIN_AFTER);
            followed = self.follow_run(source);
        }
        tell(&followed?, &self.arguments.file)
    }

    /// Asks for a run and shows its events up to its report.
    fn follow_run(&self, source: &str) -> anyhow::Result<Report> {
        let arguments = self.arguments;
        let request = RunRequest {
            course: arguments.course.clone(),
            step: arguments.step.clone(),
            program: Program::of_one_file(source),
            test: arguments.test.clone(),
            record: false,
            seed: arguments.seed.map(|seed| seed.to_string()),
            client: Some(self.name.clone()),
        };
        let server = arguments.server.trim_end_matches('/');
        let body = serde_json::json!({ "request": request }).to_string();
        let response = self
            .agent
            .post(format!("{server}/api/run"))
            .content_type("application/json")
            .send(body)
            .map_err(|source| unanswered(server, source))?;
        if !response.status().is_success() {
            return Err(refusal(response));
        }
        follow(BufReader::new(response.into_body().into_reader()))
    }
}

/// Why there is no answer: another attempt mends no address, and no certificate. A server that says nothing
/// until the end has had its time.
fn unanswered(server: &str, source: ureq::Error) -> anyhow::Error {
    let is_lost = match &source {
        // What a certificate lacks comes as invalid data.
        ureq::Error::Io(error) => error.kind() != io::ErrorKind::InvalidData,
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(ureq::Timeout::Connect) => true,
        _ => false,
    };
    let server = server.to_owned();
    let error = RunLost::Unanswered { server, source };
    if is_lost {
        error.into()
    } else {
        // No longer a run that is lost.
        anyhow!("{:#}", anyhow::Error::from(error))
    }
}

/// What the server says where it does not judge.
fn refusal(response: Response<ureq::Body>) -> anyhow::Error {
    let status = response.status();
    let mut text = String::new();
    // Where it can't be read, the status has to do.
    let _ = response
        .into_body()
        .into_reader()
        .take(64 * 1024)
        .read_to_string(&mut text);
    match serde_json::from_str::<RunError>(&text) {
        Ok(error) => refused(error),
        // As the page does: its own words would be JSON.
        Err(_) if (502..=504).contains(&status.as_u16()) => RunLost::Gateway { status }.into(),
        Err(_) => anyhow!("the server says {status}"),
    }
}

/// Shows the events of a run as they come, up to its report.
fn follow(events: impl BufRead) -> anyhow::Result<Report> {
    for line in events.lines() {
        let line = line.map_err(|error| RunLost::Connection {
            source: Some(error),
        })?;
        if line.is_empty() {
            continue; // The server says that it is there.
        }
        let event = serde_json::from_str(&line)
            .context("the server says what this program does not know: one of them is too old")?;
        match event {
            RunEvent::Queued { position } => say(DIM, &format!("waiting, number {position}"))?,
            RunEvent::TestFinished { result } => {
                let style = if result.outcome.is_passed() {
                    GREEN
                } else {
                    RED
                };
                say(style, &test_line(&result))?;
            }
            RunEvent::Finished { report } => return Ok(*report),
            RunEvent::Interrupted { error } => return Err(refused(error)),
            RunEvent::Started { .. }
            | RunEvent::TestStarted { .. }
            | RunEvent::Output { .. }
            | RunEvent::Recorded { .. }
            | RunEvent::LineFound { .. } => {}
        }
    }
    Err(RunLost::Connection { source: None }.into())
}

/// Says what is wrong with the tests that failed, and the verdict.
fn tell(report: &Report, file: &Path) -> anyhow::Result<ExitCode> {
    let tests = report.steps.iter().flat_map(|step| &step.tests);
    let mut failed = tests.filter(|test| test.is_asked() && !test.outcome.is_passed());
    // The first one in full: it is the one to mend, and often it is why the others failed.
    if let Some(first) = failed.next() {
        say(BOLD, &format!("\n{}", first.name))?;
        say(
            Style::new(),
            test_details(first, &file.to_string_lossy()).trim_end(),
        )?;
    }
    for test in failed {
        let sentence = match &test.mistake {
            Some(mistake) => &mistake.message,
            None => &test.message,
        };
        say(BOLD, &format!("\n{}", test.name))?;
        say(Style::new(), &format!("      {sentence}"))?;
    }
    let has_passed = matches!(report.verdict, Verdict::Passed | Verdict::TestPassed { .. });
    let output = output_text(report);
    if !has_passed && !output.is_empty() {
        say(Style::new(), output.trim_end())?;
    }
    let style = if has_passed { GREEN } else { RED };
    say(
        style.bold(),
        &format!("\n{} · seed {}", report.headline(), report.seed),
    )?;
    Ok(if has_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_PASSED)
    })
}

/// Writes lines, in colour where the output is a terminal that wants it.
fn say(style: Style, text: &str) -> anyhow::Result<()> {
    let text = escape_controls(text);
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{style}{text}{style:#}")
        .and_then(|()| stdout.flush())
        .context("the verdict can't be written to the standard output")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_ends_early_is_no_verdict() {
        let of = |text: &str| follow(text.as_bytes()).unwrap_err().to_string();
        assert!(of("").contains("was lost before the verdict"));
        assert!(of("\n\n{\"event\":\"queued\",\"position\":1}\n").contains("before the verdict"));
        assert!(of("{\"event\":\"sung\"}\n").contains("too old"));
        let interrupted = r#"{"event":"interrupted","error":{"error":"broken"}}"#;
        assert!(of(interrupted).contains("our fault"), "{}", of(interrupted));
    }

    #[test]
    fn a_run_is_worth_asking_for_again_where_another_server_may_take_it() {
        let is_lost = |text: &str| follow(text.as_bytes()).unwrap_err().is::<RunLost>();
        let with = |error: &str| format!("{{\"event\":\"interrupted\",\"error\":{error}}}\n");
        assert!(is_lost("\n{\"event\":\"queued\",\"position\":1}\n"));
        assert!(is_lost(&with(
            r#"{"error":"unavailable","retry_after_s":5}"#
        )));
        for error in [
            r#"{"error":"broken"}"#,
            r#"{"error":"busy","retry_after_s":5}"#,
            r#"{"error":"replaced"}"#,
        ] {
            assert!(!is_lost(&with(error)), "{error}");
        }
    }
}

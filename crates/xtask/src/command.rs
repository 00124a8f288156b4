//! Runs other programs with a time limit, streams their output line by line, and keeps it.

use std::cell::Cell;
use std::env;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::interrupt;

/// A program that takes longer is stuck.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

const POLL_INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

#[derive(Debug)]
pub(crate) enum CommandEnd {
    Exited(ExitStatus),
    TimedOut(Duration),
}

#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) end: CommandEnd,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn succeeded(&self) -> bool {
        matches!(&self.end, CommandEnd::Exited(status) if status.success())
    }

    /// Why it failed, in one sentence: the time limit, or the last lines the program printed.
    pub(crate) fn failure_reason(&self) -> String {
        match &self.end {
            CommandEnd::TimedOut(limit) => format!("no answer within {} s", limit.as_secs()),
            CommandEnd::Exited(status) => {
                let output = last_lines(&self.stderr, 3)
                    .or_else(|| last_lines(&self.stdout, 3))
                    .unwrap_or_else(|| "it printed nothing".to_owned());
                match status.code() {
                    Some(code) => format!("exit code {code}: {output}"),
                    None => format!("{status}: {output}"),
                }
            }
        }
    }
}

/// Searches PATH, and the sbin folders that an ordinary user's PATH leaves out.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Finished> {
    run_streaming(command, limit, |_, _| {})
}

/// Returns stdout; anything but success is an error.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Result<String> {
    let finished = run(command, limit)?;
    if !finished.succeeded() {
        bail!(
            "`{}` failed: {}",
            command_line(command),
            finished.failure_reason()
        );
    }
    Ok(finished.stdout)
}

/// Passes on each line as it comes; a carriage return ends a line too.
///
/// The program gets a process group of its own, so that its children end with it.
pub(crate) fn run_streaming(
    command: &mut Command,
    limit: Duration,
    each_line: impl FnMut(Stream, &str),
) -> Result<Finished> {
    run_within(command, &Cell::new(limit), each_line)
}

/// The limit is a cell because a download extends it while it runs.
fn run_within(
    command: &mut Command,
    limit: &Cell<Duration>,
    mut each_line: impl FnMut(Stream, &str),
) -> Result<Finished> {
    let name = command_line(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("`{name}` could not be started"))?;
    let (sender, lines) = mpsc::channel();
    let stdout = child.stdout.take().ok_or_else(|| anyhow!("no stdout"))?;
    let stderr = child.stderr.take().ok_or_else(|| anyhow!("no stderr"))?;
    let err_sender = sender.clone();
    thread::spawn(move || send_lines(stdout, Stream::Out, &sender));
    thread::spawn(move || send_lines(stderr, Stream::Err, &err_sender));

    let began = Instant::now();
    let mut finished = Finished {
        end: CommandEnd::TimedOut(limit.get()),
        stdout: String::new(),
        stderr: String::new(),
    };
    let mut exited: Option<ExitStatus> = None;
    let mut quiet_ticks_since_exit = 0;
    loop {
        let all_read = match lines.recv_timeout(POLL_INTERVAL) {
            Ok((stream, text)) => {
                each_line(stream, &text);
                let kept = match stream {
                    Stream::Out => &mut finished.stdout,
                    Stream::Err => &mut finished.stderr,
                };
                kept.push_str(&text);
                kept.push('\n');
                quiet_ticks_since_exit = 0;
                false
            }
            Err(RecvTimeoutError::Timeout) => {
                quiet_ticks_since_exit += 1;
                // A daemon it left behind may hold the pipes open for ever.
                quiet_ticks_since_exit >= 10
            }
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(POLL_INTERVAL / 10);
                true
            }
        };
        if interrupt::requested() {
            kill_group(&mut child);
            bail!("stopped on request");
        }
        match exited {
            Some(status) if all_read => {
                finished.end = CommandEnd::Exited(status);
                return Ok(finished);
            }
            Some(_) => {}
            None => {
                exited = child.try_wait()?;
                quiet_ticks_since_exit = 0;
            }
        }
        if exited.is_none() && began.elapsed() > limit.get() {
            kill_group(&mut child);
            finished.end = CommandEnd::TimedOut(limit.get());
            return Ok(finished);
        }
    }
}

/// Runs a download that has `response_limit` to show a first response and `limit` to finish.
pub(crate) fn run_download(
    command: &mut Command,
    is_response: impl Fn(&str) -> bool,
    response_limit: Duration,
    limit: Duration,
    mut each_line: impl FnMut(&str),
) -> Result<Finished> {
    let current_limit = Cell::new(response_limit);
    run_within(command, &current_limit, |_, line| {
        if is_response(line) {
            current_limit.set(limit);
        }
        each_line(line);
    })
}

/// Uses the shell's `kill`, because the standard library can only send SIGKILL.
///
/// A negative number is a whole process group.
pub(crate) fn signal(name: &str, process: i64) {
    let _ = Command::new("sh")
        .args(["-c", &format!("kill -{name} {process} 2>/dev/null")])
        .status();
}

pub(crate) fn exits_within(child: &mut Child, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// The command as one would type it.
pub(crate) fn command_line(command: &Command) -> String {
    let mut words = vec![
        Path::new(command.get_program())
            .file_name()
            .unwrap_or(command.get_program())
            .to_string_lossy()
            .into_owned(),
    ];
    words.extend(command.get_args().map(|word| {
        let word = word.to_string_lossy();
        if word.contains([' ', '*', '{']) {
            format!("'{word}'")
        } else {
            word.into_owned()
        }
    }));
    words.join(" ")
}

pub(crate) fn last_lines(text: &str, count: usize) -> Option<String> {
    let mut lines: Vec<_> = text
        .lines()
        .rev()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(count)
        .collect();
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("; "))
}

fn kill_group(child: &mut Child) {
    signal("KILL", -i64::from(child.id()));
    let _ = child.kill();
    let _ = child.wait();
}

fn send_lines(mut source: impl Read, stream: Stream, lines: &Sender<(Stream, String)>) {
    let mut pending = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let count = source.read(&mut buffer).unwrap_or(0);
        for &byte in &buffer[..count] {
            if byte == b'\n' || byte == b'\r' {
                let line = String::from_utf8_lossy(&pending).into_owned();
                pending.clear();
                // "\r\n" ends one line, not two.
                if (byte == b'\n' || !line.is_empty()) && lines.send((stream, line)).is_err() {
                    return;
                }
            } else {
                pending.push(byte);
            }
        }
        if count == 0 {
            if !pending.is_empty() {
                let _ = lines.send((stream, String::from_utf8_lossy(&pending).into_owned()));
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn lines_arrive_from_both_streams_and_are_kept() {
        let mut seen = Vec::new();
        let finished = run_streaming(
            &mut shell("echo one; echo two >&2; printf 'a\\rb'"),
            HOUR,
            |stream, line| seen.push((stream, line.to_owned())),
        )
        .unwrap();
        assert!(finished.succeeded());
        assert_eq!(finished.stdout, "one\na\nb\n");
        assert_eq!(finished.stderr, "two\n");
        assert!(seen.contains(&(Stream::Err, "two".to_owned())));
    }

    #[test]
    fn a_program_over_its_limit_is_ended_with_its_children() {
        let began = Instant::now();
        let finished = run(
            &mut shell("sleep 30 & sleep 30"),
            Duration::from_millis(200),
        )
        .unwrap();
        assert!(!finished.succeeded());
        assert!(finished.failure_reason().starts_with("no answer within"));
        assert!(began.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_daemon_left_behind_does_not_block_the_caller() {
        let began = Instant::now();
        let finished = run(&mut shell("sleep 4 & echo started"), HOUR).unwrap();
        assert!(finished.succeeded());
        assert!(began.elapsed() < Duration::from_secs(3));
    }

    #[test]
    fn a_failure_quotes_what_the_program_printed() {
        let error = output(&mut shell("echo 'no such thing' >&2; exit 3"), HOUR).unwrap_err();
        assert!(error.to_string().ends_with("exit code 3: no such thing"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program"), HOUR).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` could not be started");
    }
}

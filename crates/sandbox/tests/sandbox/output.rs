//! Output: bounded, honest about what was cut, and never mistaken for frames.

use std::fs;
use std::process::Stdio;

use protocol::OutputStream;
use tokio::process::Command;

use crate::lab::{FOUR_LINES, Lab, Tests, output};

/// The bytes that the guarantee allows the server for one flood.
const GROWTH_MAX: u64 = 5 * 1024 * 1024;

/// This process's memory in bytes: now, and its peak since the mark.
fn memory_bytes() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.unwrap().trim().trim_end_matches(" kB");
        kib.parse::<u64>().unwrap() * 1024
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn mark_memory() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// The server that T-09 floods: not a test of its own, as others would share its memory.
#[tokio::test]
#[ignore = "a process that another test starts"]
async fn be_a_server_that_is_flooded() {
    let lab = Lab::small().await;
    let floods = [
        "import sys\nwhile True:\n    sys.stdout.write('x' * 100000)\n",
        "import os\nwhile True:\n    os.write(2, b'no line ends here ')\n",
    ];
    lab.assert_honest_run_passes().await;
    for flood in floods {
        mark_memory();
        let (before, _) = memory_bytes();
        let report = lab.attack(flood, &Tests::of_listening()).await;
        let (_, peak) = memory_bytes();
        assert!(!report.is_passed());
        assert!(output(&report).len() <= 520 * 1024);
        assert!(report.output.dropped_bytes > 0, "nothing was cut");
        let grown = peak.saturating_sub(before);
        eprintln!("GROWN {grown}");
        assert!(grown < GROWTH_MAX, "grown by {grown} bytes at the most");
    }
    lab.close().await;
}

/// T-09.
#[tokio::test]
async fn endless_output_is_cut_and_said_so() {
    let server = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "output::be_a_server_that_is_flooded",
            "--nocapture",
        ])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let ended = server.await.unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    assert_eq!(said.matches("GROWN").count(), 2, "{said}");
}

#[tokio::test]
async fn a_right_program_may_talk_much() {
    let lab = Lab::small().await;
    let program = format!("print('x' * 1_000_000)\nprint('END')\n{FOUR_LINES}");
    let tests = Tests::that_listen_a_while();
    let report = lab.attack(&program, &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    let said = output(&report);
    assert!(said.contains("END"), "{said}");
    assert!(said.len() <= 70 * 1024, "{}", said.len());
    assert!(report.output.dropped_bytes > 900_000);
    lab.close().await;
}

/// T-30.
#[tokio::test]
async fn any_bytes_are_shown_as_text() {
    let lab = Lab::small().await;
    let program = format!(
        "import os
os.write(1, b'nul \\x00 invalid \\xff\\xfe cut \\xc3')
os.write(1, b'\\xa9 escape \\x1b[31mred\\x1b[0m surrogate \\xed\\xa0\\x80 ')
os.write(2, b'no line end')
print('lone', ascii('\\ud800'))
{FOUR_LINES}"
    );
    let tests = Tests::that_listen_a_while();
    let report = lab.attack(&program, &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    // Each stream by itself: how the two interleave is not guaranteed.
    let said = |stream| -> String {
        let chunks = report.output.chunks.iter();
        let of_it = chunks.filter(|chunk| chunk.stream == stream);
        of_it.map(|chunk| chunk.text.as_str()).collect()
    };
    assert_eq!(
        said(OutputStream::Stdout),
        "nul \0 invalid \u{fffd}\u{fffd} cut é escape \u{1b}[31mred\u{1b}[0m \
         surrogate \u{fffd}\u{fffd}\u{fffd} lone '\\ud800'\n"
    );
    assert_eq!(said(OutputStream::Stderr), "no line end");
    lab.close().await;
}

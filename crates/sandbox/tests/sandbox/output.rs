//! Output: bounded, honest about what was cut, and never mistaken for frames.

use std::fs;

use crate::lab::{FOUR_LINES, Lab, Tests, output};

/// This process's memory in bytes.
fn resident_bytes() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// T-09.
#[tokio::test]
async fn endless_output_is_cut_and_said_so() {
    let lab = Lab::small().await;
    let floods = [
        "import sys\nwhile True:\n    sys.stdout.write('x' * 100000)\n",
        "import os\nwhile True:\n    os.write(2, b'no line ends here ')\n",
    ];
    lab.assert_honest_run_passes().await;
    let before = resident_bytes();
    for flood in floods {
        let report = lab.attack(flood, &Tests::of_listening()).await;
        assert!(!report.is_passed());
        assert!(output(&report).len() <= 520 * 1024);
        assert!(report.output.dropped_bytes > 0, "nothing was cut");
    }
    let grown = resident_bytes().saturating_sub(before);
    // The promise is 5 MB for one flood; other tests share this process and its memory.
    assert!(grown < 50 * 1024 * 1024, "grown by {grown} bytes");
    lab.close().await;
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
    let said = output(&report);
    for expected in [
        "nul \0 invalid \u{fffd}\u{fffd} cut é",
        "\u{1b}[31mred",
        "no line end",
    ] {
        assert!(said.contains(expected), "{expected:?}: {said:?}");
    }
    lab.close().await;
}

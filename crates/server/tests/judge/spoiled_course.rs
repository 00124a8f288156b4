//! `codealong check` finds the faults in a spoiled copy of the authors' page's course.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::judge_fixture::{codealong, serial_guard};
use crate::small_course::follow_the_page;

struct SpoiledCourse {
    folder: TempDir,
}

impl SpoiledCourse {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        follow_the_page(folder.path());
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("parrot").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The output of the author's command, which must find something wrong.
    fn faults(&self) -> String {
        let output = codealong("spoiled")
            .args(["check", "--course"])
            .arg(self.path(""))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{text}{told}");
        text
    }
}

/// The findings, each after its step's name; a bad one with the first line of its reason. Without those
/// about time, which depend on the machine.
fn findings(text: &str) -> Vec<String> {
    let mut step = "";
    let mut findings = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.contains(" within its budget of ") {
            continue;
        }
        if let Some(finding) = line.strip_prefix("    ✓ ") {
            findings.push(format!("{step}: ✓ {finding}"));
        } else if let Some(finding) = line.strip_prefix("    ✗ ") {
            let why = lines.next().unwrap().trim();
            // A report's first line continues with its time.
            let why = why.split(" · ").next().unwrap();
            findings.push(format!("{step}: ✗ {finding}: {why}"));
        } else if let Some((_, name)) = line.rsplit_once(" (").filter(|_| is_heading(line)) {
            step = name.trim_end_matches(')');
        }
    }
    findings
}

fn is_heading(line: &str) -> bool {
    let title = line.trim_start_matches(' ');
    line.len() == title.len() + 2
}

#[tokio::test]
async fn each_fault_that_only_a_run_can_find_is_found() {
    let parrot = SpoiledCourse::new();
    let (once, always) = (
        parrot.read("hello/solution.py"),
        parrot.read("talk/solution.py"),
    );
    parrot.write("hello/instructions.md", &"Say it to me. ".repeat(5));
    parrot.write("hello/starter.py", &always);
    parrot.write("hello/solution.py", &always);
    parrot.write("hello/mistakes/shouts.py", &once);
    let text = "What a client sends must go back. ".repeat(20);
    parrot.write("talk/instructions.md", &text);
    parrot.write("talk/starter.py", "import socket\n");
    parrot.write("talk/solution.py", &once);
    // A mistake of the step before.
    parrot.write(
        "talk/mistakes/only_one_line.py",
        &once.replace("recv(1024)", "recv(1024).upper()"),
    );

    let _serial_guard = serial_guard().await;
    let text = parrot.faults();
    let expected = [
        "hello: ✗ the instructions have 20 words: write 120 to 350",
        "hello: ✗ the starter fails: it passes: the step asks for nothing",
        "hello: ✓ the solution passes",
        "hello: ✗ the solution fails the next step, talk: it passes: the next step asks for \
         nothing new",
        "hello: ✗ shouts.py is told as shouts: nothing is recognised:",
        "talk: ✓ the instructions have 140 words",
        "talk: ✓ the starter fails",
        "talk: ✗ the solution passes: 1 of 3 tests failed",
        "talk: ✗ only_one_line.py is told as only-one-line: recognised is shouts; hello.1 does not \
         meet `outcome`; talk.1 does not meet `outcome`; talk.2 does not meet `outcome`:",
    ];
    assert_eq!(findings(&text), expected, "{text}");
    assert!(text.ends_with(" passed, 6 failed\n"), "{text}");
}

#[tokio::test]
async fn what_is_wrong_with_a_module_of_the_tests_is_told_with_its_file_and_line() {
    let parrot = SpoiledCourse::new();
    let listed = "support = [\"ratio.py\", \"words.py\"]\nsteps =";
    let course = parrot.read("course.toml").replace("steps =", listed);
    parrot.write("course.toml", &course);
    fs::create_dir(parrot.path("support")).unwrap();
    parrot.write("support/ratio.py", "one = 1\nratio = one / 0\n");
    parrot.write("support/words.py", "\n\nprint(\n");
    for (step, module) in [("hello", "ratio"), ("talk", "words")] {
        let tests = format!("{step}/tests.py");
        let source = parrot.read(&tests);
        parrot.write(&tests, &format!("import support.{module}\n{source}"));
    }

    let _serial_guard = serial_guard().await;
    let text = parrot.faults();
    for (step, failed) in [("hello", "1 of 1 tests failed"), ("talk", "3 of 3")] {
        let found = format!("{step}: ✗ the solution passes: {failed}");
        let findings = findings(&text);
        let is_found = findings.iter().any(|finding| finding.starts_with(&found));
        assert!(is_found, "{text}");
    }
    for told in [
        "ZeroDivisionError: division by zero (support/ratio.py, line 2)",
        "SyntaxError: '(' was never closed (support/words.py, line 3)",
    ] {
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn a_key_that_there_is_not_is_named_with_its_file_and_line_before_any_run() {
    let parrot = SpoiledCourse::new();
    let step = parrot.read("talk/step.toml");
    parrot.write("talk/step.toml", &step.replace("goal =", "gaol ="));
    let file = parrot.path("talk/step.toml");
    let file = file.display();
    let expected = format!(
        "{file}:1: a step needs the key `goal`, which is missing\n\
         {file}:3: a step has no key `gaol`; did you mean `goal`?\n"
    );
    assert_eq!(parrot.faults(), expected);
}

//! The course format is not about Redis: the two-step course that the authors' page builds, made
//! from that page as it is.

use std::fs;
use std::path::Path;

use protocol::{StepId, Verdict};

use crate::judge_fixture::{JudgeFixture, codealong, repository, serial_guard};

/// The files that a page shows, each in a fenced block after a line that is only its path in
/// backticks.
fn files_of(page: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut named = None;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(path) = line
            .strip_prefix("`curriculum/")
            .and_then(|rest| rest.strip_suffix('`'))
        {
            named = Some(path.to_owned());
        } else if line.starts_with("```") {
            let fence: String = line.chars().take_while(|mark| *mark == '`').collect();
            let block: String = lines
                .by_ref()
                .take_while(|inside| *inside != fence)
                .map(|inside| format!("{inside}\n"))
                .collect();
            if let Some(path) = named.take() {
                files.push((path, block));
            }
        } else if !line.is_empty() {
            named = None;
        }
    }
    files
}

/// Writes the page's course, `parrot`, into a folder.
pub(crate) fn follow_the_page(folder: &Path) {
    let page = fs::read_to_string(repository().join("curriculum/README.md")).unwrap();
    let files = files_of(&page);
    assert!(files.len() >= 12, "the page shows {} files", files.len());
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_course_of_the_authors_page_is_judged_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    follow_the_page(folder.path());
    let course = folder.path().join("parrot");
    let program = |name: &str| fs::read_to_string(course.join(name)).unwrap();
    let (hello, talk) = (
        StepId::parse("hello").unwrap(),
        StepId::parse("talk").unwrap(),
    );

    let judge_fixture = JudgeFixture::open(&course, "small").await;
    let first = judge_fixture
        .judge(&hello, &program("hello/solution.py"), 1)
        .await;
    let next = judge_fixture
        .judge(&talk, &program("hello/solution.py"), 1)
        .await;
    let whole = judge_fixture
        .judge(&talk, &program("talk/solution.py"), 1)
        .await;
    judge_fixture.close().await;
    assert_eq!(first.verdict, Verdict::Passed, "{first:#?}");
    assert_eq!(
        next.verdict,
        Verdict::Failed {
            earliest_broken: talk
        }
    );
    assert_eq!(whole.verdict, Verdict::Passed, "{whole:#?}");
    assert_eq!(whole.total(), 3);
    let _serial_guard = serial_guard().await;
    check_passes(&course);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tests_of_two_steps_import_modules_of_the_courses_own() {
    let folder = tempfile::tempdir().unwrap();
    follow_the_page(folder.path());
    let course = folder.path().join("parrot");
    let read = |name: &str| fs::read_to_string(course.join(name)).unwrap();
    let write = |name: &str, text: &str| fs::write(course.join(name), text).unwrap();
    let listed = "support = [\"lines.py\", \"parrots.py\"]\nsteps =";
    write(
        "course.toml",
        &read("course.toml").replace("steps =", listed),
    );
    fs::create_dir(course.join("support")).unwrap();
    write(
        "support/lines.py",
        "def line_of(word):\n    return word + \"\\n\"\n",
    );
    write(
        "support/parrots.py",
        "from codealong import exactly\nfrom support.lines import line_of\n\n\
         def repeats(client, word):\n    client.send_bytes(line_of(word))\n    \
         client.expect(exactly(line_of(word)))\n",
    );
    write(
        "hello/tests.py",
        "from codealong import test\nfrom support.parrots import repeats\n\n\
         @test(\"repeats what it hears\")\ndef _(server):\n    \
         repeats(server.connect(), server.random.word())\n",
    );
    let tests = read("talk/tests.py").replace(
        "from codealong import exactly, test\n",
        "from codealong import exactly, test\nimport support.parrots\n",
    );
    let both = "        client.send_bytes(f\"{word}\\n\")\n        client.expect(exactly(f\"{word}\\n\"))\n";
    assert_eq!(tests.matches(both).count(), 2, "{tests}");
    write(
        "talk/tests.py",
        &tests.replace(both, "        support.parrots.repeats(client, word)\n"),
    );
    let talk = StepId::parse("talk").unwrap();
    let looks_around =
        "import importlib.util, os\nprint(os.listdir(), importlib.util.find_spec(\"support\"))\n";
    let solution = format!("{looks_around}{}", read("talk/solution.py"));

    let judge_fixture = JudgeFixture::open(&course, "support").await;
    let right = judge_fixture.judge(&talk, &solution, 1).await;
    let wrong = judge_fixture
        .judge(&talk, &read("hello/mistakes/shouts.py"), 1)
        .await;
    judge_fixture.close().await;
    assert_eq!(right.verdict, Verdict::Passed, "{right:#?}");
    let printed: String = right
        .output
        .chunks
        .iter()
        .map(|chunk| chunk.text.as_str())
        .collect();
    assert!(printed.starts_with("['main.py'] None\n"), "{printed}");
    let failed = wrong.first_broken().unwrap();
    assert_eq!(failed.outcome.kind(), "wrong-value", "{wrong:#?}");
    assert_eq!(failed.mistake.as_ref().unwrap().id, "shouts");
}

/// The author's command, as a process, finds nothing wrong.
fn check_passes(course: &Path) {
    let output = codealong("small")
        .args(["check", "--course"])
        .arg(course)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    // Whether runs are within the budget is open on a machine that is busy enough.
    assert!(text.ends_with(" passed, 0 failed\n"), "{text}");
    let measured = |line: &&str| line.starts_with("    – a run takes ");
    assert_eq!(text.lines().filter(measured).count(), 2, "{text}");
}

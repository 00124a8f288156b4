//! Courses without problems.

use curriculum::{Course, Curriculum, Evidence, PythonSource};
use protocol::{
    Comparison, CourseId, Crash, Excerpt, Exchange, ExchangeAction, Expected, Outcome, Received,
    RecognisedMistake, SourceSpan, StepId, TestId, TestResult,
};

use crate::tiny_course::TinyCourse;

fn step_id(name: &str) -> StepId {
    StepId::parse(name).unwrap()
}

fn result(test: &str, outcome: Outcome) -> TestResult {
    TestResult {
        id: test.parse::<TestId>().unwrap(),
        name: "an arbitrary name".to_owned(),
        message: outcome.message(),
        outcome,
        mistake: None,
        same_as: None,
        span: None,
        exchanges: Vec::new(),
        duration_us: 1000,
    }
}

fn excerpt(bytes: &[u8]) -> Excerpt {
    Excerpt {
        bytes: bytes.into(),
        cut_bytes: 0,
    }
}

fn wrong_value(received: &[u8]) -> Outcome {
    let expected = b"hello\r\n";
    Outcome::WrongValue {
        expected: Expected::Bytes(excerpt(expected)),
        received: Received::Bytes(excerpt(received)),
        reply: Comparison {
            expected: expected.as_slice().into(),
            expected_is_prefix: false,
            received: received.into(),
            cut_bytes: 0,
            offset: 0,
            request: None,
        },
    }
}

fn crashed(exception: &str) -> Outcome {
    Outcome::Crashed {
        crash: Crash {
            exception: exception.to_owned(),
            detail: "list index out of range".to_owned(),
            span: None::<SourceSpan>,
            traceback: Vec::new(),
        },
        replies_before: 0,
        request: None,
    }
}

fn mistake(course: &Course, result: &TestResult, program: &str) -> Option<RecognisedMistake> {
    let source = PythonSource::new(program);
    course.recognise(&Evidence {
        result,
        source: &source,
        printed: "",
    })
}

fn recognised(course: &Course, result: &TestResult, program: &str) -> Option<String> {
    mistake(course, result, program).map(|mistake| mistake.id)
}

#[test]
fn a_course_has_its_steps_in_the_order_of_its_file() {
    let course = TinyCourse::new().load();
    assert_eq!(course.id.as_str(), "tiny");
    assert_eq!(course.title, "Build Your Own Echo");
    assert_eq!(course.port, 7000);
    let steps: Vec<_> = course
        .steps
        .iter()
        .map(|step| (step.number, step.id.as_str()))
        .collect();
    assert_eq!(steps, [(1, "listen"), (2, "echo")]);
}

#[test]
fn loading_one_course_or_all_gives_the_same() {
    let tiny = TinyCourse::new();
    let course = Course::load(&tiny.path("")).unwrap();
    assert_eq!(course.view(), tiny.load().view());
}

#[test]
fn courses_and_steps_are_found_by_id() {
    let tiny = TinyCourse::new();
    let curriculum = Curriculum::load(tiny.curriculum()).unwrap();
    let id = CourseId::parse("tiny").unwrap();
    let (course, step) = curriculum.step(&id, &step_id("echo")).unwrap();
    assert_eq!((course.port, step.number), (7000, 2));
    assert!(curriculum.step(&id, &step_id("ping")).is_none());
    let other = CourseId::parse("other").unwrap();
    assert!(curriculum.course(&other).is_none());
}

#[test]
fn a_learner_sees_the_texts_and_the_number_of_hints() {
    let course = TinyCourse::new().load();
    let view = course.view();
    assert_eq!(
        view.introduction_html,
        "<p>You build a server that <a href=\"tiny/listen\" rel=\"noopener noreferrer\">\
         listens</a>.</p>\n"
    );
    assert_eq!(view.steps.len(), 2);
    let step = course.step_view(&step_id("echo")).unwrap();
    assert_eq!(step.summary, view.steps[1]);
    assert_eq!(step.summary.goal, "Clients get their own words back");
    assert_eq!(step.summary.difficulty.to_minutes, 20);
    assert_eq!(
        step.instructions_html,
        "<p>Send back each <a href=\"listen\" rel=\"noopener noreferrer\">line</a>.</p>\n"
    );
    assert_eq!((step.hints, step.tests.len(), step.tests_in_run), (2, 2, 3));
    assert!(course.step_view(&step_id("ping")).is_none());
}

#[test]
fn a_view_contains_neither_solution_nor_tests() {
    let course = TinyCourse::new().load();
    let step = course.step_view(&step_id("echo")).unwrap();
    let text = format!("{step:?} {:?}", course.view());
    for secret in ["the solution of echo", "def _(server)", "print(\"shouts\")"] {
        assert!(!text.contains(secret), "the view contains {secret:?}");
    }
}

#[test]
fn a_step_without_a_starter_inherits_the_previous_one() {
    let tiny = TinyCourse::new();
    let starter = |course: &Course| course.steps[1].starter.entry_text().to_owned();
    assert_eq!(starter(&tiny.load()), "import socket\n");
    tiny.write("echo/starter.py", "import asyncio\n");
    assert_eq!(starter(&tiny.load()), "import asyncio\n");
}

#[test]
fn a_run_covers_all_steps_up_to_its_own() {
    let course = TinyCourse::new().load();
    let plan = course.plan(&step_id("echo")).unwrap();
    let names: Vec<_> = plan
        .iter()
        .flat_map(|step| &step.tests)
        .map(|test| format!("{} {}", test.id, test.name))
        .collect();
    assert_eq!(
        names,
        [
            "listen.1 listens on port 7000",
            "echo.1 sends a line back",
            "echo.2 sends two lines back"
        ]
    );
    assert_eq!(course.plan(&step_id("listen")).unwrap().len(), 1);
    assert!(course.plan(&step_id("ping")).is_none());
    let steps = course.steps_up_to(&step_id("echo")).unwrap();
    assert!(
        steps[1]
            .tests_source
            .contains("@test(\"sends a line back\")")
    );
}

#[test]
fn a_mistake_is_recognised_when_its_whole_condition_holds() {
    let course = TinyCourse::new().load();
    let shouted = wrong_value(b"HELLO\r\n");
    let found = mistake(&course, &result("echo.1", shouted.clone()), "");
    assert_eq!(found.unwrap().message, "`upper` changes what came.");
    let is_none = |result: TestResult, program: &str| {
        assert_eq!(recognised(&course, &result, program), None);
    };
    is_none(result("echo.2", shouted.clone()), "");
    is_none(result("listen.1", shouted), "");
    is_none(result("echo.1", wrong_value(b"hello!\r\n")), "");
    is_none(result("echo.1", Outcome::Passed), "");

    let program = "x = 1\nwords = line.split()\n";
    let crash = result("echo.2", crashed("IndexError"));
    assert_eq!(
        recognised(&course, &crash, program).as_deref(),
        Some("no-words")
    );
    is_none(crash, "x = 1\n");
    is_none(result("echo.2", crashed("KeyError")), program);
}

#[test]
fn received_bytes_are_matched_as_bytes() {
    let tiny = TinyCourse::new();
    tiny.replace("echo/step.toml", "^[A-Z]+\\r\\n$", "^h\\xc3.$");
    let course = tiny.load();
    let shown = |received: &[u8]| {
        let result = result("echo.1", wrong_value(received));
        recognised(&course, &result, "").is_some()
    };
    assert!(shown(b"h\xc3\xa9"));
    assert!(!shown(b"he"));
    assert!(!shown("hÃ©".as_bytes()));
}

#[test]
fn the_first_matching_mistake_wins() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "outcome = \"crashed\"\nexception = \"IndexError\"\nsource = 'split\\('",
        "outcome = \"wrong-value\"",
    );
    let course = tiny.load();
    let id = |received: &[u8]| {
        let result = result("echo.1", wrong_value(received));
        recognised(&course, &result, "").unwrap()
    };
    assert_eq!(id(b"HELLO\r\n"), "shouts");
    assert_eq!(id(b"other"), "no-words");
}

#[test]
fn a_mistake_can_require_that_there_was_no_exception() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "outcome = \"crashed\"\nexception = \"IndexError\"\nsource = 'split\\('",
        "outcome = \"exited\"\nexception = \"none\"",
    );
    let course = tiny.load();
    let exited = |crash| Outcome::Exited { code: 0, crash };
    let id = |outcome| recognised(&course, &result("echo.1", outcome), "");
    assert_eq!(id(exited(None)).as_deref(), Some("no-words"));
    let Outcome::Crashed { crash, .. } = crashed("IndexError") else {
        unreachable!("it is one");
    };
    assert_eq!(id(exited(Some(crash))), None);
}

#[test]
fn a_mistake_can_require_one_of_several_exceptions() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "exception = \"IndexError\"\nsource = 'split\\('",
        "exception = [\"IndexError\", \"ValueError\"]",
    );
    let course = tiny.load();
    let id = |exception| recognised(&course, &result("echo.1", crashed(exception)), "");
    assert_eq!(id("IndexError").as_deref(), Some("no-words"));
    assert_eq!(id("ValueError").as_deref(), Some("no-words"));
    assert_eq!(id("TypeError"), None);
}

#[test]
fn a_mistake_can_require_that_the_program_lacks_something() {
    let tiny = TinyCourse::new();
    tiny.replace("echo/step.toml", "source = 'split", "source_lacks = 'split");
    let course = tiny.load();
    let id = |program| recognised(&course, &result("echo.1", crashed("IndexError")), program);
    assert_eq!(id("words[1]").as_deref(), Some("no-words"));
    assert_eq!(id("words = line.split()\nwords[1]"), None);
}

#[test]
fn a_mistake_names_its_line_and_quotes_what_was_printed() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "exception = \"IndexError\"\nsource = 'split\\('",
        "exception_text = 'out of range'\nprinted = '(?m)^error.*'\ncode = '(?P<line>split\\()'",
    );
    tiny.replace(
        "echo/step.toml",
        "There may be no words at all.",
        "It says `{printed}`.",
    );
    let course = tiny.load();
    let told = |program: &str, printed: &str| {
        let source = PythonSource::new(program);
        course.recognise(&Evidence {
            result: &result("echo.1", crashed("IndexError")),
            source: &source,
            printed,
        })
    };
    let found = told(
        "# split(\nx = 'split('\nsplit()\n",
        "hello\nerror: `a`\nbye\n",
    )
    .unwrap();
    assert_eq!(found.line, Some(3));
    assert_eq!(found.message, "It says `error: 'a'`.");
    assert_eq!(told("# split(\nx = 'split('\n", "error"), None);
    assert_eq!(told("split()", "no"), None);
}

#[test]
fn a_mistake_can_require_what_was_received_before() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "exception = \"IndexError\"\nsource = 'split\\('",
        "received_before = '^hello'",
    );
    let course = tiny.load();
    let id = |actions: Vec<ExchangeAction>| {
        let mut result = result("echo.1", crashed("IndexError"));
        result.exchanges = actions
            .into_iter()
            .map(|action| Exchange {
                client: 1,
                at_us: 0,
                action,
            })
            .collect();
        recognised(&course, &result, "")
    };
    let sent = || ExchangeAction::Sent {
        bytes: b"hello".as_slice().into(),
        cut_bytes: 0,
        decoded: None,
    };
    let received = || ExchangeAction::Received {
        bytes: b"hello".as_slice().into(),
        cut_bytes: 0,
        decoded: None,
        line: None,
    };
    assert_eq!(
        id(vec![sent(), received(), sent()]).as_deref(),
        Some("no-words")
    );
    assert_eq!(id(vec![sent(), received()]), None);
    assert_eq!(id(vec![sent()]), None);
}

#[test]
fn a_mistake_can_have_several_programs() {
    let course = TinyCourse::new().load();
    let files: Vec<_> = course.steps[1].mistakes[1]
        .programs
        .iter()
        .map(|program| (program.file.as_str(), program.source.entry_text()))
        .collect();
    assert_eq!(
        files,
        [
            ("no_words.py", "print(\"no words\")\n"),
            ("few_words.py", "print(\"few words\")\n")
        ]
    );
}

#[test]
fn words_are_counted_without_code_blocks() {
    let tiny = TinyCourse::new();
    tiny.write(
        "echo/instructions.md",
        "## Two words\n\nThree `more` words — [here](../listen).\n\n\
         ```python\nnot = 'counted'\n```\n\n\
         | a | b |\n|---|---|\n| c | d |\n",
    );
    assert_eq!(tiny.load().steps[1].word_count, 10);
}

#[test]
fn links_to_other_sites_are_listed_with_file_and_line() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "Nothing *else*.",
        "Nothing [else](https://docs.python.org/3/).",
    );
    tiny.replace(
        "introduction.md",
        "server",
        "server as <https://redis.io/docs>",
    );
    let course = tiny.load();
    let links: Vec<_> = course
        .external_links
        .iter()
        .map(|link| {
            let file = link.file.strip_prefix(tiny.path("")).unwrap();
            format!("{}:{}: {}", file.display(), link.line, link.url)
        })
        .collect();
    assert_eq!(
        links,
        [
            "echo/step.toml:13: https://docs.python.org/3/",
            "introduction.md:1: https://redis.io/docs",
        ]
    );
}

#[test]
fn leftovers_of_editors_and_python_are_ignored() {
    let tiny = TinyCourse::new();
    for leftover in [
        ".DS_Store",
        "echo/tests.py~",
        "echo/.step.toml.swp",
        "echo/#tests.py#",
        "echo/__pycache__/tests.cpython-313.pyc",
        "echo/mistakes/.gitkeep",
    ] {
        tiny.write(leftover, "leftover");
    }
    std::fs::write(tiny.curriculum().join("README.md"), "for authors").unwrap();
    assert_eq!(tiny.load().steps.len(), 2);
}

#[test]
fn windows_line_endings_and_byte_order_marks_are_accepted() {
    let tiny = TinyCourse::new();
    for file in ["course.toml", "echo/step.toml", "echo/tests.py"] {
        let text = std::fs::read_to_string(tiny.path(file)).unwrap();
        tiny.write(file, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    assert_eq!(tiny.load().steps[1].tests.len(), 2);
}

//! How failed tests are recognised as mistakes.

use curriculum::{Course, Evidence, PythonSource};
use protocol::{
    Comparison, Crash, CrashPlace, Disagreement, Excerpt, Exchange, ExchangeAction, Expected,
    FileFault, FileType, Outcome, ProgramEnd, Received, RecognisedMistake, SourceSpan, TestId,
    TestResult,
};

use crate::tiny_course::TinyCourse;

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
            expected_is_example: false,
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
            suggestion: None,
            span: None::<SourceSpan>,
            traceback: Vec::new(),
            place: CrashPlace::Main,
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
    let exited = |crash| Outcome::Exited {
        code: 0,
        crash,
        end: ProgramEnd::default(),
    };
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
        callers: Vec::new(),
    };
    assert_eq!(
        id(vec![sent(), received(), sent()]).as_deref(),
        Some("no-words")
    );
    assert_eq!(id(vec![sent(), received()]), None);
    assert_eq!(id(vec![sent()]), None);
}

#[test]
fn a_mistake_can_require_one_of_several_faults() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "outcome = \"crashed\"\nexception = \"IndexError\"\nsource = 'split\\('",
        "outcome = [\"wrong-file\", \"disagrees\"]\nfault = [\"absent\", \"not-read\"]",
    );
    let course = tiny.load();
    let id = |outcome| recognised(&course, &result("echo.1", outcome), "");
    let wrong_file = |fault| Outcome::WrongFile {
        file: "dump.rdb".to_owned(),
        fault,
    };
    let absent = FileFault::Absent { names: Vec::new() };
    assert_eq!(id(wrong_file(absent)).as_deref(), Some("no-words"));
    let folder = FileFault::NoFile {
        file_type: FileType::Folder,
    };
    assert_eq!(id(wrong_file(folder)), None);
    assert_eq!(id(crashed("IndexError")), None);
}

#[test]
fn what_a_real_redis_says_of_a_file_is_matched_as_received() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "echo/step.toml",
        "outcome = \"crashed\"\nexception = \"IndexError\"\nsource = 'split\\('",
        "outcome = \"disagrees\"\nreceived = 'signature'",
    );
    let course = tiny.load();
    let id = |said: Option<&str>| {
        let outcome = Outcome::Disagrees {
            files: vec!["dump.rdb".to_owned()],
            fault: Disagreement::NotRead {
                said: said.map(str::to_owned),
                has_crashed: false,
            },
        };
        recognised(&course, &result("echo.1", outcome), "")
    };
    let wrong_signature = "Wrong signature trying to load DB from file";
    assert_eq!(id(Some(wrong_signature)).as_deref(), Some("no-words"));
    assert_eq!(id(Some("Short read")), None);
    assert_eq!(id(None), None);
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

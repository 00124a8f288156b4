//! Courses without problems.

use curriculum::{Course, Curriculum};
use protocol::{CourseId, StepId};

use crate::tiny_course::TinyCourse;

fn step_id(name: &str) -> StepId {
    StepId::parse(name).unwrap()
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
fn a_test_that_is_judged_once_is_in_its_own_steps_run_alone() {
    let tiny = TinyCourse::new();
    tiny.replace(
        "listen/tests.py",
        "def _(server):\n    server.connect()\n",
        "def _(server):\n    server.connect()\n\n\
         @test(\"takes long\", once=True)\n\
         def _(server):\n    pass\n",
    );
    let course = tiny.load();
    let tests = |own: &str| -> Vec<String> {
        let steps = course.plan(&step_id(own)).unwrap();
        let tests = steps.iter().flat_map(|step| &step.tests);
        tests.map(|test| test.id.to_string()).collect()
    };
    assert_eq!(tests("listen"), ["listen.1", "listen.2"]);
    assert_eq!(tests("echo"), ["listen.1", "echo.1", "echo.2"]);
    let view = |own: &str| course.step_view(&step_id(own)).unwrap();
    assert_eq!(view("listen").tests.len(), 2);
    assert_eq!(view("echo").tests_in_run, 3);
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
fn a_course_may_name_its_language() {
    let tiny = TinyCourse::new();
    let language = tiny.load().view().language;
    assert_eq!((language.tag.as_str(), language.direction()), ("en", "ltr"));
    tiny.replace("course.toml", "steps =", "language = \"he\"\nsteps =");
    let language = tiny.load().view().language;
    assert_eq!((language.tag.as_str(), language.direction()), ("he", "rtl"));
}

#[test]
fn a_courses_steps_may_stand_in_chapters() {
    let tiny = TinyCourse::new();
    assert_eq!(tiny.load().view().steps_by_chapter(), []);
    tiny.replace(
        "course.toml",
        "steps = [\"listen\", \"echo\"]\n",
        "[[chapter]]\ntitle = \"A server\"\ngoal = \"It listens\"\nsteps = [\"listen\"]\n\
         [[chapter]]\ntitle = \"An echo\"\ngoal = \"It answers\"\nsteps = [\"echo\"]\n",
    );
    let view = tiny.load().view();
    let chapters: Vec<_> = view
        .steps_by_chapter()
        .into_iter()
        .map(|(chapter, first, steps)| {
            let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
            (chapter.title.as_str(), chapter.goal.as_str(), first, ids)
        })
        .collect();
    assert_eq!(
        chapters,
        [
            ("A server", "It listens", 1, vec!["listen"]),
            ("An echo", "It answers", 2, vec!["echo"]),
        ]
    );
}

#[test]
fn a_course_may_explain_words_and_have_a_cheat_sheet() {
    let tiny = TinyCourse::new();
    let view = |tiny: &TinyCourse| tiny.load().step_view(&step_id("listen")).unwrap();
    assert_eq!(view(&tiny).sheet_html, None);
    tiny.replace(
        "course.toml",
        "steps = [\"listen\", \"echo\"]\n",
        "steps = [\"listen\", \"echo\"]\n[[term]]\nname = \"port\"\nmeaning = \"A number, as in `7000`.\"\n",
    );
    tiny.write(
        "sheet.md",
        "# At a glance\n\nSee [the first step](listen/).\n",
    );
    tiny.write(
        "listen/instructions.md",
        "Listen on a port.\n\n## The idea\n",
    );
    let view = view(&tiny);
    assert_eq!(
        view.sheet_html.as_deref(),
        Some("<p>See <a href=\"listen\" rel=\"noopener noreferrer\">the first step</a>.</p>\n")
    );
    assert!(
        view.instructions_html.contains(">port</button>"),
        "{}",
        view.instructions_html
    );
    let headings: Vec<&str> = view.headings.iter().map(|h| h.title.as_str()).collect();
    assert_eq!(headings, ["The idea"]);
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

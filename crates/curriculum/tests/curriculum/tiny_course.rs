//! A complete course of two steps in a temporary folder, to change and load.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use curriculum::{Course, Curriculum, Problem};
use tempfile::TempDir;

/// A course named `tiny` with the steps `listen` and `echo`: a server that sends back each line.
pub(crate) struct TinyCourse {
    folder: TempDir,
}

const FILES: [(&str, &str); 14] = [
    (
        "course.toml",
        "format = 1\n\
         title = \"Build Your Own Echo\"\n\
         port = 7000\n\
         steps = [\"listen\", \"echo\"]\n",
    ),
    (
        "introduction.md",
        "You build a server that [listens](listen/).\n",
    ),
    (
        "listen/step.toml",
        "title = \"Listen\"\n\
         short_title = \"Listen\"\n\
         goal = \"Clients can connect\"\n\
         minutes = [5, 10]\n\
         \n\
         [[hint]]\n\
         text = \"Look at `create_server`.\"\n",
    ),
    ("listen/instructions.md", "Listen on *port* 7000.\n"),
    ("listen/starter.py", "import socket\n"),
    (
        "listen/solution.py",
        "import socket\nserver = socket.create_server((\"localhost\", 7000))\n",
    ),
    (
        "listen/tests.py",
        "from codealong import test\n\n\
         @test(\"listens on port 7000\")\n\
         def _(server):\n    server.connect()\n",
    ),
    (
        "echo/step.toml",
        "title = \"Echo a line\"\n\
         short_title = \"Echo\"\n\
         goal = \"Clients get their own words back\"\n\
         minutes = [10, 20]\n\
         \n\
         [[hint]]\n\
         text = \"What does `recv` return?\"\n\
         \n\
         [[hint]]\n\
         text = '''\n\
         Send back what came.\n\
         \n\
         Nothing *else*.\n\
         '''\n\
         \n\
         [[mistake]]\n\
         id = \"shouts\"\n\
         program = \"shouts.py\"\n\
         message = \"`upper` changes what came.\"\n\
         [mistake.when]\n\
         outcome = [\"wrong-value\", \"invalid-byte\"]\n\
         test = \"sends a line back\"\n\
         received = '^[A-Z]+\\r\\n$'\n\
         \n\
         [[mistake]]\n\
         id = \"no-words\"\n\
         program = [\"no_words.py\", \"few_words.py\"]\n\
         message = \"There may be no words at all.\"\n\
         [mistake.when]\n\
         outcome = \"crashed\"\n\
         exception = \"IndexError\"\n\
         source = 'split\\('\n",
    ),
    (
        "echo/instructions.md",
        "# Echo a line\n\nSend back each [line](../listen/).\n",
    ),
    ("echo/solution.py", "print(\"the solution of echo\")\n"),
    (
        "echo/tests.py",
        "from codealong import test\n\n\
         @test(\"sends a line back\")\n\
         def _(server):\n    pass\n\n\
         @test(\"sends two lines back\", fresh=True)\n\
         def _(server):\n    pass\n",
    ),
    ("echo/mistakes/shouts.py", "print(\"shouts\")\n"),
    ("echo/mistakes/no_words.py", "print(\"no words\")\n"),
    ("echo/mistakes/few_words.py", "print(\"few words\")\n"),
];

impl TinyCourse {
    /// A course without problems.
    pub(crate) fn new() -> Self {
        let course = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for (file, text) in FILES {
            course.write(file, text);
        }
        course
    }

    /// The folder that contains the course.
    pub(crate) fn curriculum(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the course.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("tiny").join(file)
    }

    /// Writes a file and creates its folders.
    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Removes a file or a folder.
    pub(crate) fn remove(&self, file: &str) {
        let path = self.path(file);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    /// Replaces the first occurrence of `from` in a file, which must contain it.
    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        self.write(file, text.replacen(from, to, 1));
    }

    /// Loads the course, which must have no problems.
    #[track_caller]
    pub(crate) fn load(&self) -> Arc<Course> {
        match Curriculum::load(self.curriculum()) {
            Ok(curriculum) => Arc::clone(curriculum.courses().first().unwrap()),
            Err(problems) => panic!("{problems}"),
        }
    }

    /// The problems, as `file:line: message` with the file below the course's folder.
    #[track_caller]
    pub(crate) fn problems(&self) -> Vec<String> {
        let problems = match Curriculum::load(self.curriculum()) {
            Ok(_) => panic!("there are no problems"),
            Err(problems) => problems,
        };
        let relative = |problem: &Problem| {
            let base = self.path("");
            let file = problem.file.strip_prefix(&base).unwrap_or(&problem.file);
            format!("{}:{}: {}", file.display(), problem.line, problem.message)
        };
        problems.iter().map(relative).collect()
    }
}

/// Changes a course without problems and expects exactly these.
#[track_caller]
pub(crate) fn check(change: impl FnOnce(&TinyCourse), expected: &[&str]) {
    let tiny = TinyCourse::new();
    change(&tiny);
    assert_eq!(tiny.problems(), expected);
}

/// Replaces a part of a file and expects exactly these problems.
#[track_caller]
pub(crate) fn check_replaced(file: &str, from: &str, to: &str, expected: &[&str]) {
    check(|tiny| tiny.replace(file, from, to), expected);
}

/// Replaces the instructions of `echo` and expects exactly this problem in them.
#[track_caller]
pub(crate) fn check_instructions(text: &str, expected: &str) {
    check(
        |tiny| tiny.write("echo/instructions.md", text),
        &[&format!("echo/instructions.md:{expected}")],
    );
}

"""The modules of a course's own that its tests import: `support`."""

import subprocess
import unittest

from judging import ANSWERS_PING, Judge, Report, free_port, job, judge, step
from test_outcomes import answering

from codealong_judge.job import Job
from codealong_protocol.frame import InvalidFrame

PONG = answering(b"+PONG\r\n")

WORDS = 'GREETING = "PING"\n'

MODEL = """
from codealong import simple
from support.words import GREETING

loaded = []

def greet(server, reply):
    client = server.connect()
    client.send(GREETING)
    client.expect(simple(reply))
"""


def importing(name, line, call="pass"):
    """A step of one test, which makes the call; the line stands above it."""
    return step(name, f'{line}\nfrom codealong import test\n\n@test("x")\ndef _(server):\n    {call}\n')


class Support(unittest.TestCase):
    def assert_broken(self, report, test, detail):
        self.assertEqual(report.outcome(test), {"kind": "test-broken", "detail": detail})

    def test_a_module_is_executed_once_for_all_steps_that_import_it(self):
        first = importing("first", "from support.model import greet, loaded", "loaded.append(1); greet(server, 'PONG')")
        second = importing("second", "import support.model", "assert support.model.loaded; support.model.greet(server, 'NO')")
        third = importing("third", "from support import model, words", "assert model.GREETING is words.GREETING")
        report = judge(PONG, first, second, third, support={"model": MODEL, "words": WORDS})
        # What a module expects, the program has to answer.
        self.assertEqual(report.kinds, ["passed", "wrong-value", "passed"])

    def test_a_module_that_no_test_imports_is_not_executed(self):
        report = judge(PONG, importing("x", ""), support={"model": "1 / 0\n"})
        self.assertEqual(report.kinds, ["passed"])

    def test_a_module_that_raises_breaks_each_step_that_imports_it(self):
        steps = [importing(name, "from support import model") for name in ("first", "second")]
        report = judge(PONG, *steps, importing("third", ""), support={"model": "import support.ratio\n", "ratio": "\n1 / 0\n"})
        for test in ("first.1", "second.1"):
            self.assert_broken(report, test, "ZeroDivisionError: division by zero (support/ratio.py, line 2)")
        self.assertEqual(report.outcome("third.1"), {"kind": "passed"})

    def test_a_broken_step_leaves_the_next_one_its_fresh_start(self):
        broken, right = importing("broken", "from support import model"), step("ping", ANSWERS_PING)
        for tests in (broken["tests"], right["tests"]):
            tests[0]["fresh"] = True
        report = judge(PONG, broken, right, support={"model": "1 / 0\n"})
        self.assertEqual(report.kinds, ["test-broken", "passed"])

    def test_a_module_that_raises_in_a_test_names_its_line(self):
        calls = importing("calls", "from support.model import ratio", "ratio()")
        report = judge(PONG, calls, support={"model": "def ratio():\n    return 1 / 0\n"})
        self.assert_broken(report, "calls.1", "ZeroDivisionError: division by zero (support/model.py, line 2)")

    def test_a_syntax_error_names_its_line(self):
        detail = "SyntaxError: '(' was never closed (support/model.py, line 3)"
        above = importing("above", "import support.model")
        within = importing("within", "", "import support.model")
        own = importing("own", "print(")
        report = judge(PONG, above, within, own, support={"model": "\n\nprint(\n"})
        self.assert_broken(report, "above.1", detail)
        self.assert_broken(report, "within.1", detail)
        self.assertRegex(report.outcome("own.1")["detail"], r"^SyntaxError: .* \(own/tests\.py, line 1\)$")

    def test_a_name_that_there_is_not_is_the_courses_fault(self):
        module = importing("module", "import support.modle")
        name = importing("name", "from support.model import hello")
        report = judge(PONG, module, name, support={"model": WORDS})
        self.assert_broken(report, "module.1", "ModuleNotFoundError: No module named 'support.modle' (module/tests.py, line 1)")
        self.assert_broken(
            report,
            "name.1",
            "ImportError: cannot import name 'hello' from 'support.model' (support/model.py) (name/tests.py, line 1)",
        )
        report = judge(PONG, module)
        self.assert_broken(report, "module.1", "ModuleNotFoundError: No module named 'support' (module/tests.py, line 1)")

    def test_an_endless_module_ends_with_the_run(self):
        endless = importing("endless", "from support.model import wait", "wait()")
        report = judge(PONG, endless, support={"model": "def wait():\n    while True: pass\n"}, limit_ms=500)
        self.assertEqual(report.kinds, ["test-broken"])

    def test_a_module_that_does_not_come_to_its_end_is_the_courses_fault(self):
        endless = importing("endless", "from support.model import wait")
        report = judge(PONG, endless, importing("later", ""), support={"model": "while True: pass\n"}, limit_ms=500)
        self.assertEqual(report.kinds, ["test-broken", "not-run"])

    def test_what_goes_wrong_in_the_judge_is_not_the_modules_fault(self):
        spoils = importing("spoils", "from support.model import spoil", "spoil(server)")
        source = "def spoil(server):\n    server._attempt.trace._exchanges = None\n    server.connect()\n"
        with Judge(stderr=subprocess.PIPE) as process:
            process.send(job(PONG, [spoils], free_port(), support={"model": source}))
            self.assertEqual(Report(process.frames()).kinds, [])
            code, complaint = process.end()
        self.assertEqual(code, 1)
        self.assertIn("trace.py", complaint)

    def test_a_program_sees_no_module(self):
        program = """
            import os
            print(os.listdir())
            try:
                import support
            except ImportError as error:
                print(error)
            """
        report = judge(program, importing("x", "import support.model"), support={"model": MODEL, "words": WORDS})
        self.assertEqual(report.output("stdout"), "['main.py']\nNo module named 'support'\n")

    def test_what_is_no_module_is_no_job(self):
        frame = job(PONG, [], 6379)
        self.assertEqual(Job.parse(frame).support, {})
        self.assertEqual(Job.parse({**frame, "support": {"model": WORDS}}).support, {"model": WORDS})
        for support in ([], None, {"model.py": ""}, {"": ""}, {"model": None}):
            with self.subTest(support), self.assertRaises(InvalidFrame):
                Job.parse({**frame, "support": support})


if __name__ == "__main__":
    unittest.main()

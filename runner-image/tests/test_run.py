"""A run keeps its time and reports every test, whatever a test or a program does."""

import os
import signal
import subprocess
import unittest

from judging import Judge, Report, free_port, job, judge, step
from test_outcomes import ECHO, PING, answering, server_that


class TheRun(unittest.TestCase):
    def test_the_time_limit_leaves_partial_results(self):
        slow = step(
            "slow",
            """
            from codealong import simple, test

            @test("first")
            def _(server):
                server.connect()

            @test("second")
            def _(server):
                server.connect().expect(simple("PONG"), within_ms=60_000)

            @test("third")
            def _(server):
                server.connect()
            """,
        )
        report = judge(server_that("pass"), slow, limit_ms=600)
        self.assertEqual(report.kinds, ["passed", "timed-out", "not-run"])
        self.assertEqual(report.outcome("slow.2"), {"kind": "timed-out", "limit_ms": 600})
        self.assertTrue(report["slow.2"]["exchanges"])
        self.assertLess(report.finished["duration_us"], 800_000)

    def test_a_silent_program_is_reported_over_all_tests_in_time(self):
        source = "from codealong import simple, test\n"
        for number in range(40):
            source += f'\n@test("test {number}")\ndef _(server):\n'
            source += '    client = server.connect()\n    client.send("PING")\n    client.expect(simple("PONG"))\n'
        report = judge(server_that("pass"), step("silent", source))
        self.assertEqual(set(report.kinds), {"silent"})
        self.assertLess(report.finished["duration_us"], 9_500_000)

    def test_a_program_that_never_listens_is_reported_over_all_tests_in_time(self):
        source = "from codealong import test\n"
        for number in range(40):
            source += f'\n@test("test {number}")\ndef _(server):\n    server.connect()\n'
        report = judge("import time\ntime.sleep(60)\n", step("refused", source))
        self.assertEqual(set(report.kinds), {"refused"})
        self.assertLess(report.finished["duration_us"], 9_500_000)

    def test_a_broken_test_is_the_courses_fault(self):
        for body, detail in (
            ("    client.nothing()", "AttributeError: 'Client' object has no attribute 'nothing' (broken/tests.py, line"),
            ("    assert 1 == 2, 'odd'", "AssertionError: odd (broken/tests.py, line"),
            ("    client.send()", "TypeError: a command needs at least one word"),
            ("    client.close(); client.send('PING')", "TypeError: this client has closed its connection"),
        ):
            broken = step("broken", f'from codealong import test\n@test("x")\ndef _(server):\n    client = server.connect()\n{body}\n')
            outcome = judge(answering(b"+PONG\r\n"), broken).outcome("broken.1")
            self.assertEqual(outcome["kind"], "test-broken")
            self.assertIn(detail, outcome["detail"])

    def test_a_test_cannot_swallow_its_own_failure(self):
        swallowing = step(
            "swallowing",
            """
            from codealong import simple, test

            @test("x")
            def _(server):
                try:
                    client = server.connect()
                    client.send("PING")
                    client.expect(simple("PONG"))
                except Exception:
                    pass
            """,
        )
        self.assertEqual(judge(answering(b"+NO\r\n"), swallowing).kinds, ["wrong-value"])

    def test_what_a_test_calls_in_the_wrong_way_is_the_courses_fault(self):
        for wrong in (
            "server.random.bytes('x')",
            "server.random.words(None)",
            "server.random.text(-1)",
            "server.pause('1')",
            "server.connect().expect('PONG')",
            "server.connect().expect_closed(within_ms=None if 0 else 'x')",
            "server.connect().send('\\ud800')",
            "raise SystemExit",
            "int('x')",
        ):
            source = f"from codealong import *\n@test('x')\ndef _(server):\n    {wrong}\n"
            tests = [{"id": "x.1", "name": "x", "fresh": False, "asked": True}]
            report = judge(answering(b"+PONG\r\n"), {"step": "x", "source": source, "tests": tests})
            self.assertEqual(report.kinds, ["test-broken"], wrong)

    def test_what_goes_wrong_in_the_judge_is_nobodys_fault_but_its_own(self):
        source = """
from codealong import test

@test("x")
def _(server):
    server._attempt.trace._exchanges = None
    server.connect()
"""
        tests = [{"id": "x.1", "name": "x", "fresh": False, "asked": True}]
        with Judge(stderr=subprocess.PIPE) as process:
            steps = [{"step": "x", "source": source, "tests": tests}]
            process.send(job(answering(b"+PONG\r\n"), steps, free_port()))
            self.assertEqual(Report(process.frames()).kinds, [])
            code, complaint = process.end()
        self.assertEqual(code, 1)
        self.assertIn("trace.py", complaint)

    def test_tests_that_are_not_the_expected_ones_are_broken(self):
        other = {**PING, "tests": [{"id": "ping.1", "name": "another", "fresh": False, "asked": True}, {"id": "ping.2", "name": "more", "fresh": False, "asked": True}]}
        unreadable = {**ECHO, "source": "from codealong import ("}
        report = judge(answering(b"+PONG\r\n"), other, unreadable)
        self.assertEqual(report.kinds, ["test-broken"] * 3)

    def test_only_what_is_asked_for_is_run(self):
        source = """
from codealong import simple, test

@test("is wrong")
def _(server):
    server.connect().expect(simple("NO"))

@test("is right")
def _(server):
    server.connect()
"""
        both = step("both", source)
        both["tests"][0]["asked"] = False
        others = [{**test, "asked": False} for test in ECHO["tests"]]
        broken = {**ECHO, "source": "from codealong import (", "tests": others}
        report = judge(answering(b"+PONG\r\n"), broken, both)
        self.assertEqual(list(report.results), ["both.2"])
        self.assertEqual(report.kinds, ["passed"])

    def test_an_endless_test_ends_with_the_run(self):
        endless = step("endless", 'from codealong import test\n@test("x")\ndef _(server):\n    while True: pass\n')
        report = judge(answering(b"+PONG\r\n"), endless, PING, limit_ms=500)
        self.assertEqual(report.kinds, ["test-broken", "not-run"])

    def test_what_fails_before_a_line_of_the_program_has_run_is_no_verdict(self):
        # The second one names a module, for which new processes are forked after the job has come.
        for program in ("x = 1\n", "import asyncio\n"):
            with self.subTest(program), Judge(stderr=subprocess.PIPE) as process:
                os.kill(process.launcher.pid, signal.SIGSTOP)
                process.send(job(program, [PING], free_port()))
                self.assertEqual(process.read()["frame"], "started")
                process.end_launcher()
                report = Report(process.frames())
                self.assertEqual(report.kinds, [])
                code, complaint = process.end()
                self.assertEqual(code, 1)
                self.assertIn("no program could be started: ", complaint)


if __name__ == "__main__":
    unittest.main()

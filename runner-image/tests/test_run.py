"""A run keeps its time and reports every test, whatever a test or a program does."""

import os
import signal
import subprocess
import time
import unittest

from judging import Harness, Report, free_port, job, judge, lives, processes_below, step
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

    def test_a_mute_program_is_reported_over_all_tests_in_time(self):
        source = "from codealong import simple, test\n"
        for number in range(40):
            source += f'\n@test("test {number}")\ndef _(server):\n'
            source += '    client = server.connect()\n    client.send("PING")\n    client.expect(simple("PONG"))\n'
        report = judge(server_that("pass"), step("mute", source))
        self.assertEqual(set(report.kinds), {"silent"})
        self.assertLess(report.finished["duration_us"], 9_500_000)

    def test_a_program_that_never_listens_is_reported_over_all_tests_in_time(self):
        source = "from codealong import test\n"
        for number in range(40):
            source += f'\n@test("test {number}")\ndef _(server):\n    server.connect()\n'
        report = judge("import time\ntime.sleep(60)\n", step("deaf", source))
        self.assertEqual(set(report.kinds), {"refused"})
        self.assertLess(report.finished["duration_us"], 9_500_000)

    def test_a_broken_test_is_the_courses_fault(self):
        for body, detail in (
            ("    client.nothing()", "AttributeError: 'Client' object has no attribute 'nothing' (broken/tests.py, line"),
            ("    assert 1 == 2, 'odd'", "AssertionError: odd (broken/tests.py, line"),
            ("    client.send()", "TypeError: send needs at least one word"),
            ("    client.close(); client.send('PING')", "RuntimeError: this client has closed its connection"),
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

    def test_tests_that_are_not_the_expected_ones_are_broken(self):
        other = {**PING, "tests": [{"id": "ping.1", "name": "another"}, {"id": "ping.2", "name": "more"}]}
        unreadable = {**ECHO, "source": "from codealong import ("}
        report = judge(answering(b"+PONG\r\n"), other, unreadable)
        self.assertEqual(report.kinds, ["test-broken"] * 3)

    def test_an_endless_test_ends_with_the_run(self):
        endless = step("endless", 'from codealong import test\n@test("x")\ndef _(server):\n    while True: pass\n')
        report = judge(answering(b"+PONG\r\n"), endless, PING, limit_ms=500)
        self.assertEqual(report.kinds, ["test-broken", "not-run"])

    def test_what_fails_before_a_line_of_the_program_has_run_is_no_verdict(self):
        # The second one names a module, for which new processes are made after the job has come.
        for program in ("x = 1\n", "import asyncio\n"):
            with self.subTest(program), Harness(stderr=subprocess.PIPE) as harness:
                below = processes_below(harness.pid)
                for pid in below:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass  # It stood between two forks and has ended.
                while any(lives(pid) for pid in below):
                    time.sleep(0.001)
                harness.send(job(program, [PING], free_port()))
                report = Report(harness.frames())
                self.assertEqual(report.kinds, [])
                code, complaint = harness.end()
                self.assertEqual(code, 1)
                self.assertIn("no program could be started: ", complaint)


if __name__ == "__main__":
    unittest.main()

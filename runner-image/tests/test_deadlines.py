"""A program that gets no turn is waited for as long as it had none, within bounds."""

import os
import subprocess
import sys
import unittest
from unittest import mock

from judging import ANSWERS_PING, judge, step

from codealong_judge import deadline
from codealong_judge.deadline import Deadline
from codealong_judge.timeouts import QUICK_TIMEOUTS, Timeouts
from codealong_protocol.procfs import ThreadSchedule

#: The same test twice.
STEPS = [step(name, ANSWERS_PING) for name in ("ping", "again")]

#: The first processor that this process may use.
PROCESSOR = min(os.sched_getaffinity(0))

SERVER = f"""
import os, socket, time
os.sched_setaffinity(0, {{{PROCESSOR}}})
server = socket.create_server(("localhost", 6379))

def work(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass

while True:
    conn, _ = server.accept()
    while conn.recv(100):
"""


class OnABusyProcessor(unittest.TestCase):
    def setUp(self):
        program = f"""
import os
os.sched_setaffinity(0, {{{PROCESSOR}}})
print("here", flush=True)
while os.getppid() == {os.getpid()}:
    pass
"""
        # The kernel may share the processor among sessions.
        self.others = [
            subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True)
            for _ in range(3)
        ]
        for other in self.others:
            with other.stdout as stdout:
                self.assertEqual(stdout.readline(), b"here\n")

    def tearDown(self):
        for other in self.others:
            other.kill()
            other.wait()

    def test_a_reply_that_waits_for_its_turn_is_not_late(self):
        report = judge(SERVER + '        work(0.4)\n        conn.sendall(b"+PONG\\r\\n")\n', *STEPS)
        self.assertEqual(report.kinds, ["passed", "passed"])
        at_us = {event["action"]: event["at_us"] for event in report["ping.1"]["exchanges"]}
        self.assertGreater(at_us["received"] - at_us["sent"], 1_000_000, "it had no need to wait, and nothing was tried")

    def test_a_program_that_never_answers_leaves_time_for_the_other_tests(self):
        report = judge(SERVER + "        work(60)\n", *STEPS)
        self.assertEqual(report.kinds, ["silent", "silent"])


class Program:
    """A launcher's view of a program of one thread, on a clock that is set by hand."""

    def __init__(self, share):
        self.seconds = self.used = self.delayed = self.throttled = 0.0
        self.turns = 0
        #: Whether it is ready to run and has no turn all the time, which is counted afterwards alone.
        self.is_held_up = False
        self._share = share

    def go_on(self, seconds, used=0.0, ready=0.0, throttled=0.0):
        """`seconds` pass, of which it uses some, and is ready without a turn for some."""
        self.seconds += seconds
        self.used += used
        self.delayed += ready
        self.throttled += throttled
        self.turns += used > 0 or ready > 0

    def cpu_us(self):
        return int(self.used * 1e6)

    def cpu_share(self):
        return self._share

    def throttled_us(self):
        return int(self.throttled * 1e6)

    def thread_schedules(self):
        is_ready = self.delayed > 0 or self.is_held_up
        return {(2, "2"): ThreadSchedule(int(self.used * 1e9), int(self.delayed * 1e9), self.turns, is_ready)}


class Deadlines(unittest.TestCase):
    def setUp(self):
        self.program = Program(share=0.5)
        clock = mock.patch.object(deadline, "monotonic", lambda: self.program.seconds)
        clock.start()
        self.addCleanup(clock.stop)

    def wait(self, used, ready, throttled=0.0, timeouts=None, seconds=1.0):
        """How long a program is waited for that does so of each second what `Program.go_on` takes."""
        end = Deadline(self.program, timeouts or Timeouts(), seconds)
        began = self.program.seconds
        while not end.has_passed():
            step = end.until - self.program.seconds
            self.program.go_on(step, used * step, ready * step, throttled * step)
        return self.program.seconds - began

    def test_one_that_sleeps_has_the_plain_time(self):
        self.assertAlmostEqual(self.wait(used=0.0, ready=0.0), 1.0)

    def test_one_that_uses_its_whole_share_has_too(self):
        # The kernel counts the time in which the container is held back as run delay.
        self.assertAlmostEqual(self.wait(used=0.5, ready=0.5, throttled=0.5), 1.0)

    def test_one_that_uses_its_share_and_sleeps_has_too(self):
        self.assertAlmostEqual(self.wait(used=1 / 3, ready=1 / 3, throttled=1 / 3), 1.0)

    def test_one_that_gets_half_of_its_share_has_twice_the_time(self):
        self.assertAlmostEqual(self.wait(used=0.25, ready=0.75), 2.0, delta=0.1)

    def test_one_that_has_no_turn_at_all_has_more_time(self):
        # The kernel counts a delay when it is over.
        self.program.is_held_up = True
        self.assertGreater(self.wait(used=0.0, ready=0.0), 2.0)

    def test_a_reply_in_parts_loses_nothing_of_what_was_withheld(self):
        end = Deadline(self.program, Timeouts(), 1.0)
        for _ in range(2):
            self.program.go_on(0.02)
            self.assertFalse(end.has_passed())
            self.program.go_on(0.88, used=0.08, ready=0.8)
            end.restart()
        self.assertAlmostEqual(end.seconds_lost(), 1.44)

    def test_a_judge_that_looks_late_looks_again(self):
        end = Deadline(self.program, Timeouts(), 1.0)
        self.program.go_on(3.0)
        self.assertFalse(end.has_passed())
        self.program.go_on(0.02)
        self.assertTrue(end.has_passed())

    def test_one_that_gets_nothing_is_waited_for_within_bounds(self):
        timeouts = Timeouts(extension_seconds=3.0)
        self.assertAlmostEqual(self.wait(used=0.0, ready=1.0, timeouts=timeouts), 4.0)
        self.assertAlmostEqual(self.wait(used=0.0, ready=1.0, timeouts=timeouts), 1.0)

    def test_what_does_not_count_is_waited_for_no_longer(self):
        self.assertAlmostEqual(self.wait(used=0.0, ready=1.0, timeouts=QUICK_TIMEOUTS), 1.0)

    def test_a_test_that_failed_by_silence_leaves_the_time_to_the_others(self):
        timeouts = Timeouts()
        timeouts.record_silence()
        self.assertAlmostEqual(self.wait(used=0.0, ready=1.0, timeouts=timeouts), 1.0)

    def test_never_more_is_given_than_the_run_has_left(self):
        timeouts = Timeouts()
        timeouts.shorten(remaining_ms=2000, tests=3, overhead_ms=0)
        self.assertAlmostEqual(self.wait(used=0.0, ready=1.0, timeouts=timeouts), 1.8)


if __name__ == "__main__":
    unittest.main()

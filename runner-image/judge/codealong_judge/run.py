"""A run: every test of a job, in order, each with exactly one result."""

import sys
import traceback
from collections import deque
from time import monotonic

from . import explanation, outcome, recording, step_tests, test_error
from .attempt import Attempt
from .crash import span_of
from .deciding_line import RightReplies
from .explanation import span_of_result
from .function_names import FunctionNames
from .oracle import Oracle
from .outcome import (
    NOT_RUN,
    PASSED,
    EndlessTest,
    Failed,
    Interference,
    LauncherLost,
    MustBeAlone,
    RunTimedOut,
)
from .processor_time import ProcessorTime
from .random_values import RandomValues
from .retrace import Retrace
from .server import Server
from .stage import Stage
from .test_alarm import TestAlarm
from .tests_ahead import TestsAhead
from .timeouts import QUICK_TIMEOUTS, Timeouts

#: What the tests contain that ask a real redis-server.
_MAY_ASK_REDIS = "differential("

#: A test that takes longer is not made while another one waits.
_AHEAD_SECONDS_MAX = 1.0

#: Timeouts are shortened so that a run in which all tests fail ends so much before its limit.
_RESERVE_SECONDS = 0.7


class Run:
    """One job's run. A test's result is `(outcome, span, exchanges)`."""

    def __init__(self, job, frames, event_loop, output, launcher, lane, began):
        self._job = job
        self._frames = frames
        self._event_loop = event_loop
        self._output = output
        self._launcher = launcher
        self._records = lane.records
        self._counters = lane.counters
        self._began = began
        self._deadline = began + job.limit_ms / 1000
        asked = [test for step in job.steps for test in step.tests if test.asked]
        self._tests_left = len(asked)
        # Those after the present one.
        self._later = deque(asked[1:])
        self._lines_follow = False
        self._timeouts = Timeouts()
        self._overhead_ms = 0
        # Whether a test has spoken to the present program, and whether the last one had many clients.
        self._is_used = self._many_have_left = False
        # The outcome of every test after the end of the run.
        self._outcome_of_rest = None
        self._alarm = TestAlarm(frames)
        self._timings = {"launch_us": None, "listen_us": None}
        self._functions = FunctionNames(job.files["main.py"].decode("utf-8", "replace"))
        self._right_replies = RightReplies()
        self._retrace = Retrace()
        self._recorded = recording.RecordedTest(job, frames, launcher, lane.records)
        self._shortest_scripts = {}
        self._ahead = None
        #: The real redis-server of this run, which differential tests ask.
        self.oracle = Oracle(event_loop, lane.processes.is_container)
        self._processor_time = ProcessorTime(self._counters)
        self._throttled_us_before = self._counters.throttled_us()
        self._refusals_before = self._counters.refusals()

    def run_tests(self):
        """Runs all tests and reports each."""
        self._event_loop.set_deadline(self._deadline)
        self._alarm.set(self._deadline)
        self._frames.write("started")
        if any(_MAY_ASK_REDIS in step.source for step in self._job.steps if any(test.asked for test in step.tests)):
            # Now, so that it listens by the time that it is asked.
            self.oracle.start()
        try:
            self._start_fresh(())
        except Interference as interference:
            self._exit_if_nothing_ran(interference)  # Else the first test meets it again.
        except RunTimedOut:
            pass  # The first test meets it again.
        except LauncherLost as lost:
            sys.exit(f"no program could be started: {lost.detail}")
        for step in self._job.steps:
            asked = [planned for planned in step.tests if planned.asked]
            is_needed = asked and self._outcome_of_rest is None
            tests, problem = step_tests.load(step, self._alarm, self._deadline) if is_needed else ({}, None)
            if problem is step_tests.ENDLESS:
                self._outcome_of_rest = NOT_RUN
            self._ahead = TestsAhead(asked, tests, self._make_ahead, self._is_reusable)
            for planned in asked:
                if planned.fresh and self._is_used:
                    # What it prints as its clients leave is not about the next test.
                    self._launcher.try_kill()
                    self._output.flush()
                if self._later and self._later[0] is planned:
                    self._later.popleft()
                self._frames.write("test-started", id=planned.id)
                self._output.test = planned.id
                began, made = monotonic(), self._ahead.take(planned)
                if made is not None:
                    result, seconds = made
                    began -= seconds
                elif problem is not None:
                    result = outcome.test_broken(problem), None, []
                elif self._outcome_of_rest is not None:
                    result = self._outcome_of_rest, None, []
                else:
                    result = self._run_test(planned, tests[planned.name])
                self._event_loop.drain()
                self._output.flush()
                if self._later and self._later[0].fresh and self._outcome_of_rest is None and not self._job.record:
                    # It ends while the result is written, and the next step's tests are loaded.
                    self._launcher.begin_to_kill()
                self._report(planned, result, began + self._ahead.seconds_of_others())
                self._tests_left -= 1
                self._recorded.write(planned, self._tests_left)

    def finish(self):
        """Writes the last frame."""
        self._alarm.clear()
        self._event_loop.lift_limits()
        # What the program printed before its last answer belongs to the report.
        self._event_loop.drain()
        self._launcher.release_output()
        self._output.finish()
        is_whole = self._outcome_of_rest is None and not self._job.record
        self._lines_follow = is_whole and self._retrace.is_due(self._deadline)
        self._frames.write(
            "finished",
            duration_us=outcome.u32((monotonic() - self._began) * 1_000_000),
            dropped_bytes=self._output.dropped_bytes,
            launches=self._launcher.launches,
            timings=self._timings,
            memory_peak_bytes=self._counters.memory_peak_bytes(),
            cpu_us=self._processor_time.used_us(self.oracle.pid),
            throttled_us=_since(self._throttled_us_before, self._counters.throttled_us()),
            lines_follow=self._lines_follow,
        )

    def find_lines(self):
        """After the last frame of the verdict: the lines that only tracing tells, in one more."""
        if not self._lines_follow:
            return
        try:
            lines = self._retrace.lines(Stage(self), self._deadline)
        except Exception:
            # The verdict is out, and holds without them.
            traceback.print_exc()
            lines = {}
        self._alarm.clear()
        found = [{"id": test, "line": line} for test, line in lines.items()]
        self._frames.write("lines", lines=found, complete=self._retrace.is_complete)

    def _run_test(self, planned, test):
        try:
            result = None
            if self._is_reusable(planned, test) and not self._ahead.was_tried(planned):
                result = self._attempt(planned, test, QUICK_TIMEOUTS, is_final=False)
                if result[0] is not PASSED and self._outcome_of_rest is None:
                    result = None
            if result is None:
                result = self._final_attempt(planned, test)
            self._is_used = True
            self._launcher.check()
            return result
        except RunTimedOut as timed_out:
            self._event_loop.lift_limits()
            span = span_of(self._current_line())
            return self._end_run(outcome.timed_out(self._job.limit_ms), timed_out, span)
        except Interference as interference:
            self._exit_if_nothing_ran(interference)
            return self._end_run(outcome.interfered(interference.fact), interference)
        except LauncherLost as lost:
            return self._end_run(self._cause_of_loss(lost), lost)

    def _current_line(self):
        """The line that the program is at when the run ends, or None."""
        try:
            return self._launcher.probe_stack()
        except LauncherLost:
            return None

    def _cause_of_loss(self, lost):
        """The outcome where the program had its launcher killed, which it can by its memory alone.

        Whatever else ends a launcher is no program's doing, and so no verdict.
        """
        found = explanation.cause_of_loss(self._counters, self._refusals_before)
        if self._launcher.launches and found is not None:
            return found
        sys.exit(f"the launcher was lost: {lost.detail}")

    def _final_attempt(self, planned, test):
        """The attempt that counts, on a fresh program."""
        began = monotonic()
        remaining_ms = (self._deadline - _RESERVE_SECONDS - began) * 1000
        self._timeouts.shorten(remaining_ms, self._tests_left, self._overhead_ms)
        self._prepare(test, self._is_used)
        result = self._attempt(planned, test, self._timeouts, is_final=True)
        if result[0] is not PASSED:
            self._launcher.kill()
        waited_ms = result[0].get("waited_ms")
        if waited_ms is not None:
            overhead_ms = (monotonic() - began) * 1000 - waited_ms
            self._overhead_ms = max(overhead_ms, (self._overhead_ms + overhead_ms) / 2)
        return result

    def _is_reusable(self, planned, test):
        program = self._launcher.program
        if not self._is_used or planned.fresh or test.fresh or not self._is_as_needed(test):
            return False
        return program.status is None and not self._records.has_ended()

    def _make_ahead(self, planned, test, waiting):
        """An attempt at a test before its turn, beside the one that waits: see `TestsAhead`."""
        seconds_left = self._event_loop.seconds_left()
        end = monotonic() + seconds_left
        self._event_loop.set_deadline(monotonic() + min(seconds_left, _AHEAD_SECONDS_MAX))
        try:
            with self._output.of_test(planned.id):
                return self._attempt(planned, test, QUICK_TIMEOUTS, is_final=False, beside=waiting)
        except RunTimedOut:
            if monotonic() >= end:
                raise
            raise MustBeAlone from None
        finally:
            self._event_loop.set_deadline(end)

    def _is_as_needed(self, test):
        """Whether a program runs, with what the test gives it at its start."""
        launcher = self._launcher
        is_plain = launcher.program is not None and launcher.files == self._job.files and not launcher.are_files_changed
        return test.start and is_plain and launcher.arguments == test.arguments

    def _prepare(self, test, is_fresh):
        """Starts the program as the test needs it, unless it runs so and need not be a fresh one."""
        if not test.start:
            self._launcher.kill()
            self._is_used = False
        elif is_fresh or not self._is_as_needed(test):
            self._start_fresh(test.arguments)

    def _attempt(self, planned, test, timeouts, is_final, beside=None):
        attempt = self._new_attempt(planned, test, timeouts, is_final, self._right_replies, beside=beside)
        self._recorded.begins(attempt)
        if test.arguments and test.start:
            attempt.trace.add(0, "started", arguments=list(test.arguments))
        if self._is_used and self._many_have_left:
            self._let_clients_go(attempt)
        began = monotonic()
        result, span = PASSED, None
        try:
            self._make(test, attempt)
            explanation.require_standing(attempt)
        except Failed as failed:
            result, span = failed.outcome, failed.span
            if not failed.is_decided:
                self._retrace.take_undecided(planned, test, result)
        except EndlessTest as endless:
            if beside is not None:
                # The one that waits ends by it too: the run is over, by the course's fault.
                attempt.close_clients()
                raise
            # The last frame is that of the signal's handler.
            interrupted = test_error.files_of(endless)[-2]
            if not test_error.is_course(interrupted):
                # The judge was at work, say on a reply of a million elements: the program's doing.
                timed_out = RunTimedOut()
                timed_out.exchanges = self._exchanges(attempt)
                raise timed_out from None
            self._outcome_of_rest = NOT_RUN
            result = outcome.test_broken("it neither returned nor waited by the means of its client")
        except (RunTimedOut, Interference, LauncherLost) as ended:
            ended.exchanges = self._exchanges(attempt)
            if beside is not None:
                attempt.close_clients()
            raise
        except MustBeAlone:
            attempt.close_clients()
            raise
        except (Exception, SystemExit) as error:
            if test_error.is_judges_own(error):
                raise
            result = outcome.test_broken(test_error.describe(error))
        if result is PASSED and attempt.was_answered and self._will_end_with_daemon_threads():
            # A daemon thread was quick enough. The program as a whole does not go on serving.
            last, count = attempt.clients[-1], len(attempt.clients)
            result = outcome.ended(self._records.last_line(), last.request, (count, count), last.replies)
        if result is PASSED and attempt.was_answered:
            self._right_replies.take(attempt)
            self._retrace.take_passed(planned, test, monotonic() - began)
        attempt.close_clients()
        if result is PASSED and beside is None and self._has_printed():
            # What it prints as they leave is shown.
            self._let_clients_go(attempt)
        self._many_have_left = len(attempt.clients) > 1
        self._record_timings()
        counts = result is PASSED or is_final
        exchanges = self._exchanges(attempt, result is PASSED) if counts else []
        attempt.release()
        return result, (span or span_of_result(result)) if counts else None, exchanges

    def _let_clients_go(self, attempt):
        """What the program has for each client of the test before, say a thread, is not in this test's way."""
        try:
            attempt.settle()
        except (Failed, RunTimedOut):
            pass  # The test meets it again.

    def _has_printed(self):
        self._event_loop.drain()
        return self._launcher.program is not None and self._launcher.program.printed_bytes > 0

    def _will_end_with_daemon_threads(self):
        return self._records.has_ended_with_daemon_threads() and not self._launcher.descendant_pids()

    def _exchanges(self, attempt, has_passed=False):
        """Of a test that passed, the lines that sent are enough."""
        calls_max = 1 if has_passed else None

        def calls_of(port, offset):
            frames = attempt.frames_of(port, offset)[:calls_max]
            return [(line, self._functions.of(first_line)) for line, first_line in frames]

        return attempt.trace.to_json(calls_of, attempt.speaks_resp)

    def _new_attempt(self, planned, test, timeouts, is_final, right_replies, is_traced=False, beside=None):
        return Attempt(
            event_loop=self._event_loop,
            launcher=self._launcher,
            records=self._records,
            counters=self._counters,
            port=self._job.port,
            timeouts=timeouts,
            is_final=is_final,
            random_values=RandomValues(f"{self._job.seed}:{planned.id}"),
            right_replies=right_replies,
            shortest_script=self._shortest_scripts.setdefault(planned.id, []),
            oracle=self.oracle,
            is_of_own_step=planned in self._job.steps[-1].tests,
            is_traced=is_traced,
            files=self._job.files,
            awaits_start=not test.start,
            beside=beside,
            make_others=None if is_final else self._ahead.make_until,
        )

    def _make(self, test, attempt):
        with self._alarm.in_test():
            test.function(Server(attempt))

    def _start_fresh(self, arguments):
        another = any(test.fresh for test in self._later)
        self._launcher.start(self._job.files, arguments, another)
        self._is_used = False

    def _exit_if_nothing_ran(self, interference):
        """A program of which no line has run has done nothing: the fault is the machine's or ours."""
        if not self._launcher.launches:
            sys.exit(f"no program could be started: {interference}")

    def _end_run(self, result, cause, span=None):
        """The result of the last test that was run."""
        self._outcome_of_rest = NOT_RUN
        return result, span, getattr(cause, "exchanges", [])

    def _record_timings(self):
        program = self._launcher.program
        if self._timings["launch_us"] is not None or program is None or program.number != 1:
            return
        started_ns = self._records.started_ns()
        if started_ns is None or program.first_connection is None:
            return
        started = started_ns / 1e9
        self._timings["launch_us"] = outcome.u32((started - self._began) * 1e6)
        self._timings["listen_us"] = outcome.u32((program.first_connection - started) * 1e6)

    def _report(self, planned, result, began):
        kind, span, exchanges = result
        self._frames.write(
            "test-finished",
            id=planned.id,
            outcome=kind,
            span=span,
            exchanges=exchanges,
            duration_us=outcome.u32((monotonic() - began) * 1_000_000),
        )


def _since(before, now):
    return None if before is None or now is None else max(now - before, 0)

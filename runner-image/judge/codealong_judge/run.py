"""A run: every test of a job, in order, each with exactly one result."""

import os
import signal
import sys
import traceback
from time import monotonic, process_time

from . import course, outcome
from .attempt import HURRIED, Attempt, Patience
from .explanation import span_of
from .outcome import (
    NOT_RUN,
    PASSED,
    EndlessTest,
    Failed,
    Interference,
    LauncherLost,
    Misuse,
    RunTimeUp,
)
from .randoms import Randoms
from .server import Server


#: A wait ends at the run's limit by itself; a test that goes on for so long after it does not wait.
_GRACE_SECONDS = 0.2


#: Waits are shared out so that a run with all tests failing ends so much before its limit.
_RESERVE_SECONDS = 0.7


class Run:
    """One job under way."""

    def __init__(self, job, frames, pump, output, programs, notes, counters, began):
        self._job = job
        self._frames = frames
        self._pump = pump
        self._output = output
        self._programs = programs
        self._notes = notes
        self._counters = counters
        self._began = began
        self._deadline = began + job.limit_ms / 1000
        self._tests_left = sum(len(step.tests) for step in job.steps)
        self._patience = Patience()
        self._beside_ms = 0
        self._used = False
        #: What each test gets that comes after the end of the run.
        self._rest = None
        self._in_test = False
        self._timings = {"launch_us": None, "listen_us": None}
        self._cpu_us_before, self._throttled_us_before = counters.cpu_us(), counters.throttled_us()
        self._refusals_before = counters.refusals()

    def all_tests(self):
        """Makes all tests and reports each."""
        self._pump.limit(self._deadline)
        self._interrupt_endless_tests(self._deadline + _GRACE_SECONDS)
        self._frames.write("started")
        try:
            self._start_fresh()
        except Interference as interference:
            self._break_where_nothing_ran(interference)  # Else the first test meets it again.
        except RunTimeUp:
            pass  # So it does.
        except LauncherLost as lost:
            sys.exit(f"no program could be started: {lost.detail}")
        for step in self._job.steps:
            tests, broken = self._load(step)
            for planned in step.tests:
                self._frames.write("test-started", id=planned.id)
                began = monotonic()
                if broken is not None:
                    result = outcome.test_broken(broken), None, []
                elif self._rest is not None:
                    result = self._rest, None, []
                else:
                    result = self._judge(planned, tests[planned.name])
                self._output.flush()
                self._report(planned, result, began)
                self._tests_left -= 1

    def finish(self):
        """The last frame; after it nothing is judged."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._pump.limit(None)
        # What the program printed before its last answer belongs to the report.
        self._pump.drain()
        self._output.finish()
        self._frames.write(
            "finished",
            duration_us=outcome.u32((monotonic() - self._began) * 1_000_000),
            dropped_bytes=self._output.dropped_bytes,
            launches=self._programs.launches,
            timings=self._timings,
            memory_peak_bytes=self._counters.memory_peak_bytes(),
            cpu_us=_cpu_us(_since(self._cpu_us_before, self._counters.cpu_us())),
            throttled_us=_since(self._throttled_us_before, self._counters.throttled_us()),
        )

    def _load(self, step):
        """The step's tests by their names, and what is wrong with them, or None."""
        try:
            tests = course.load(step.step, step.source)
        except (Exception, SystemExit) as error:
            return {}, _blame(error)
        defined, planned = [test.name for test in tests], [test.name for test in step.tests]
        if sorted(defined) != sorted(planned):
            return {}, f"the step's tests are {defined}, and {planned} were expected"
        return {test.name: test for test in tests}, None

    def _judge(self, planned, test):
        try:
            result = None
            if self._is_reusable(planned, test):
                result = self._attempt(planned, test, HURRIED, final=False)
                if result[0] is not PASSED:
                    result = None
            if result is None:
                result = self._judge_finally(planned, test)
            self._used = True
            self._programs.check()
            return result
        except RunTimeUp as over:
            self._pump.limit(None)
            return self._end(outcome.timed_out(self._job.limit_ms), over, span_of(self._line()))
        except Interference as interference:
            self._break_where_nothing_ran(interference)
            return self._end(outcome.interfered(interference.detail), interference)
        except LauncherLost as lost:
            return self._end(self._cause_of_loss(lost), lost)

    def _line(self):
        """Where the program stands at the end of the run, or None."""
        try:
            return self._programs.ask_whereabouts()
        except LauncherLost:
            return None

    def _cause_of_loss(self, lost):
        """The outcome of a program that had its launcher killed; no program can but by its memory.

        Anything else that ends a launcher is no program's doing, and so no verdict.
        """
        was_killed = self._counters.refusals()[0] > self._refusals_before[0]
        if self._programs.launches and was_killed and self._counters.was_full():
            return outcome.out_of_memory((self._counters.memory_bytes or 128 << 20) >> 20)
        sys.exit(f"the launcher was lost: {lost.detail}")

    def _judge_finally(self, planned, test):
        began = monotonic()
        self._patience.share((self._deadline - _RESERVE_SECONDS - began) * 1000, self._tests_left, self._beside_ms)
        if self._used or self._programs.current is None:
            self._start_fresh()
        result = self._attempt(planned, test, self._patience, final=True)
        if result[0] is not PASSED:
            self._programs.kill()
        waited_ms = result[0].get("waited_ms")
        if waited_ms is not None:
            beside_ms = (monotonic() - began) * 1000 - waited_ms
            self._beside_ms = max(beside_ms, (self._beside_ms + beside_ms) / 2)
        return result

    def _is_reusable(self, planned, test):
        program = self._programs.current
        if not self._used or planned.fresh or test.fresh or program is None:
            return False
        return program.status is None and not self._notes.ended()

    def _attempt(self, planned, test, patience, final):
        attempt = Attempt(
            pump=self._pump,
            programs=self._programs,
            notes=self._notes,
            counters=self._counters,
            port=self._job.port,
            patience=patience,
            final=final,
            randoms=Randoms(f"{self._job.seed}:{planned.id}"),
        )
        result, span = PASSED, None
        try:
            self._in_test = True
            try:
                test.function(Server(attempt))
            finally:
                self._in_test = False
        except Failed as failed:
            result, span = failed.outcome, failed.span
        except EndlessTest as endless:
            # The last frame is that of the signal's handler.
            interrupted = _files(endless)[-2]
            if not _is_test(interrupted):
                # The judge was at work, on a reply of a million elements say: the program's doing.
                over = RunTimeUp()
                over.exchanges = self._exchanges(attempt)
                raise over from None
            self._rest = NOT_RUN
            result = outcome.test_broken("it neither returned nor waited by the means of its client")
        except (RunTimeUp, Interference, LauncherLost) as ended:
            ended.exchanges = self._exchanges(attempt)
            raise
        except (Exception, SystemExit) as error:
            if _is_judges_own(error):
                raise
            result = outcome.test_broken(_blame(error))
        if result is PASSED and attempt.was_answered and self._notes.ended_beneath_threads() and not self._programs.others():
            # A daemon thread was quick enough. The program as a whole does not go on serving.
            result = outcome.ended(self._notes.ended_line(), attempt.clients[-1].request)
        attempt.leave()
        self._note_timings()
        counts = result is PASSED or final
        exchanges = self._exchanges(attempt) if counts else []
        attempt.forget()
        return result, (span or _span_of(result)) if counts else None, exchanges

    def _exchanges(self, attempt):
        return attempt.trace.finished(attempt.line_of, attempt.speaks_resp)

    def _start_fresh(self):
        self._programs.start(self._job.files)
        self._used = False

    def _break_where_nothing_ran(self, interference):
        """A program of which no line has run has done nothing: it is the machine, or we are."""
        if not self._programs.launches:
            sys.exit(f"no program could be started: {interference.detail}")

    def _end(self, result, cause, span=None):
        self._rest = NOT_RUN
        return result, span, getattr(cause, "exchanges", [])

    def _interrupt_endless_tests(self, when):
        """Each wait of a client ends with the run; this is for tests that loop without one.

        A frame that is half written is written to its end first: the signal comes again.
        """

        def interrupt(_signal, _frame):
            if self._in_test and monotonic() >= when and not self._frames.is_writing:
                raise EndlessTest

        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, max(when - monotonic(), 0.001), 0.1)

    def _note_timings(self):
        program = self._programs.current
        if self._timings["launch_us"] is not None or program is None or program.number != 1:
            return
        started = self._notes.started_ns()
        if started is None or program.first_connection is None:
            return
        launched = started / 1e9
        self._timings["launch_us"] = outcome.u32((launched - self._began) * 1e6)
        self._timings["listen_us"] = outcome.u32((program.first_connection - launched) * 1e6)

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


def _cpu_us(learner_us):
    """The learner's container's time and this process's own, which was forked for the run."""
    return None if learner_us is None else learner_us + int(process_time() * 1_000_000)


def _since(before, now):
    return None if before is None or now is None else max(now - before, 0)


def _span_of(result):
    if result["kind"] == "syntax-error":
        return result["span"]
    if result["kind"] == "ended" and result["line"] is not None:
        return span_of(result["line"])
    crash = result.get("crash")
    return crash["span"] if crash else None


_JUDGE = os.path.dirname(os.path.abspath(__file__))


def _files(error):
    """The files of a traceback, the outermost first. Their text is looked at nowhere."""
    return [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]


def _is_test(file):
    return file.endswith("/tests.py")


def _is_judges_own(error):
    """Whether the judge itself went wrong, and not the test, nor what the test called it with."""
    if isinstance(error, Misuse):
        return False
    files = _files(error)
    after_the_test = files[max((at for at, file in enumerate(files) if _is_test(file)), default=-1) + 1 :]
    return any(file.startswith(_JUDGE) for file in after_the_test)


def _blame(error):
    """What an author needs to find the fault: the exception and the line of the tests."""
    lines = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _is_test(frame.f_code.co_filename)
    ]
    place = f" ({lines[-1][0]}, line {lines[-1][1]})" if lines else ""
    kind = TypeError if isinstance(error, Misuse) else type(error)
    return f"{kind.__name__}: {error}{place}"[:2000]

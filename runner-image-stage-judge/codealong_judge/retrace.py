"""After the verdict: failing tests run once more, with the program's lines traced.

Where a program sends all its replies by the same calls, only the lines that ran before tell a wrong
one from the right ones. Nothing of this changes a verdict, nor does it keep one waiting.
"""

from time import monotonic

from .deciding_line import RightReplies
from .outcome import PASSED, EndlessTest, Failed, Interference, LauncherLost, RunTimedOut
from .timeouts import Timeouts

#: For all of it, and for the tests that passed, whose replies the wrong ones are held against: a
#: tenth of it is what most programs take. The server waits a little longer.
_SECONDS, _COMPARING_SECONDS = 1.2, 0.6
#: Less is not worth a start of the program.
_SECONDS_MIN = 0.1
#: How long one test may have taken that is made for comparison.
_TEST_SECONDS_MAX = 0.4

#: The outcomes of replies that are well-formed.
_OF_VALUES = ("wrong-value", "wrong-type", "differs")

_TIMEOUTS = Timeouts(silence_ms=250, connect_ms=500, late_ms=0, extension_seconds=0.0)


class Retrace:
    """Finds lines for the tests of a run."""

    def __init__(self):
        # The tests whose wrong reply no call tells apart, each with its outcome.
        self._undecided = []
        # The tests that passed and had replies.
        self._passed = []
        self._right_replies = RightReplies()
        #: Whether time was left for all.
        self.is_complete = False

    def take_undecided(self, planned, test, result):
        """A test has failed by a reply that was sent as right ones were."""
        self._undecided.append((planned, test, result))

    def take_passed(self, planned, test, seconds):
        """A test with replies has passed."""
        if seconds < _TEST_SECONDS_MAX:
            self._passed.append((planned, test))

    def is_due(self, deadline):
        """Whether there is something to find, and time for it."""
        return bool(self._undecided and self._passed) and deadline - monotonic() > _SECONDS_MIN

    def lines(self, stage, deadline):
        """The lines found, by the tests' ids; `stage` is the run's `Stage`."""
        began = monotonic()
        stage.set_deadline(min(deadline, began + _SECONDS))
        found = {}
        try:
            self._compare(stage, began + _COMPARING_SECONDS)
            for planned, test, result in self._undecided:
                line = self._line(stage, planned, test, result)
                if line is not None:
                    found[planned.id] = line
            self.is_complete = True
        except (EndlessTest, Interference, LauncherLost, RunTimedOut):
            pass  # What was found until then holds.
        return found

    def _compare(self, stage, until):
        """Makes tests that passed, those of the failing step first.

        They share a program, even those that had one of their own; where one fails on it, the next
        one has another.
        """
        step = _step(self._undecided[0][0])
        is_fresh = True
        for planned, test in sorted(self._passed, key=lambda passed: _step(passed[0]) != step):
            if monotonic() > until:
                break
            stage.prepare(test, is_fresh)
            attempt = stage.attempt(planned, test, _TIMEOUTS, self._right_replies)
            try:
                is_fresh = stage.make(test, attempt) is not PASSED
                if not is_fresh:
                    self._right_replies.take(attempt)
            finally:
                attempt.close_clients()

    def _line(self, stage, planned, test, result):
        """The line that decided on a test's wrong reply, or None, also where it now ends otherwise."""
        stage.prepare(test, True)
        attempt = stage.attempt(planned, test, _TIMEOUTS, self._right_replies)
        try:
            failed = stage.make(test, attempt)
            if not isinstance(failed, Failed) or failed.wrong_byte is None:
                return None
            if _without_times(failed.outcome) != _without_times(result):
                return None
            self._right_replies.take(attempt, failed.wrong_byte)
            return self._right_replies.deciding_line(attempt, *failed.wrong_byte, _is_of_a_value(result))
        finally:
            attempt.close_clients()


def _step(planned):
    return planned.id.rpartition(".")[0]


def _is_of_a_value(result):
    """Whether a well-formed reply has the wrong value; the words of an error are its own."""
    return result["kind"] in _OF_VALUES and not result["reply"]["expected"].startswith("-")


def _without_times(result):
    return {key: value for key, value in result.items() if key not in ("waited_ms", "took_ms")}

"""Tests that are made before their turn, while one before them lets time go by."""

from time import monotonic

from .outcome import PASSED, MustBeAlone


class TestsAhead:
    """Those of one step. They use the program that the waiting test uses, and only a pass counts.

    One that does not pass so is made again in its turn, alone; so is the waiting one. In the run of its own
    step each test has a program of its own, and then there is nothing to be made ahead.
    """

    def __init__(self, planned_tests, tests, make, is_possible):
        # What is still to come, in order.
        self._to_come = list(planned_tests)
        self._tests = tests
        # Makes a planned test beside the attempt that waits; says how it ended.
        self._make = make
        # Whether the program, as it runs, will do for a test.
        self._is_possible = is_possible
        # The results of those that have passed, each with the seconds that it took.
        self._passed = {}
        # The seconds of tests that were made ahead, and not in the test that was reported last.
        self._seconds = 0.0

    def take(self, planned):
        """The turn of a test: its result and the seconds that it took, where it has passed already; or None."""
        if planned in self._to_come:
            self._to_come.remove(planned)
        self._seconds = 0.0
        return self._passed.pop(planned.id, None)

    def seconds_of_others(self):
        """How much of the time since the last `take` other tests have taken."""
        return self._seconds

    def make_until(self, attempt, until):
        """Makes what can be made until then (monotonic seconds); `attempt` is the one that waits."""
        while self._to_come and monotonic() < until:
            planned = next((one for one in self._to_come if self._is_possible(one, self._tests[one.name])), None)
            if planned is None:
                return
            self._to_come.remove(planned)
            began, before = monotonic(), self._seconds
            try:
                result = self._make(planned, self._tests[planned.name], attempt)
            except MustBeAlone:
                continue
            # One that it has let wait in turn counts by itself.
            own = monotonic() - began - (self._seconds - before)
            self._seconds += own
            if result[0] is not PASSED:
                return  # The program may be in no state for more.
            self._passed[planned.id] = result, own

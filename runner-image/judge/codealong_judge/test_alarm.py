"""Ends a test that loops without a wait: each wait of a client ends with the run by itself."""

import signal
from contextlib import contextmanager
from time import monotonic

from .outcome import EndlessTest

#: A test that still runs so long after the run's end does not wait.
_GRACE_SECONDS = 0.2

#: A frame that is half written is finished first: the signal comes again.
_AGAIN_SECONDS = 0.1


class TestAlarm:
    """Raises EndlessTest in a test that runs on after a deadline."""

    def __init__(self, frames):
        self._frames = frames
        self._is_in_test = False

    def set(self, deadline):
        """From `deadline` on (monotonic seconds), and a little later."""
        when = deadline + _GRACE_SECONDS

        def interrupt(_signal, _frame):
            if self._is_in_test and monotonic() >= when and not self._frames.is_writing:
                raise EndlessTest

        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, max(when - monotonic(), 0.001), _AGAIN_SECONDS)

    def clear(self):
        """No test is interrupted any more."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def in_test(self):
        """A test runs within this; it may let others run meanwhile."""
        was_in_test, self._is_in_test = self._is_in_test, True
        try:
            yield
        finally:
            self._is_in_test = was_in_test

"""Where tests are made once more, after the verdict."""

from . import socket_limits
from .outcome import PASSED, Failed


class Stage:
    """A run's parts as `Retrace` uses them."""

    def __init__(self, run):
        self._run = run

    def set_deadline(self, deadline):
        """No wait and no test goes on after `deadline`."""
        self._run._event_loop.set_deadline(deadline)
        self._run._event_loop.call_every(socket_limits.CHECK_SECONDS, self._run._launcher.check_limits)
        self._run._alarm.set(deadline)

    def prepare(self, test, is_fresh):
        """Starts the program as the test needs it, traced, unless it runs so and need not be a fresh one."""
        self._run._launcher.is_traced = True
        self._run._prepare(test, is_fresh)

    def attempt(self, planned, test, timeouts, right_replies):
        return self._run._new_attempt(planned, test, timeouts, True, right_replies, is_traced=True)

    def make(self, test, attempt):
        """Makes a test: PASSED, what failed, or None where the test itself is broken."""
        try:
            self._run._make(test, attempt)
        except Failed as failed:
            return failed
        except Exception:
            return None
        return PASSED

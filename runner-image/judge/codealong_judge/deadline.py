"""Until when the judge waits for the program: time in which it got no processor does not count."""

from time import monotonic

#: Most replies come sooner.
_FIRST_LOOK_SECONDS = 0.02

#: Less than this is what any scheduler makes a program wait.
_RUN_DELAY_SECONDS_MIN = 0.02


class Deadline:
    """The end of one wait. At `until`, `has_passed` says whether that was the end.

    A program that was ready to run and got no turn is given the time again, as far as `timeouts`
    allow: a busy machine is no silence.
    """

    def __init__(self, launcher, timeouts, seconds):
        self._launcher = launcher
        self._timeouts = timeouts
        self._seconds = seconds
        self._run_delay = None
        #: The time that was given again, in seconds.
        self.extension = 0.0
        self.restart()

    def has_passed(self):
        now = monotonic()
        if now < self.until:
            return False
        if now < self._end:
            # What comes soon is not worth a look at how the program is scheduled.
            self._run_delay = self._run_delay or RunDelay(self._launcher)
            self.until = self._end
            return False
        # A judge that wakes late had no turn itself.
        owed = max(now - self.until, self.seconds_lost() - self.extension)
        owed = min(owed, self._timeouts.run_delay_seconds)
        if owed < _RUN_DELAY_SECONDS_MIN:
            return True
        self._timeouts.run_delay_seconds -= owed
        self.extension += owed
        self.extend(owed)
        return False

    def seconds_lost(self):
        """How much of the wait so far does not count: what was, or would be, given again."""
        lost = 0.0 if self._run_delay is None else self._run_delay.seconds()
        return max(self.extension, min(lost, self.extension + self._timeouts.run_delay_seconds))

    def restart(self):
        """The whole time again, from now on."""
        self.extend(self._seconds)

    def extend(self, seconds):
        """So many seconds more, from now on."""
        now = monotonic()
        self._end = now + seconds
        #: When to ask `has_passed` next, in monotonic seconds.
        self.until = min(self._end, now + _FIRST_LOOK_SECONDS)


class RunDelay:
    """How long the program has been ready to run, from now on, and no processor took it.

    The kernel counts that for each thread (`/proc/<pid>/schedstat`), also while the container has
    used up its own share of a processor; what it did get is taken off, so that this is not counted.
    """

    def __init__(self, launcher):
        self._launcher = launcher
        self._began = monotonic()
        self._before = self._read()

    def seconds(self):
        """0 where the kernel does not count it."""
        used, delayed = (after - before for after, before in zip(self._read(), self._before))
        return max(0.0, min(delayed, monotonic() - self._began - used))

    def _read(self):
        cpu_us = self._launcher.cpu_us() or 0
        return cpu_us / 1e6, self._launcher.run_delay_ns() / 1e9

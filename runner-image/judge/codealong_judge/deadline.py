"""Until when the judge waits for the program: time in which the machine gave it no turn does not count."""

from time import monotonic

#: What comes sooner is not worth a look at how the program is scheduled.
_FIRST_LOOK_SECONDS = 0.02

#: Less than this is what any scheduler makes a program wait.
_SECONDS_LOST_MIN = 0.02


class Deadline:
    """The end of one wait. At `until`, `has_passed` says whether that was the end.

    A program that was ready to run and got no turn is given the time again, as far as `timeouts`
    allow: a busy machine is no silence.
    """

    def __init__(self, launcher, timeouts, seconds):
        self._launcher = launcher
        self._timeouts = timeouts
        self._seconds = seconds
        # What was given again in all, in seconds.
        self._extension = 0.0
        self.restart()

    def has_passed(self):
        now = monotonic()
        if now < self.until:
            return False
        if now < self._end:
            self._run_delay = RunDelay(self._launcher)
            self.until = self._end
            return False
        owed = self._seconds_owed()
        if owed < _SECONDS_LOST_MIN:
            return True
        self._timeouts.extension_seconds -= owed
        self._extension += owed
        self._given_again += owed
        self.extend(owed)
        return False

    def seconds_lost(self):
        """How much of the wait does not count: what was given again, and what would be now."""
        return self._extension + self._seconds_owed()

    def restart(self):
        """Something came: the whole time again, from now on."""
        now = monotonic()
        self._run_delay, self._given_again = None, 0.0
        self._end = now + self._seconds
        #: When to ask `has_passed` next, in monotonic seconds.
        self.until = self._end
        if self._timeouts.extension_seconds > 0:
            self.until = min(self._end, now + _FIRST_LOOK_SECONDS)

    def extend(self, seconds):
        """So many seconds more, from now on."""
        self.until = self._end = monotonic() + seconds

    def _seconds_owed(self):
        if self._run_delay is None:
            return 0.0
        owed = self._run_delay.seconds() - self._given_again
        return max(0.0, min(owed, self._timeouts.extension_seconds))


class RunDelay:
    """How long, from now on, the program is ready to run and the machine gives it no turn.

    The kernel counts how long each thread was ready (`/proc/<pid>/schedstat`). It counts that also
    where a container has used up its share of a processor, which is no fault of the machine: so no more
    than the time is told that the program would have needed to use the whole of its share.
    """

    def __init__(self, launcher):
        self._launcher = launcher
        self._began = monotonic()
        self._cpu_us = launcher.cpu_us()
        self._before = launcher.run_delays()

    def seconds(self):
        """0 where the kernel does not count it."""
        # The one thread that waited longest: many that wake at once are ready at the same time.
        delays = (ns - self._before.get(thread, 0) for thread, ns in self._launcher.run_delays().items())
        delayed = max(delays, default=0) / 1e9
        cpu_us = self._launcher.cpu_us()
        used = 0.0
        if None not in (cpu_us, self._cpu_us):
            used = (cpu_us - self._cpu_us) / 1e6 / self._launcher.cpu_share()
        return max(0.0, min(delayed, monotonic() - self._began - used))

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
        # What was given again in all, and what was lost before the last restart, in seconds.
        self._extension = self._lost_before = 0.0
        self._run_delay, self._given_again = None, 0.0
        self.restart()

    def has_passed(self):
        now = monotonic()
        if now < self.until:
            return False
        if self._run_delay is None and self._timeouts.extension_seconds > 0 and self._seconds > _FIRST_LOOK_SECONDS:
            # A judge that had no turn itself may look late, and then it waits a little longer.
            self._run_delay = RunDelay(self._launcher)
            self.until = self._end = max(self._end, now + _FIRST_LOOK_SECONDS)
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
        """How much of the wait does not count: what was given again, and what would be."""
        would_be = min(self._lost_before + self._seconds_owed(), self._timeouts.extension_seconds)
        return self._extension + would_be

    def restart(self):
        """Something came: the whole time again, from now on."""
        now = monotonic()
        self._lost_before += self._seconds_owed()
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

    The kernel counts how long each thread was ready (`/proc/<pid>/schedstat`), also while its container
    has used up its share of a processor, which is no fault of the machine: that is taken off, and
    never more is told than the program would have needed to use the whole of its share.
    """

    def __init__(self, launcher):
        self._launcher = launcher
        self._began = monotonic()
        self._cpu_us, self._throttled_us = launcher.cpu_us(), launcher.throttled_us()
        self._before = launcher.thread_schedules()

    def seconds(self):
        """0 where the kernel does not count it."""
        elapsed = monotonic() - self._began
        delayed = 0.0
        # The one thread that waited longest: many that wake at once are ready at the same time.
        for thread, now in self._launcher.thread_schedules().items():
            before = self._before.get(thread)
            if now.is_ready and before is not None and now == before:
                # The kernel counts a delay once it is over.
                delayed = elapsed
            delayed = max(delayed, (now.delay_ns - (before.delay_ns if before else 0)) / 1e9)
        throttled = _since(self._throttled_us, self._launcher.throttled_us())
        used = _since(self._cpu_us, self._launcher.cpu_us()) / self._launcher.cpu_share()
        return max(0.0, min(delayed - throttled, elapsed - used))


def _since(before_us, now_us):
    """The difference in seconds; 0 where nobody counts."""
    return 0.0 if None in (before_us, now_us) else (now_us - before_us) / 1e6

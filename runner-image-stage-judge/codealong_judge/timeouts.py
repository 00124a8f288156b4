"""How long a test waits for the program."""

#: A shorter wait would make a busy machine show in the results.
_TIMEOUT_MS_MIN = 60


class Timeouts:
    """Timeouts in milliseconds, shortened for a program that keeps failing by them.

    A program that is silent or does not listen is given the full timeout once. After that, shorter
    ones leave time to report on every test.
    """

    def __init__(self, silence_ms=1000, connect_ms=2000, late_ms=500, extension_seconds=4.0):
        self.silence_ms = silence_ms
        self.connect_ms = connect_ms
        #: How long a late reply is waited for, to tell "too slow" from "silent".
        self.late_ms = late_ms
        #: How much may be given again of the time in which the program got no turn; see `deadline`.
        self.extension_seconds = extension_seconds
        self._has_been_silent = False
        self._has_not_listened = False
        # From a start of this program to the first connection that it took.
        self._slowest_start_ms = 0.0

    def record_silence(self):
        """A test has failed by silence."""
        self._has_been_silent = True
        # What is left of the run is for the other tests.
        self.extension_seconds = 0.0

    def record_connection(self, took_ms):
        """A client connected after so long; a program that starts slowly is given this time again."""
        self._slowest_start_ms = max(self._slowest_start_ms, took_ms)

    def record_no_connection(self):
        """A test has failed because nobody listened."""
        self._has_not_listened = True
        self.extension_seconds = 0.0

    def shorten(self, remaining_ms, tests, overhead_ms):
        """Shares the run's `remaining_ms` among so many tests, this one included.

        `overhead_ms` is what a test that fails by a timeout takes besides it, to start and to kill
        the program.
        """
        self.extension_seconds = max(0.0, min(self.extension_seconds, 0.4 * remaining_ms / 1000))
        share_ms = 0.9 * remaining_ms / max(tests, 1) - overhead_ms
        if self._has_been_silent:
            self.silence_ms = int(max(_TIMEOUT_MS_MIN, min(300, share_ms)))
            self.late_ms = 0
        if self._has_not_listened:
            enough_ms = max(300, 3 * self._slowest_start_ms)
            self.connect_ms = int(
                min(2000, max(_TIMEOUT_MS_MIN, self._slowest_start_ms, min(enough_ms, share_ms)))
            )


#: For a program that the test before left behind: a failure there does not count.
QUICK_TIMEOUTS = Timeouts(silence_ms=250, connect_ms=100, late_ms=0, extension_seconds=0.0)

"""One start of the learner's program."""

from time import monotonic


class Program:
    """From the first line to the kill."""

    def __init__(self, number, pid, descriptors, refusals, statuses):
        #: Which start this is, from 1.
        self.number = number
        #: Its first process.
        self.pid = pid
        #: The read ends of its standard output and standard error.
        self.descriptors = descriptors
        self._statuses = statuses
        #: How many clients have connected to it.
        self.connections = 0
        #: When the first one did, on the monotonic clock, or None.
        self.first_connection = None
        self.printed_bytes = 0
        #: Whether it comes to rest when it has nothing to do: see `Attempt.settle`.
        self.settles = True
        #: What `Counters.refusals` said before this start.
        self.refusals_before = refusals

    @property
    def status(self):
        """The exit code, a signal's number below zero, or None while it runs."""
        return self._statuses.get(self.number)

    def connected(self):
        """A client has connected."""
        self.connections += 1
        if self.first_connection is None:
            self.first_connection = monotonic()

"""One attempt at one test: what its clients share."""

from time import monotonic

from .trace import Trace

#: The records of sends that one attempt keeps: a program can write as many as it likes.
_SENDS_MAX = 8 * 1024

#: How long a program that does not rest is waited for, once; and how often it is looked at.
_SETTLE_SECONDS_MAX, _SETTLE_STEP_SECONDS = 0.03, 0.0001


class Attempt:
    """A test that is being run."""

    def __init__(self, *, event_loop, launcher, records, counters, port, timeouts, is_final, random_values):
        self.event_loop = event_loop
        self.launcher = launcher
        self.records = records
        self.counters = counters
        self.port = port
        self.timeouts = timeouts
        #: Whether a failure counts; where it doesn't, no time is spent on its cause.
        self.is_final = is_final
        self.random_values = random_values
        self.clients = []
        self.speaks_resp = False
        self.trace = Trace(monotonic())
        self._sends = {}
        self._sends_left = _SENDS_MAX
        self._client_ports = set()

    @property
    def program(self):
        return self.launcher.program

    @property
    def was_answered(self):
        """Whether a client received anything."""
        return any(client.has_received for client in self.clients)

    def claim_port(self, port):
        """Says whether `port` is new to this test, and takes it: lines are found by the port."""
        if port == self.port or port in self._client_ports:
            return False
        self._client_ports.add(port)
        return True

    def is_program_finished(self):
        """Whether no process is left that could answer or listen."""
        program = self.program
        if program is None:
            return True
        if program.status is None and not self.records.has_ended():
            return False
        return not self.launcher.descendant_pids()

    def settle(self):
        """Waits until the program has done what a new client woke it for, as far as it rests at all.

        The kernel has made it runnable by the time that the client's `connect` returns.
        """
        program = self.program
        until = monotonic() + _SETTLE_SECONDS_MAX
        while program is not None and program.settles and not self.launcher.is_program_asleep():
            program.settles = monotonic() < until
            self.event_loop.sleep(_SETTLE_STEP_SECONDS)

    def line_of(self, port, offset):
        """The learner's line that sent the byte at `offset` of the connection, or None."""
        self.collect_sends()
        found = None
        for begin, line in self._sends.get(port, ()):
            if begin <= offset:
                found = line
        return found

    def collect_sends(self):
        """Takes the program's records of what it sent; its next start drops them."""
        for port, line, begin in self.records.new_sends():
            if self._sends_left:
                self._sends_left -= 1
                self._sends.setdefault(port, []).append((begin, line))

    def close_clients(self):
        for client in self.clients:
            client.close()

    def release(self):
        """Drops what was received: the judge collects no garbage during a run."""
        for client in self.clients:
            client.release()
        self.clients = []
        self._sends = {}

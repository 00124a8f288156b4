"""One go at one test: what its clients share."""

from time import monotonic, monotonic_ns

from .trace import Trace


class Patience:
    """How long the judge waits, in milliseconds.

    A program that is mute, or does not listen, is found out with full patience once; after that,
    shorter waits leave time to report on every test.
    """

    def __init__(self, silence_ms=1000, connect_ms=2000, late_ms=500):
        self.silence_ms = silence_ms
        self.connect_ms = connect_ms
        #: How long a late reply is waited for, to tell "too slow" from "silent".
        self.late_ms = late_ms
        self._was_silent = False
        self._was_deaf = False
        # The longest that a start of this program took until it could be called.
        self._slowest_start_ms = 0.0

    def after_silence(self):
        """A test has failed by silence."""
        self._was_silent = True

    def after_connection(self, took_ms):
        """A client could connect after so long: a slow starter is given its time again."""
        self._slowest_start_ms = max(self._slowest_start_ms, took_ms)

    def after_no_connection(self):
        """A test has failed because nobody listened."""
        self._was_deaf = True

    def share(self, left_ms, tests, beside_ms):
        """`left_ms` is what is left of the run for so many tests, this one included.

        A test that failed by waiting took `beside_ms` more than it waited, to start the program
        and to kill it.
        """
        most = 0.9 * left_ms / max(tests, 1) - beside_ms
        if self._was_silent:
            self.silence_ms = int(max(_SHORTEST_MS, min(300, most)))
            self.late_ms = 0
        if self._was_deaf:
            enough = max(300, 3 * self._slowest_start_ms)
            self.connect_ms = int(min(2000, max(_SHORTEST_MS, self._slowest_start_ms, min(enough, most))))


#: No wait is shorter than this, or a loaded machine would show in the results.
_SHORTEST_MS = 60

#: On the program that the test before left behind; a failure there does not count.
HURRIED = Patience(silence_ms=250, connect_ms=100, late_ms=0)


#: Notes of sends that one attempt keeps: a program can write as many as it likes.
_MOST_SENDS = 8 * 1024


class Attempt:
    """A test under way."""

    def __init__(self, *, pump, programs, notes, counters, port, patience, final, randoms):
        self.pump = pump
        self.programs = programs
        self.notes = notes
        self.counters = counters
        self.port = port
        self.patience = patience
        #: Whether a failure counts; where it doesn't, nobody asks for its cause.
        self.final = final
        self.randoms = randoms
        self.began, self.began_ns = monotonic(), monotonic_ns()
        self.clients = []
        self.speaks_resp = False
        self.trace = Trace(self.began)
        self._sends = {}
        self._sends_left = _MOST_SENDS
        self._ports = set()

    @property
    def program(self):
        return self.programs.current

    @property
    def was_answered(self):
        """Whether a client received anything."""
        return any(client.has_received for client in self.clients)

    def is_new_port(self, port):
        """Whether no client has called from `port`: lines are found by the port."""
        if port == self.port or port in self._ports:
            return False
        self._ports.add(port)
        return True

    def hopeless(self):
        """Whether no process is left that could answer or listen."""
        program = self.program
        if program is None:
            return True
        if program.status is None and not self.notes.ended():
            return False
        return not self.programs.others()

    def line_of(self, port, offset):
        """The learner's line that sent the byte at `offset` of the connection, or None."""
        self.take_sends()
        found = None
        for begin, line in self._sends.get(port, ()):
            if begin <= offset:
                found = line
        return found

    def take_sends(self):
        """Takes the program's notes of what it sent; a new start of it forgets them."""
        for sender, line, begin in self.notes.new_sends():
            if self._sends_left:
                self._sends_left -= 1
                self._sends.setdefault(sender, []).append((begin, line))

    def leave(self):
        """All clients go."""
        for client in self.clients:
            client.close()

    def forget(self):
        """Lets go of what was received: nothing collects the garbage of a run."""
        for client in self.clients:
            client.forget()
        self.clients = []
        self._sends = {}

"""One attempt at one test: what its clients share."""

from time import monotonic, sleep

from .deadline import Deadline
from .outcome import MustBeAlone
from .trace import Trace

#: The records of sends that one attempt keeps: a program can write as many as it likes.
_SENDS_MAX = 8 * 1024

#: A program that uses so much of a processor does not rest; it is not waited for again.
_SETTLE_CPU_US_MAX = 50_000
#: How long it is waited for on a machine that gives it no turn, and where nobody counts its time.
_SETTLE_SECONDS_MAX, _SETTLE_SECONDS_UNCOUNTED = 1.0, 0.3
#: What lies between two looks at it, longer each time that it is at work.
_SETTLE_STEP_SECONDS, _SETTLE_STEP_SECONDS_MAX = 0.00005, 0.0004
#: Between the first looks nothing else is attended to: most programs are asleep by then.
_SETTLE_LOOKS_ALONE = 4


class Attempt:
    """A test that is being run."""

    def __init__(
        self,
        *,
        event_loop,
        launcher,
        records,
        counters,
        port,
        timeouts,
        is_final,
        random_values,
        right_replies,
        shortest_script,
        oracle=None,
        is_of_own_step=True,
        is_traced=False,
        trace=None,
        files=None,
        awaits_start=False,
        beside=None,
        make_others=None,
    ):
        self.event_loop = event_loop
        self.launcher = launcher
        self.records = records
        self.counters = counters
        self.port = port
        self.timeouts = timeouts
        #: Whether a failure counts; where it doesn't, no time is spent on its cause.
        self.is_final = is_final
        self.random_values = random_values
        self._right_replies = right_replies
        #: The turns that a difference of this test was found to need; see `differential`.
        self.shortest_script = shortest_script
        #: The real redis-server of the run.
        self.oracle = oracle
        #: Whether the test is one of the step that the learner is at, and not of an earlier one.
        self.is_of_own_step = is_of_own_step
        self.is_traced = is_traced
        #: The learner's files.
        self.files = files
        #: Whether the test itself has to start the program, and has not done so.
        self.awaits_start = awaits_start
        self.clients = []
        self.speaks_resp = False
        #: Whether the program may end with this test: its last expectation is `expect_closed`.
        self.may_end = False
        self.trace = Trace(monotonic()) if trace is None else trace
        self._sends = {}
        self._paths = {}
        self._sends_left = _SENDS_MAX
        self._client_ports = set()
        #: Ports that the judge itself listens on, for real clients.
        self.own_ports = set()
        self._is_beside = beside is not None
        if beside is not None:
            # Whoever takes the records of what the program sent takes those of both.
            self._sends, self._paths, self._client_ports = beside._sends, beside._paths, beside._client_ports
            self.own_ports = beside.own_ports
        self._make_others = make_others

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

    def unclaim_port(self, port):
        """Gives back a port from which no connection came about."""
        self._client_ports.discard(port)

    def is_program_finished(self):
        """Whether no process is left that could answer or listen."""
        program = self.program
        if program is None:
            return True
        if program.status is None and not self.records.has_ended():
            return False
        return not self.launcher.descendant_pids()

    def require_alone(self):
        """To be called before the program is started, or ended, by a test: no other one may need it then."""
        if self._is_beside:
            raise MustBeAlone

    def let_pass(self, seconds):
        """Lets the time go by; other tests may be made meanwhile, where this attempt may be repeated."""
        until = monotonic() + seconds
        if self._make_others is not None:
            self._make_others(self, until)
        self.event_loop.wait(until)

    def settle(self):
        """Waits until the program has done what a client woke it for: all its threads wait again.

        Says whether it has; one that never waits is not looked at again. The kernel has made it
        runnable by the time that a client's `connect` or `send` returns. The wait is bounded by what
        the program does, not by the clock: on a busy machine its turn comes later.
        """
        program = self.program
        if program is None or not program.settles:
            return False
        began, cpu_us = monotonic(), self.launcher.cpu_us()
        seconds_max = _SETTLE_SECONDS_MAX if cpu_us is not None else _SETTLE_SECONDS_UNCOUNTED
        looks = times_asleep = 0
        step = _SETTLE_STEP_SECONDS
        while True:
            if self.launcher.is_program_asleep():
                times_asleep, step = times_asleep + 1, _SETTLE_STEP_SECONDS
            else:
                times_asleep, step = 0, min(1.5 * step, _SETTLE_STEP_SECONDS_MAX)
            # Twice, because its threads are looked at one after the other and may wake each other,
            # and because a busy kernel may be late to wake one.
            if times_asleep == 2:
                return True
            used_us = 0 if cpu_us is None else (self.launcher.cpu_us() or 0) - cpu_us
            if used_us > _SETTLE_CPU_US_MAX or monotonic() > began + seconds_max:
                program.settles = False
                return False
            looks += 1
            if looks < _SETTLE_LOOKS_ALONE:
                sleep(step)
            else:
                self.event_loop.sleep(step)

    def deadline(self, seconds):
        """The end of a wait for the program that begins now."""
        return Deadline(self.launcher, self.timeouts, seconds)

    def frames_of(self, port, offset):
        """The learner's calls that sent the byte at `offset` of the connection, the innermost first.

        Each is a line and the first line of its function, 0 for the module itself.
        """
        self.collect_sends()
        found = []
        for begin, frames in self._sends.get(port, ()):
            if begin <= offset:
                found = frames
        return found

    def deciding_line(self, port, offset):
        """The line that decided on the wrong byte at `offset`, as far as calls tell, and whether
        they do; else the line that sent it."""
        frames = self.frames_of(port, offset)
        self._right_replies.take(self, (port, offset))
        line = self._right_replies.deciding_call(frames)
        if line is not None:
            return line, True
        return frames[0][0] if frames else None, False

    def reply_accepted(self):
        """A client has taken a reply: a traced program's records are taken before they are too many."""
        if self.is_traced:
            self.collect_sends()

    def empty_send(self, port):
        """The port and the offset of a reply that was sent though nothing of it came, or None."""
        accepted = next((client.accepted_bytes for client in self.clients if client.port == port), 0)
        is_there = any(begin >= accepted for begin, _ in self.sends(port))
        return (port, accepted) if is_there else None

    def sends(self, port):
        """What was sent on a connection: where each send begins, and its frames."""
        self.collect_sends()
        return self._sends.get(port, ())

    def paths(self, port):
        """The same with the lines that led to each send, of a traced program."""
        return self._paths.get(port, ())

    def collect_sends(self):
        """Takes the program's records of what it sent; its next start drops them."""
        for port, begin, frames in self.records.new_sends():
            if self._sends_left:
                self._sends_left -= 1
                self._sends.setdefault(port, []).append((begin, frames))
        for port, begin, lines in self.records.new_paths():
            if self._sends_left:
                self._sends_left -= 1
                self._paths.setdefault(port, []).append((begin, lines))

    def release_port(self, port):
        """Gives a client's port back, with what is known of the replies to it."""
        self.unclaim_port(port)
        self.forget_sends(port)

    def forget_sends(self, port):
        """Drops what is known of replies to a client so far: what it asks next is answered by later ones."""
        self.collect_sends()
        self._sends_left += len(self._sends.pop(port, ()))

    def snapshot(self):
        """The clients and the exchanges until now, for `return_to`."""
        return list(self.clients), self.trace.snapshot()

    def return_to(self, snapshot):
        """Leaves out what has come since: clients leave, and their exchanges are not shown."""
        clients, exchanges = snapshot
        for client in self.clients:
            if client not in clients:
                client.leave()
        self.clients = list(clients)
        self.trace.return_to(exchanges)

    def close_clients(self):
        for client in self.clients:
            client.leave()

    def release(self):
        """Drops what was received: the judge collects no garbage during a run."""
        for client in self.clients:
            client.release()
        self.clients = []
        self._sends = {}
        self._paths = {}

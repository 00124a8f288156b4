"""The learner's program as the judge sees it: one start of it, from the first line to the kill."""

import fcntl
import os
import signal
import socket
from time import monotonic

from . import listening, whereabouts, zygote
from .outcome import Interference

#: How many started-and-waiting processes are made before the job comes: a run of the first step
#: starts the program twice. A program that names modules to be imported first gets new ones.
_MADE_AHEAD = 2

_PIPE_BYTES = 256 * 1024

#: Long on purpose: a busy machine must not read as a program that can't be ended.
_KILL_SECONDS = 5.0

#: How long the process that starts programs may take to answer, on a busy machine too.
_ANSWER_SECONDS = 5.0


class Waiting:
    """A process of the learner's that waits for its start."""

    def __init__(self, control, forker):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stdout, stdout_end = os.pipe2(os.O_CLOEXEC)
        stderr, stderr_end = os.pipe2(os.O_CLOEXEC)
        for descriptor in (stdout, stderr):
            try:
                # A program that prints much is not held up while the judge is busy.
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            except OSError:
                pass
        try:
            os.kill(forker, signal.SIGCONT)  # Where a program has stopped it.
            socket.send_fds(control, [b"fork"], [theirs.fileno(), stdout_end, stderr_end])
        except OSError:
            raise Interference("the process that starts programs is gone") from None
        finally:
            theirs.close()
            os.close(stdout_end)
            os.close(stderr_end)
        ours.settimeout(_ANSWER_SECONDS)
        self.channel, self.stdout, self.stderr = ours, stdout, stderr
        self._pid = None

    @property
    def pid(self):
        """The process's number; waits until it exists."""
        if self._pid is None:
            try:
                self._pid = int(self.channel.recv(32) or b"0")
            except (OSError, ValueError):
                self._pid = 0
            if not self._pid:
                raise Interference("the process that starts programs does not answer")
        return self._pid

    def close(self):
        self.channel.close()
        os.close(self.stdout)
        os.close(self.stderr)


class Programs:
    """Starts the program, one start at a time, and leaves nothing of it behind."""

    def __init__(self, place, notes, pump, output, hits):
        self._place = place
        self._notes = notes
        self._pump = pump
        self._output = output
        self._hits = hits
        pump.on_end_of_input = self._end_all
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._zygote = os.fork()
        if not self._zygote:
            control.close()
            zygote.serve(theirs, place, notes.memory)
        theirs.close()
        self._control = control
        self._ahead = [Waiting(control, self._zygote) for _ in range(_MADE_AHEAD)]
        for waiting in self._ahead:
            waiting.pid  # noqa: B018: ready to start from here on.
        #: The present start of the program, or None.
        self.current = None
        #: How many starts have begun: none as long as not a line of the learner's can have run.
        self.launches = 0
        self._started = {}
        # Long enough for a busy machine; it is waited for in full once.
        self._answer_seconds = 0.5
        self._zygote_ended = False

    def import_first(self, words):
        """Lets what a program names be imported before its first start: see `imports`."""
        if not words:
            return
        for waiting in self._ahead:
            _kill(waiting.pid)
            waiting.close()
        self._ahead.clear()
        try:
            self._control.send(" ".join([zygote.IMPORT, *words]).encode())
        except OSError:
            raise Interference("the process that starts programs is gone") from None

    def start(self):
        """Starts the program; the one before is killed first."""
        self.kill()
        waiting = self._take()
        number = self.launches + 1
        self._notes.begin(number)
        program = Program(number, waiting, self._hits.counts())
        self.current = program
        self._started[program.pid] = program
        for name, descriptor in (("stdout", waiting.stdout), ("stderr", waiting.stderr)):
            self._pump.add_stream(descriptor, self._taker(program, name))
        try:
            waiting.channel.send(zygote.GO)
        except OSError:
            raise Interference("a process that was to start the program is gone") from None
        self.launches = number
        waiting.channel.close()
        return program

    def kill(self):
        """Ends the program with all its processes, and takes the last of its output."""
        program, self.current = self.current, None
        if program is None:
            return
        if program.status is None:
            _kill(program.pid)
        self._reap_all(program)
        self._pump.remove_stream(program.waiting.stdout)
        self._pump.remove_stream(program.waiting.stderr)
        self._pump.abandon_leaving()
        os.close(program.waiting.stdout)
        os.close(program.waiting.stderr)

    def end(self):
        """The run is over: kills the program and whatever else could still use the processor."""
        try:
            self.kill()
        except Interference:
            pass

    def check(self):
        """Raises Interference where the program reached for the judge's processes."""
        self._pump.reap()
        if self._zygote_ended:
            raise Interference("it ended a process of the judge")

    def others(self):
        """The program's processes besides its first, as numbers."""
        known = {os.getpid(), self._zygote, *(waiting.pid for waiting in self._ahead)}
        if self.current is not None:
            known.add(self.current.pid)
        return [pid for pid in self._below() if pid not in known]

    def is_asleep(self):
        """Whether every thread of the program waits or has ended: nothing is on its way then."""
        pids = self.others()
        if self.current is not None and self.current.status is None:
            pids.append(self.current.pid)
        return all(state in "SDTtZX" for pid in pids for state in _states(pid))

    def ask_whereabouts(self):
        """The line that the program is at, or None; it has a moment to say so."""
        program = self.current
        if program is None or program.status is not None:
            return None
        try:
            os.kill(program.pid, whereabouts.SIGNAL)
        except OSError:
            return None
        end = monotonic() + self._answer_seconds
        while not self._notes.has_whereabouts():
            if monotonic() > end:
                # It can't answer, and would not the next time.
                self._answer_seconds = 0.01
                break
            self._pump.sleep(0.001)
        return self._notes.whereabouts()

    def listening_ports(self):
        """The ports that the program listens on: see `listening.ports`."""
        if self._place.container:
            return listening.ports()
        return listening.ports([self.current.pid, *self.others()])

    def _take(self):
        while self._ahead:
            waiting = self._ahead.pop(0)
            try:
                os.kill(waiting.pid, signal.SIGCONT)
                return waiting
            except OSError:
                waiting.close()  # An earlier start of the program ended it.
        waiting = Waiting(self._control, self._zygote)
        waiting.pid  # noqa: B018: waits for it.
        return waiting

    def _taker(self, program, stream):
        def take(data, now):
            program.printed_bytes += len(data)
            self._output.feed(program.number, stream, data, now)

        return take

    def ended(self, pid, status):
        """A process below the harness has ended."""
        if pid == self._zygote:
            self._zygote_ended = True
            return
        program = self._started.pop(pid, None)
        if program is not None:
            program.status = os.waitstatus_to_exitcode(status)

    def _reap_all(self, program):
        end = monotonic() + _KILL_SECONDS
        while True:
            self._pump.reap()
            left = self.others()
            for pid in left:
                _kill(pid)
            if program.status is not None and not left:
                break
            if monotonic() > end:
                raise Interference("its processes can't be ended")
            self._pump.wait_for_an_end(0.002)

    def _below(self):
        """All processes below the harness; in a container that is all there are."""
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        if self._place.container:
            return numbers
        parents = {}
        for pid in numbers:
            try:
                with open(f"/proc/{pid}/stat", "rb") as file:
                    parents[pid] = int(file.read().rpartition(b")")[2].split()[1])
            except OSError:
                pass
        below, found = {os.getpid()}, []
        while True:
            new = [pid for pid, parent in parents.items() if parent in below and pid not in below]
            if not new:
                return found
            below.update(new)
            found += new

    def _end_all(self):
        """Nobody waits for an answer: in a container the kernel ends the rest, elsewhere we do."""
        if not self._place.container:
            for pid in self._below():
                _kill(pid)


class Program:
    """One start of the learner's program."""

    def __init__(self, number, waiting, hits):
        #: Which start this is, from 1.
        self.number = number
        self.waiting = waiting
        self.pid = waiting.pid
        #: The exit code, a signal's number below zero, or None while it runs.
        self.status = None
        #: How many clients have connected to it.
        self.connections = 0
        #: When the first one did, on the monotonic clock, or None.
        self.first_connection = None
        self.printed_bytes = 0
        #: How often the kernel had refused memory or a process before this start.
        self.hits_before = hits

    def connected(self):
        """A client has connected."""
        self.connections += 1
        if self.first_connection is None:
            self.first_connection = monotonic()


def _states(pid):
    """The letters of a process's threads, as in `S`; an ended process counts as running."""
    states = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/stat", "rb") as file:
                states.append(file.read().rpartition(b")")[2].split()[0].decode("ascii"))
    except OSError:
        return ["R"]
    return states


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass

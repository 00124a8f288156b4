"""The learner's program as the judge sees it: one start of it, from the first line to the kill."""

import fcntl
import os

from time import monotonic

from codealong_protocol.channel import Closed

from . import listening, sockets
from .outcome import Interference, LauncherLost

#: A program that prints much is not held up while the judge is busy.
_PIPE_BYTES = 256 * 1024

#: One that says more at once is heard on another time.
_MOST_READS = 16

#: Long on purpose: a busy machine must not read as a program that can't be started or ended.
_ANSWER_SECONDS = 10.0


class Programs:
    """Has the program started, one start at a time, and nothing of it left behind."""

    def __init__(self, lane, notes, pump, output):
        self._channel = lane.channel
        self._table = lane.processes
        self._counters = lane.counters
        self._notes = notes
        self._pump = pump
        self._output = output
        #: The present start of the program, or None.
        self.current = None
        #: How many starts have begun: none as long as not a line of the learner's can have run.
        self.launches = 0
        # By the numbers of starts: how their first processes ended.
        self._statuses = {}
        # Long enough for a busy machine; it is waited for in full once.
        self._answer_seconds = 0.5
        pump.watch(self._channel, self.check)
        if self._table.container:
            pump.patrol(sockets.EVERY_SECONDS, self._patrol)

    def start(self, files=None):
        """Starts the program; the one before is killed first. Its files are written anew where they
        are given, and stay as they are where not."""
        self.kill()
        number = self.launches + 1
        self._notes.begin(number)
        text = None if files is None else {name: data.decode("utf-8", "replace") for name, data in files.items()}
        before = self._counters.refusals()
        reply, descriptors = self._request("started", "start", number=number, files=text)
        if len(descriptors) != 2 or not isinstance(reply.get("pid"), int):
            raise LauncherLost("it started something else")
        self.launches = number
        program = Program(number, reply["pid"], descriptors, before, self._statuses)
        self.current = program
        for name, descriptor in zip(("stdout", "stderr"), descriptors):
            try:
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            except OSError:
                pass
            self._pump.add_stream(descriptor, self._taker(program, name))
        return program

    def kill(self):
        """Ends the program with all its processes, and takes the last of its output."""
        program, self.current = self.current, None
        if program is None:
            return
        try:
            self._request("killed", "kill")
        finally:
            for descriptor in program.descriptors:
                self._pump.remove_stream(descriptor)
                os.close(descriptor)
            self._pump.abandon_leaving()

    def end(self):
        """The run is over: kills the program and whatever else could still use the processor."""
        try:
            self.kill()
        except (Interference, LauncherLost):
            pass

    def check(self):
        """Takes what the launcher has said by itself; raises LauncherLost where it is gone."""
        try:
            for _ in range(_MOST_READS):
                if not self._channel.is_readable():
                    return
                self._channel.read()
                for message, descriptors in self._channel.take():
                    self._note(message, descriptors)
        except Closed as closed:
            raise LauncherLost(str(closed)) from None

    def others(self):
        """The program's processes besides its first, as numbers."""
        first = None if self.current is None else self.current.pid
        return [pid for pid in self._table.of_program() if pid != first]

    def is_asleep(self):
        """Whether every thread of the program waits or has ended: nothing is on its way then."""
        program = self.current
        pids = self.others()
        if program is not None and program.status is None:
            if self._table.is_dead(program.pid):
                return False  # How it ended is on its way.
            pids.append(program.pid)
        return all(self._table.is_asleep(pid) for pid in pids)

    def ask_whereabouts(self):
        """The line that the program is at, or None; it has a moment to say so."""
        program = self.current
        if program is None or program.status is not None:
            return None
        try:
            self._channel.send("ask")
        except Closed as closed:
            raise LauncherLost(str(closed)) from None
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
        if self._table.container:
            return listening.ports()
        return listening.ports(self._table.of_program())

    def _request(self, reply, message, **fields):
        """Has something done: the launcher's reply and its descriptors."""
        try:
            self._channel.send(message, **fields)
            end = monotonic() + _ANSWER_SECONDS
            while monotonic() < end:
                found = None
                for answer, descriptors in self._channel.take():
                    if answer["message"] == reply:
                        found = answer, descriptors
                    elif answer["message"] == "failed":
                        raise Interference(str(answer.get("detail"))[:500])
                    else:
                        self._note(answer, descriptors)
                if found is not None:
                    waiting = found[0].get("waiting")
                    self._table.set_waiting(waiting if isinstance(waiting, list) else ())
                    return found
                if self._pump.wait_for(self._channel, end):
                    self._channel.read()
        except Closed as closed:
            raise LauncherLost(str(closed)) from None
        raise LauncherLost("it does not answer")

    def _note(self, message, descriptors):
        for descriptor in descriptors:
            os.close(descriptor)  # Nobody asked for any.
        number, status = message.get("number"), message.get("status")
        is_end = message["message"] == "ended" and isinstance(number, int) and isinstance(status, int)
        if is_end and 0 < number <= self.launches + 1 and -256 < status < 256:
            self._statuses.setdefault(number, status)

    def _patrol(self):
        # Read while the container is there to be counted: the largest number is remembered.
        self._counters.refusals()
        sockets.require_few()

    def _taker(self, program, stream):
        def take(data, now):
            program.printed_bytes += len(data)
            self._output.feed(program.number, stream, data, now)

        return take


class Program:
    """One start of the learner's program."""

    def __init__(self, number, pid, descriptors, refusals, statuses):
        #: Which start this is, from 1.
        self.number = number
        self.pid = pid
        #: The reading ends of its standard output and standard error.
        self.descriptors = descriptors
        self._statuses = statuses
        #: How many clients have connected to it.
        self.connections = 0
        #: When the first one did, on the monotonic clock, or None.
        self.first_connection = None
        self.printed_bytes = 0
        #: How often the kernel had refused memory or a process before this start.
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

"""The one place where the harness waits: nothing else may block while a program runs.

Whoever waits for a socket also, meanwhile, drains the program's output, reaps processes, closes
the connections of clients that have left, watches the server's end of stdin, and ends the run
when its time is up.
"""

import os
import select
import signal
import socket
from time import monotonic

from .outcome import RunTimeUp

#: A stream that was just read is left alone for so long: a program that prints every byte costs
#: the judge few wake-ups, and a silent one costs none.
_REST_SECONDS = 0.004

_READ_BYTES = 1 << 16

#: A client that has left reads on for so many bytes, so that no right program sees a reset.
_MOST_LATE_BYTES = 16 * 1024
_MOST_LEAVING = 64


class Pump:
    """Waits, and does what has to be done meanwhile."""

    def __init__(self, stdin, output):
        self._stdin = stdin
        self._output = output
        #: Called before the harness ends because the server closed its stdin.
        self.on_end_of_input = None
        self._streams = {}
        self._resting = {}
        self._leaving = {}
        self._deadline = None
        self._on_exit = None
        self._wake, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def watch_children(self, on_exit):
        """`on_exit(pid, status)` is called for each process that ended below this one."""
        self._on_exit = on_exit
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)

    def limit(self, deadline):
        """From `deadline` on (monotonic seconds) each wait raises RunTimeUp; None lifts it."""
        self._deadline = deadline

    def add_stream(self, descriptor, take):
        """`take(data, now)` gets what can be read from `descriptor`, until its end."""
        os.set_blocking(descriptor, False)
        self._streams[descriptor] = take

    def remove_stream(self, descriptor):
        """Takes what is left to read, and forgets the descriptor."""
        take = self._streams.pop(descriptor, None)
        self._resting.pop(descriptor, None)
        for _ in range(64):
            if take is None or self._read_stream(descriptor, take) != "read":
                break

    def drain(self):
        """Takes what is there to read from every stream, also from one that rests."""
        for descriptor, take in list(self._streams.items()):
            for _ in range(64):
                if self._read_stream(descriptor, take) != "read":
                    break

    def leave(self, connection):
        """Closes a client's connection as a polite client does: it reads what still comes."""
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            connection.close()
            return
        if len(self._leaving) >= _MOST_LEAVING:
            self._leaving.pop(next(iter(self._leaving)))[0].close()
        self._leaving[connection.fileno()] = [connection, 0]

    def abandon_leaving(self):
        """Closes all that are leaving; the program that they spoke to is gone."""
        for connection, _ in self._leaving.values():
            connection.close()
        self._leaving.clear()

    def sleep(self, seconds):
        """Lets `seconds` go by."""
        self.wait(monotonic() + seconds)

    def wait(self, until, reader=None, writer=None):
        """Waits until `until` (monotonic seconds) or until a socket is ready; says whether one is."""
        while True:
            now = monotonic()
            if self._deadline is not None and now >= self._deadline:
                raise RunTimeUp
            timeout = self._next_turn(until, now) - now
            readers = [self._stdin, self._wake, *self._leaving]
            readers += [stream for stream in self._streams if stream not in self._resting]
            if reader is not None:
                readers.append(reader)
            ready, ready_writers, _ = select.select(
                readers, [] if writer is None else [writer], [], max(timeout, 0)
            )
            now = monotonic()
            is_ready = bool(ready_writers) or (reader is not None and reader in ready)
            self._serve(ready, reader, now)
            if is_ready:
                return True
            if now >= until:
                return False

    def _next_turn(self, until, now):
        turns = [until]
        if self._deadline is not None:
            turns.append(self._deadline)
        if self._output.due is not None:
            turns.append(self._output.due)
        for stream, end in list(self._resting.items()):
            if end <= now:
                del self._resting[stream]
            else:
                turns.append(end)
        return min(turns)

    def _serve(self, ready, reader, now):
        for descriptor in ready:
            if descriptor is reader:
                continue
            if descriptor == self._stdin:
                self._read_stdin()
            elif descriptor == self._wake:
                self.reap()
            elif descriptor in self._leaving:
                self._read_leaving(descriptor)
            elif descriptor in self._streams:
                if self._read_stream(descriptor, self._streams[descriptor]) == "ended":
                    del self._streams[descriptor]
                else:
                    self._resting[descriptor] = now + _REST_SECONDS
        if self._output.due is not None and now >= self._output.due:
            self._output.flush()

    def _read_stdin(self):
        # The job was all there is to read: what else comes is ignored, and the end is the end.
        if not os.read(self._stdin, _READ_BYTES):
            if self.on_end_of_input is not None:
                self.on_end_of_input()
            os._exit(0)

    def wait_for_an_end(self, seconds):
        """Waits until some process has ended, for so long at most, and for nothing else."""
        select.select([self._wake], [], [], seconds)

    def reap(self):
        """Takes the status of each process that has ended."""
        try:
            while os.read(self._wake, 512):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if self._on_exit is not None:
                self._on_exit(pid, status)

    def _read_leaving(self, descriptor):
        connection, count = self._leaving[descriptor]
        try:
            data = connection.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._leaving[descriptor][1] = count + len(data)
        if not data or count + len(data) > _MOST_LATE_BYTES:
            del self._leaving[descriptor]
            connection.close()

    def _read_stream(self, descriptor, take):
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return "empty"
        if not data:
            return "ended"
        take(data, monotonic())
        return "read"

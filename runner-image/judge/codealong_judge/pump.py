"""The one place where the judge waits: nothing else may block while a program runs.

Whoever waits for a socket also, meanwhile, drains the program's output, hears the launcher, closes
the connections of clients that have left, patrols, watches the server's end of stdin, and
ends the run when its time is up.
"""

import os
import select
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
        self._streams = {}
        self._resting = {}
        self._leaving = {}
        self._deadline = None
        self._watched, self._on_readable = None, None
        self._patrol, self._patrol_seconds = None, 0.0
        self._patrolled_at = 0.0

    def patrol(self, every_seconds, look):
        """`look()` is called so often while the judge waits; what it raises ends the wait."""
        self._patrol, self._patrol_seconds = look, every_seconds

    def watch(self, watched, on_readable):
        """`on_readable()` is called when there is something to read from what is watched."""
        self._watched, self._on_readable = watched, on_readable

    def limit(self, deadline):
        """From `deadline` on (monotonic seconds) each wait raises RunTimeUp; None lifts all limits."""
        self._deadline = deadline
        if deadline is None:
            self._patrol = None

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
            readers = [self._stdin, self._watched, *self._leaving]
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
            if descriptor is self._watched:
                self._on_readable()
            elif descriptor == self._stdin:
                self._read_stdin()
            elif descriptor in self._leaving:
                self._read_leaving(descriptor)
            elif descriptor in self._streams:
                if self._read_stream(descriptor, self._streams[descriptor]) == "ended":
                    del self._streams[descriptor]
                else:
                    self._resting[descriptor] = now + _REST_SECONDS
        if self._output.due is not None and now >= self._output.due:
            self._output.flush()
        if self._patrol is not None and now >= self._patrolled_at + self._patrol_seconds:
            self._patrolled_at = now
            self._patrol()

    def _read_stdin(self):
        # The job was all there is to read: the end is the end, and nothing else comes.
        os._exit(0)

    def wait_for(self, reader, until):
        """Waits for this reader and for nothing else, but the server's end; says whether it is ready."""
        timeout = max(until - monotonic(), 0)
        ready, _, _ = select.select([self._stdin, reader], [], [], timeout)
        if self._stdin in ready:
            self._read_stdin()
        return reader in ready

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

"""Where the judge waits: nothing else may block while a program runs, but for parts of a millisecond.

Each wait for a socket also drains the program's output, reads from the launcher, closes the
connections of clients that have left, checks limits, watches for the end of standard input, and ends
the run when its time is up.
"""

import os
import select
import socket
from math import inf
from time import monotonic

from .outcome import RunTimedOut

#: A stream that was just read is not watched for so long: a program that prints byte by byte causes
#: few wake-ups, and a silent one none.
_STREAM_PAUSE_SECONDS = 0.004

_READ_BYTES = 1 << 16
_READS_MAX = 64

#: A client that has left reads on for so many bytes, so that no right program sees a reset.
_LINGER_BYTES_MAX = 16 * 1024
_LINGERING_MAX = 64


class EventLoop:
    """Waits, and does what is due meanwhile.

    Where `stdin` is given, its end is the end of the process; a session reads it itself.
    """

    def __init__(self, stdin, output):
        self._stdin = stdin
        self._output = output
        # Callbacks by their descriptors.
        self._streams = {}
        # When to read a paused stream again.
        self._paused = {}
        # `[connection, bytes read]` by their descriptors.
        self._lingering = {}
        self._deadline = None
        self._watched, self._on_readable = None, None
        self._periodic, self._periodic_seconds = None, 0.0
        self._called_at = 0.0
        #: What is still to be done when standard input ends.
        self.before_exit = lambda: None

    def call_every(self, seconds, callback):
        """Calls `callback()` so often while the judge waits; what it raises ends the wait."""
        self._periodic, self._periodic_seconds = callback, seconds

    def watch(self, channel, on_readable):
        """Calls `on_readable()` when there is something to read from `channel`."""
        self._watched, self._on_readable = channel, on_readable

    def set_deadline(self, deadline):
        """From `deadline` on (monotonic seconds) each wait raises RunTimedOut."""
        self._deadline = deadline

    def seconds_left(self):
        """The seconds until the deadline."""
        return inf if self._deadline is None else self._deadline - monotonic()

    def lift_limits(self):
        """From now on, neither the deadline nor `call_every` ends a wait."""
        self._deadline = None
        self._periodic = None

    def add_stream(self, descriptor, callback):
        """Calls `callback(data, now)` with what can be read from `descriptor`, until its end."""
        os.set_blocking(descriptor, False)
        self._streams[descriptor] = callback

    def remove_stream(self, descriptor):
        """Reads what is left, and forgets the descriptor."""
        callback = self._streams.pop(descriptor, None)
        self._paused.pop(descriptor, None)
        if callback is not None:
            self._drain_stream(descriptor, callback)

    def drain(self):
        """Reads what there is in every stream, paused ones included."""
        for descriptor, callback in list(self._streams.items()):
            self._drain_stream(descriptor, callback)

    def linger(self, connection):
        """Closes a client's connection as a polite client does: it reads what still comes."""
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            connection.close()
            return
        if len(self._lingering) >= _LINGERING_MAX:
            self._lingering.pop(next(iter(self._lingering)))[0].close()
        self._lingering[connection.fileno()] = [connection, 0]

    def close_lingering(self):
        """Closes the connections that linger: the program at their other end is gone."""
        for connection, _ in self._lingering.values():
            connection.close()
        self._lingering.clear()

    def sleep(self, seconds):
        self.wait(monotonic() + seconds)

    def wait(self, until, readers=(), writers=(), is_over_when_handled=False):
        """Waits until `until` (monotonic seconds) or until a socket is ready; says whether one is.

        With `is_over_when_handled` it also ends, with True, when anything else has happened.
        """
        while True:
            now = monotonic()
            if self._deadline is not None and now >= self._deadline:
                raise RunTimedOut
            timeout = self._next_due(until, now) - now
            watched = [self._watched, *self._lingering, *readers]
            if self._stdin is not None:
                watched.append(self._stdin)
            watched += [stream for stream in self._streams if stream not in self._paused]
            ready, ready_writers, _ = select.select(watched, writers, [], max(timeout, 0))
            now = monotonic()
            is_ready = bool(ready_writers) or any(reader in ready for reader in readers)
            self._handle([descriptor for descriptor in ready if descriptor not in readers], now)
            if is_ready or (ready and is_over_when_handled):
                return True
            if now >= until:
                return False

    def wait_for_reply(self, channel, until):
        """Waits for the channel and the end of standard input alone; says whether it is ready.

        While the launcher starts or kills the program, there is nothing else to do.
        """
        timeout = max(until - monotonic(), 0)
        watched = [channel] if self._stdin is None else [self._stdin, channel]
        ready, _, _ = select.select(watched, [], [], timeout)
        if self._stdin in ready:
            self._exit()
        return channel in ready

    def _next_due(self, until, now):
        due = [until]
        if self._deadline is not None:
            due.append(self._deadline)
        if self._output.due is not None:
            due.append(self._output.due)
        for stream, end in list(self._paused.items()):
            if end <= now:
                del self._paused[stream]
            else:
                due.append(end)
        return min(due)

    def _handle(self, ready, now):
        for descriptor in ready:
            if descriptor is self._watched:
                self._on_readable()
            elif descriptor == self._stdin:
                self._exit()
            elif descriptor in self._lingering:
                self._read_lingering(descriptor)
            elif descriptor in self._streams:
                if self._read_stream(descriptor, self._streams[descriptor]) == "ended":
                    del self._streams[descriptor]
                else:
                    self._paused[descriptor] = now + _STREAM_PAUSE_SECONDS
        if self._output.due is not None and now >= self._output.due:
            self._output.flush(now)
        if self._periodic is not None and now >= self._called_at + self._periodic_seconds:
            self._called_at = now
            self._periodic()

    def _exit(self):
        # The server sends nothing after the job, so its standard input is readable at its end only.
        self.before_exit()
        os._exit(0)

    def _read_lingering(self, descriptor):
        connection, count = self._lingering[descriptor]
        try:
            data = connection.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._lingering[descriptor][1] = count + len(data)
        if not data or count + len(data) > _LINGER_BYTES_MAX:
            del self._lingering[descriptor]
            connection.close()

    def _drain_stream(self, descriptor, callback):
        for _ in range(_READS_MAX):
            if self._read_stream(descriptor, callback) != "read":
                break

    def _read_stream(self, descriptor, callback):
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return "empty"
        if not data:
            return "ended"
        callback(data, monotonic())
        return "read"

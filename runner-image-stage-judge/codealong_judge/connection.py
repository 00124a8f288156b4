"""A TCP connection to the learner's program."""

import errno
import socket
import struct
from time import monotonic, monotonic_ns, sleep

from . import explanation, tcp_table
from .outcome import Interference, Misuse

#: How often a client that waits checks whether anybody is left to answer: first soon, then less often.
_FIRST_CHECK_SECONDS, _CHECK_SECONDS_MAX = 0.002, 0.02

#: The kernel answers for a listening socket within microseconds, if it does.
_HANDSHAKE_SECONDS = 0.01

#: A program that was just started listens within a few milliseconds, as a rule.
_START_SECONDS = 0.005
_FIRST_RETRY_SECONDS, _RETRY_SECONDS_MAX = 0.0002, 0.02
#: A look at the program's own record of its `bind` is cheap, a try to connect is not. One that keeps no
#: such record is tried so often.
_BIND_STEP_SECONDS, _BIND_SECONDS_MAX = 0.0001, 0.001

#: How long a program may take to read a request, and how often the kernel is asked: see `wait_until_read`.
_READ_SECONDS, _READ_STEP_SECONDS = 0.3, 0.002

_READ_BYTES = 1 << 18
_LONG_REPLY_BYTES = 1 << 16


class Connection:
    """One client's connection; all that passes on it goes into the trace."""

    def __init__(self, attempt, lane, name=None):
        self._attempt = attempt
        #: The client's number in the trace, from 1.
        self.lane = lane
        # What the trace calls it, where it is not one of the test's own.
        self._name = name
        self._socket = None
        #: The client's own port.
        self.port = 0
        #: All that the program has sent.
        self.received = bytearray()
        #: When the last of it was read here, in nanoseconds of the monotonic clock.
        self.received_ns = 0
        #: How the program's side ended: None, "closed" or "reset".
        self.end = None
        # Whether the program had taken the connection when the client left it.
        self._was_accepted = False

    def connect(self):
        """Connects as soon as the program listens; raises the failure where it doesn't in time."""
        attempt = self._attempt
        began, deadline = monotonic(), attempt.deadline(attempt.timeouts.connect_ms / 1000)
        pause = _FIRST_RETRY_SECONDS
        while True:
            attempt.launcher.check()
            # Read before the try: a program may begin to listen, and end, right after it.
            was_finished = attempt.is_program_finished()
            error = self._try_to_connect()
            if error == 0:
                break
            now, has_passed = monotonic(), deadline.has_passed()
            if has_passed or was_finished:
                if has_passed:
                    attempt.timeouts.record_no_connection()
                raise explanation.no_connection(attempt, (now - began) * 1000, error == errno.EINPROGRESS)
            if attempt.program.connections == 0 and now - began < _START_SECONDS:
                self._sleep_until_bound(now + _BIND_SECONDS_MAX)
            else:
                attempt.event_loop.sleep(min(pause, max(deadline.until - now, 0)))
                pause = min(pause * 1.3, _RETRY_SECONDS_MAX)
        attempt.timeouts.record_connection((monotonic() - began) * 1000)
        attempt.program.connected()
        attempt.trace.add(self.lane, "connected", **({"name": self._name} if self._name else {}))

    def was_accepted(self):
        """Whether the program has taken this connection, as far as the kernel shows that.

        One that waits still is reset when the program stops listening; one that was taken is closed.
        """
        if self._socket is None:
            return self._was_accepted
        self.receive()
        if self.received or self.end is not None:
            return bool(self.received) or self.end == "closed"
        receipt = tcp_table.receipt(self._attempt.port, self.port)
        return receipt is not None and receipt["is_accepted"]

    def wait_until_read(self):
        """Waits until the program has read all that was sent, or for as long as it may take on a busy machine."""
        until = monotonic() + _READ_SECONDS
        while self._socket is not None and monotonic() < until:
            receipt = tcp_table.receipt(self._attempt.port, self.port)
            if receipt is None or not receipt["unread_bytes"]:
                return
            self._attempt.event_loop.sleep(_READ_STEP_SECONDS)

    def keep_acceptance(self):
        """Keeps what `was_accepted` says: once the client has left, the kernel no longer tells.

        The kernel takes milliseconds to say it, so a client that leaves at the end of its test, about
        which nobody asks any more, is not looked at.
        """
        self._was_accepted = self.was_accepted()

    def require_open(self):
        if self._socket is None:
            raise Misuse("this client has closed its connection")

    def send(self, data):
        """How many bytes the kernel took: 0 where its buffer is full, None where the peer is gone."""
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            # What it sent before is still to be read.
            if error.errno == errno.ECONNRESET:
                self._ended("reset")
            return None

    def wait_to_send(self, until):
        """Waits until `send` takes bytes or there is something to receive; says whether one is so."""
        # After its end a stream is always readable, and has nothing to read.
        readers = () if self.end is not None else (self._socket,)
        return self._attempt.event_loop.wait(until, readers, (self._socket,))

    def wait_to_receive(self, until):
        """Receives as soon as there is something, even the end; says whether there was."""
        self.require_open()
        pause = _FIRST_CHECK_SECONDS
        while True:
            if self._attempt.event_loop.wait(min(until, monotonic() + pause), (self._socket,)):
                self.receive()
                return True
            if monotonic() >= until:
                return False
            if self._attempt.is_program_finished():
                # What it sent last may have come since the wait.
                received_before = len(self.received)
                self.receive()
                return self.end is not None or len(self.received) > received_before
            pause = min(pause * 2, _CHECK_SECONDS_MAX)

    def receive(self):
        """Receives once, without waiting."""
        if self.end is not None or self._socket is None:
            return
        try:
            data = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._ended("reset")
            return
        if not data:
            self._ended("closed")
            return
        self.received_ns = monotonic_ns()
        # By Nagle's algorithm the second part of a reply waits for the first to be acknowledged, and
        # the kernel takes its time with that, 40 ms. It forgets this option, so it is set each time.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self._attempt.trace.received(self.lane, data, len(self.received), self.port)
        self.received += data

    def receive_long_reply(self, start):
        """Receives more of a long reply that is there already, and that begins at `start`.

        To parse it again for each piece would take the square of its length.
        """
        enough = 2 * (len(self.received) - start)
        while self.end is None and _LONG_REPLY_BYTES < len(self.received) - start < enough:
            before = len(self.received)
            self.receive()
            if len(self.received) == before:
                break

    def close(self):
        if self._socket is not None:
            self.receive()
            self._attempt.trace.add(self.lane, "closed-by-client")
            self._attempt.event_loop.linger(self._socket)
            self._socket = None

    def reset(self):
        if self._socket is not None:
            self.receive()
            self._attempt.trace.add(self.lane, "reset-by-client")
            # To linger for no time at all is to throw away what is on its way, and say so.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._socket.close()
            self._socket = None

    def readable_socket(self):
        """The socket that more may come from, or None where its end has come."""
        self.require_open()
        return self._socket if self.end is None else None

    def release(self):
        """Drops what was received."""
        self.received = bytearray()

    def _sleep_until_bound(self, until):
        """Waits for the program's `bind`, and a moment in any case."""
        port = self._attempt.port
        while True:
            sleep(_BIND_STEP_SECONDS)
            if monotonic() >= until or self._attempt.records.bind_line((port,)) is not None:
                return

    def _try_to_connect(self):
        """0, an error number, or EINPROGRESS where the kernel gave no answer.

        On loopback the kernel answers at once or, where the queue of connections that the program
        has not accepted is full, not at all. Then it would try again by itself only after a second:
        its delay, not the learner's.
        """
        connection, port = self._bind_new_port()
        error = connection.connect_ex(("127.0.0.1", self._attempt.port))
        answer_by = monotonic() + _HANDSHAKE_SECONDS
        if error == errno.EINPROGRESS and self._attempt.event_loop.wait(answer_by, writers=(connection,)):
            error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            connection.close()
            self._attempt.unclaim_port(port)
            return error
        self._socket, self.port = connection, port
        return 0

    def _bind_new_port(self):
        """A socket bound to a port that no client of the test has had, and the port."""
        while True:
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                connection.bind(("127.0.0.1", 0))
            except OSError:
                connection.close()
                raise Interference("no-port") from None
            port = connection.getsockname()[1]
            if self._attempt.claim_port(port):
                return connection, port
            connection.close()

    def _ended(self, how):
        if self.end is None:
            self.end = how
            self._attempt.trace.add(self.lane, "reset" if how == "reset" else "closed-by-server")

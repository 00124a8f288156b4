"""A client of the learner's program, as a test uses it."""

import errno
import socket
from time import monotonic

from . import explanation, outcome, resp
from .expectation import Expectation, as_bytes, as_milliseconds
from .outcome import Interference, Misuse
from .written import byte_string, quoted

#: While a client waits, it looks so often whether anybody is left to answer.
_FIRST_LOOK_SECONDS, _LOOK_SECONDS = 0.002, 0.02

#: The kernel answers for a listening socket within microseconds, if it does.
_ANSWER_SECONDS = 0.01

#: A program that was just started listens within a few milliseconds, as a rule.
_START_SECONDS = 0.005
_FIRST_PAUSE_SECONDS = 0.0002

_MOST_SHOWN = 16 * 1024
_READ_BYTES = 1 << 18
_LONG_BYTES = 1 << 16

#: So many bytes beyond what is expected are not waited for: they are kept in the judge's memory.
_MOST_UNREAD = 4 * 1024 * 1024


class Client:
    """One connection to the learner's program.

    Made by `server.connect()`. All that passes on it is recorded and shown to the learner. Waits
    are in milliseconds.
    """

    def __init__(self, attempt, lane):
        self._attempt = attempt
        self._lane = lane
        self._socket = None
        self._port = 0
        self._stream = bytearray()
        # Where in the stream the next reply begins.
        self._position = 0
        self._reply_began = 0
        self._last_said = None
        self._replies = 0
        self._request = None
        # None, "closed" or "reset": how the program's side ended.
        self._end = None

    # What a test calls

    def send(self, *words):
        """Sends a command as Redis's clients do: an array of bulk strings.

        `client.send("SET", "name", b"a\\r\\nb")`; each word is text (sent as UTF-8) or bytes.
        Bytes that came before and that no `expect` took are the failure "extra bytes".
        """
        if not words:
            raise Misuse("send needs at least one word")
        self._attempt.speaks_resp = True
        data = resp.encode_command([as_bytes(word) for word in words])
        self._begin_request(resp.say_request(data))
        self._attempt.trace.sent(self._lane, data, self._request)
        self._write(data)

    def send_bytes(self, data):
        """Sends these bytes as they are (text as UTF-8): several commands at once, half a one."""
        self.send_pieces([data], pause_ms=0)

    def send_pieces(self, pieces, pause_ms=20):
        """Sends the pieces one by one with `pause_ms` between two, so that they arrive apart."""
        pieces = [as_bytes(piece) for piece in pieces]
        pause_ms = as_milliseconds(pause_ms)
        self._begin_request(resp.say_request(b"".join(pieces)))
        for number, piece in enumerate(pieces):
            if number:
                self._attempt.pump.sleep(pause_ms / 1000)
            self._attempt.trace.sent(self._lane, piece, self._request if len(pieces) == 1 else None)
            self._write(piece)

    def expect(self, expectation, within_ms=None):
        """Waits for the next reply, which must be the expected one.

        Without `within_ms` the judge's own patience holds (1000 ms). A right reply that comes
        later is "too slow". Returns the reply's value: bytes, a whole number, None for nil, a
        tuple of such values for an array.
        """
        if not isinstance(expectation, Expectation):
            raise Misuse(f"an expectation is needed here, not {expectation!r}")
        if expectation.type is not None:
            self._attempt.speaks_resp = True
        patience = self._attempt.patience
        limit_ms = patience.silence_ms if within_ms is None else as_milliseconds(within_ms)
        self._reply_began = self._position
        began = monotonic()
        reading = self._read_reply(expectation, began, limit_ms / 1000)
        took_ms = (monotonic() - began) * 1000
        if isinstance(reading, resp.Incomplete):
            self._fail_without_reply(expectation, reading, took_ms)
        if isinstance(reading, resp.Invalid):
            self._gather()
            reply = self._comparison(expectation, reading.offset - self._reply_began)
            self._fail(outcome.invalid_byte(reply, reading.rule), reading.offset)
        self._judge(expectation, reading)
        self._position = reading.end
        self._replies += 1
        self._last_said = expectation.said
        if took_ms > limit_ms:
            self._fail(outcome.too_slow(took_ms, limit_ms))
        return _plain(reading)

    def expect_nothing_more(self, for_ms=30):
        """For `for_ms` nothing may come; what comes is "extra bytes"."""
        end = monotonic() + as_milliseconds(for_ms) / 1000
        while self._end is None and len(self._stream) == self._position and monotonic() < end:
            self._fill(end)
        self._refuse_extra_bytes()

    def expect_closed(self, within_ms=None):
        """The program must close the connection, with nothing more sent."""
        patience_ms = self._attempt.patience.silence_ms
        limit_ms = patience_ms if within_ms is None else as_milliseconds(within_ms)
        end = monotonic() + limit_ms / 1000
        # What comes in place of the end is wrong already: it is not kept without end.
        while self._end is None and len(self._stream) == self._position:
            if monotonic() >= end or self._attempt.hopeless():
                break
            self._fill(end)
        self._refuse_extra_bytes()
        if self._end is None:
            self._waited(limit_ms)
            said = "the connection to be closed"
            self._fail(outcome.silent(limit_ms, self._request, said, self._replies))

    def close(self):
        """Closes the connection as a polite client does; the program's next `recv` gives `b""`."""
        if self._socket is not None:
            self._attempt.trace.add(self._lane, "closed-by-client")
            self._attempt.pump.leave(self._socket)
            self._socket = None

    # What the judge asks

    @property
    def has_received(self):
        """Whether any byte came."""
        return bool(self._stream)

    @property
    def request(self):
        """What was sent last, as a person says it, or None."""
        return self._request

    def forget(self):
        """Lets go of what came: the attempt is over."""
        self._stream = bytearray()

    # How it is done

    def _connect(self):
        attempt = self._attempt
        began = monotonic()
        until = began + attempt.patience.connect_ms / 1000
        pause = _FIRST_PAUSE_SECONDS
        while True:
            attempt.programs.check()
            # Asked before the attempt: a program may begin to listen, and end, right after it.
            was_hopeless = attempt.hopeless()
            error = self._try_to_connect(until)
            if error == 0:
                break
            now = monotonic()
            if now >= until or was_hopeless:
                if now >= until:
                    attempt.patience.after_no_connection()
                raise explanation.no_connection(attempt, (now - began) * 1000, error == errno.EINPROGRESS)
            attempt.pump.sleep(min(pause, until - now))
            if now - began > _START_SECONDS:
                pause = min(pause * 1.3, 0.02)
        attempt.patience.after_connection((monotonic() - began) * 1000)
        attempt.program.connected()
        attempt.trace.add(self._lane, "connected")

    def _try_to_connect(self, until):
        """0, an error number, or EINPROGRESS where nobody said yes or no.

        On loopback the kernel answers at once or, where the queue of connections that the program
        has not accepted is full, not at all. It would try again by itself only after a second:
        its delay, not the learner's.
        """
        connection, port = self._at_a_new_port()
        error = connection.connect_ex(("127.0.0.1", self._attempt.port))
        answer_by = min(until, monotonic() + _ANSWER_SECONDS)
        if error == errno.EINPROGRESS and self._attempt.pump.wait(answer_by, writer=connection):
            error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            connection.close()
            return error
        self._socket, self._port = connection, port
        return 0

    def _at_a_new_port(self):
        """A socket bound to a port that no client of the test has called from, and the port."""
        while True:
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                connection.bind(("127.0.0.1", 0))
            except OSError:
                connection.close()
                raise Interference("no port is left for a client") from None
            port = connection.getsockname()[1]
            if self._attempt.is_new_port(port):
                return connection, port
            connection.close()

    def _begin_request(self, said):
        if self._socket is None:
            raise Misuse("this client has closed its connection")
        self._receive()
        self._refuse_extra_bytes()
        self._request = said

    def _write(self, data):
        view = memoryview(data)
        patience = self._attempt.patience
        until = monotonic() + patience.silence_ms / 1000
        while view:
            try:
                view = view[self._socket.send(view) :]
                until = monotonic() + patience.silence_ms / 1000
                continue
            except BlockingIOError:
                pass
            except OSError as error:
                # The program's side is gone; what it sent before is still to be read.
                if error.errno == errno.ECONNRESET:
                    self._ended("reset")
                return
            if len(self._stream) - self._position > _MOST_UNREAD:
                self._refuse_extra_bytes()
            # After the end of what it sends, there is nothing to read, and always "readable".
            reader = self._socket if self._end is None else None
            if not self._attempt.pump.wait(until, reader=reader, writer=self._socket):
                self._waited(patience.silence_ms)
                self._fail(outcome.silent(patience.silence_ms, self._request, None, self._replies))
            self._receive()

    def _read_reply(self, expectation, began, limit):
        until, most, late = began + limit, began + 3 * limit, self._attempt.patience.late_ms / 1000
        while True:
            reading = expectation.read(self._stream, self._position)
            if not isinstance(reading, resp.Incomplete) or self._end is not None:
                return reading
            unread = len(self._stream) - self._position
            if monotonic() >= most or unread > _MOST_UNREAD + len(expectation.expected):
                return reading  # A reply that goes on and on is no reply.
            if self._fill(min(until, most)):
                self._receive_much()
                # Bytes are on their way: a slow reply is told from one that never comes.
                until = monotonic() + limit
            elif late and len(self._stream) == self._position and not self._attempt.hopeless():
                until, late = monotonic() + late, 0
            else:
                return reading

    def _fill(self, until):
        """Waits for more to read; says whether anything came, be it the end."""
        if self._socket is None:
            raise Misuse("this client has closed its connection")
        pause = _FIRST_LOOK_SECONDS
        while True:
            if self._attempt.pump.wait(min(until, monotonic() + pause), reader=self._socket):
                self._receive()
                return True
            if monotonic() >= until or self._attempt.hopeless():
                return False
            pause = min(pause * 2, _LOOK_SECONDS)

    def _receive_much(self):
        """Takes more of a long reply that is there already: to read it again for each piece of it
        would take the square of its length."""
        enough = 2 * (len(self._stream) - self._position)
        while self._end is None and _LONG_BYTES < len(self._stream) - self._position < enough:
            before = len(self._stream)
            self._receive()
            if len(self._stream) == before:
                break

    def _receive(self):
        """Takes what can be read without waiting."""
        if self._end is not None or self._socket is None:
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
        self._attempt.trace.received(self._lane, data, len(self._stream), self._port)
        self._stream += data

    def _ended(self, how):
        if self._end is None:
            self._end = how
            self._attempt.trace.add(self._lane, "reset" if how == "reset" else "closed-by-server")

    def _gather(self):
        """The reply is wrong: what comes with it completes the picture."""
        if self._attempt.final and self._end is None:
            end = monotonic() + 0.01
            while self._end is None and monotonic() < end and self._fill(end):
                pass

    def _judge(self, expectation, reply):
        if expectation.accepts(reply, self._stream, self._reply_began):
            return
        self._gather()
        comparison = self._comparison(expectation, None, reply)
        at = self._reply_began + comparison["offset"]
        if reply.type != expectation.type:
            self._fail(outcome.wrong_type(comparison, expectation.type, reply.type), at)
        self._fail(outcome.wrong_value(comparison), at)

    def _fail_without_reply(self, expectation, reading, waited_ms):
        came = len(self._stream) - self._reply_began
        if self._end == "reset":
            self._fail(outcome.reset(came))
        if self._end == "closed":
            self._fail(outcome.closed(came, self._comparison(expectation)))
        self._waited(waited_ms)
        if came:
            reply = self._comparison(expectation, came)
            self._fail(outcome.incomplete(reply, reading.missing), len(self._stream) - 1)
        self._fail(outcome.silent(waited_ms, self._request, expectation.said, self._replies))

    def _waited(self, waited_ms):
        """The program was given all the time there is for one answer."""
        self._attempt.trace.add(self._lane, "silence", waited_ms=outcome.u32(waited_ms))
        if self._attempt.final and waited_ms >= self._attempt.patience.silence_ms:
            self._attempt.patience.after_silence()

    def _refuse_extra_bytes(self):
        if len(self._stream) == self._position:
            return
        self._gather()
        begin = self._reply_began
        received = bytes(self._stream[begin:])
        reply = {
            "expected": byte_string(received[: self._position - begin][:_MOST_SHOWN]),
            "expected_is_prefix": False,
            **_shown(received),
            "offset": outcome.u32(self._position - begin),
            "expected_decoded": self._last_said,
            "received_decoded": resp.say_all(received) if self._attempt.speaks_resp else None,
            "request": self._request,
        }
        self._fail(outcome.extra_bytes(reply), self._position)

    def _comparison(self, expectation, offset=None, reply=None):
        received = bytes(self._stream[self._reply_began :])
        if offset is None:
            offset = _common_length(expectation.expected, received)
        decoded = None
        if reply is not None:
            decoded = resp.say(reply) if reply.type else f"the bytes {quoted(received)}"
        expected = expectation.expected
        # Any text may follow, but not nothing: the end that did not come is shown.
        lacks_end = expectation.is_prefix and reply is None and received.startswith(expected)
        if lacks_end:
            expected = received.rstrip(b"\r\n") + b"\r\n"
        return {
            "expected": byte_string(expected[:_MOST_SHOWN]),
            "expected_is_prefix": (expectation.is_prefix and not lacks_end) or len(expected) > _MOST_SHOWN,
            **_shown(received),
            "offset": outcome.u32(offset),
            "expected_decoded": expectation.said,
            "received_decoded": decoded,
            "request": self._request,
        }

    def _fail(self, symptom, offset=None):
        """The test ends here, with the cause where one is known, else with the symptom."""
        raise explanation.failure(self._attempt, symptom, self._request, self._replies, self._port, offset)


def _shown(received):
    return {
        "received": byte_string(received[:_MOST_SHOWN]),
        "cut_bytes": outcome.u32(len(received) - _MOST_SHOWN),
    }


def _common_length(left, right):
    for index, (one, other) in enumerate(zip(left, right)):
        if one != other:
            return index
    return min(len(left), len(right))


def _plain(reply):
    return tuple(_plain(element) for element in reply.value) if reply.type == "array" else reply.value

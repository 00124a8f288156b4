"""A client of the learner's program, as a test uses it."""

from time import monotonic, monotonic_ns

from . import comparison, explanation, outcome, resp
from .expectation import Expectation, as_bytes, as_milliseconds
from .formatting import excerpt
from .outcome import Misuse
from .reply_wait import UNREAD_BYTES_MAX, wait_for_reply
from .silence import expect_silence

#: How long more bytes of a wrong reply are waited for.
_REST_SECONDS = 0.01

#: What lies between two pieces for a program that never waits, but asks again and again.
_PIECE_SECONDS = 0.02

#: Clocks may tick in milliseconds, the program's at both ends of its wait.
_CLOCK_MS = 5


def command(*words):
    """A command's bytes as Redis's clients send it, to be cut or put in a row; see `Client.send`."""
    if not words:
        raise Misuse("a command needs at least one word")
    return resp.encode_command([as_bytes(word) for word in words])


class Client:
    """One connection to the learner's program.

    Made by `server.connect()`. All that passes on it is recorded and shown to the learner. Waits
    are in milliseconds.
    """

    def __init__(self, attempt, connection):
        self._attempt = attempt
        self._connection = connection
        # The start of the program that it belongs to.
        self._program = attempt.program
        # Where the next reply begins in what was received, and where the last one did.
        self._position = 0
        self._reply_start = 0
        self._replies = 0
        self._request = None
        # Of RESP: which one it has asked for last.
        self._resp_version = 2
        # All bytes of that request so far.
        self._request_bytes = b""
        # Where each accepted reply begins, and the name of the command that it answers.
        self._answered = []
        #: When it last asked, in nanoseconds of the monotonic clock, or 0.
        self.asked_ns = 0
        # How many replies it has asked for, and when the first request began that may have none yet.
        self._replies_asked = self.unanswered_since_ns = 0

    # What a test calls

    def send(self, *words):
        """Sends a command as Redis's clients do: an array of bulk strings.

        `client.send("SET", "name", b"a\\r\\nb")`; each word is text (sent as UTF-8) or bytes.
        Bytes that came before and that no `expect` took are the failure "extra bytes", or
        "unasked" where this is the client's first request.
        """
        data = command(*words)
        self._attempt.speaks_resp = True
        self._note_version(words)
        self._begin_request(data)
        self._send_now(data, self._request)

    def send_bytes(self, data):
        """Sends these bytes as they are (text as UTF-8): several commands at once, half a one."""
        self.send_pieces([data])

    def send_pieces(self, pieces):
        """Sends the pieces of one request so that they arrive apart.

        The next is sent when the program has nothing more to do with the one before.
        """
        pieces = [as_bytes(piece) for piece in pieces]
        self._begin_request(b"".join(pieces))
        for number, piece in enumerate(pieces):
            if number:
                self._let_it_arrive_apart()
            self._send_now(piece, self._request if len(pieces) == 1 else None)

    def send_more(self, data):
        """Sends more bytes of the request that was begun with `send_bytes` (text as UTF-8).

        They arrive apart from those before, as in `send_pieces`; meanwhile other clients may have
        spoken. What came early is left for `expect`.
        """
        data = as_bytes(data)
        self._connection.require_open()
        if self._request is None:
            raise Misuse("there is no request yet that this could be more of")
        self._attempt.may_end = False
        self._request_bytes += data
        self._request = resp.request(self._request_bytes)
        self._let_it_arrive_apart()
        self._send_now(data)

    def expect(self, expectation, within_ms=None, not_before_ms=None):
        """Waits for the next reply, which must be the expected one.

        Without `within_ms` the judge's own timeout holds (1000 ms). A right reply that comes later
        is "too slow". One that is here before `not_before_ms` have passed since the request was begun
        is "too early": the program can't have waited for so long. Returns the reply's value: bytes, a
        whole number, None for nil, a tuple of such values for an array, and for a map with keys and
        values in turns.
        """
        self._attempt.may_end = False
        if not isinstance(expectation, Expectation):
            raise Misuse(f"an expectation is needed here, not {expectation!r}")
        if expectation.type is not None:
            self._attempt.speaks_resp = True
        timeouts = self._attempt.timeouts
        limit_ms = timeouts.silence_ms if within_ms is None else as_milliseconds(within_ms)
        self._reply_start = self._position
        began = monotonic()
        reading, deadline = wait_for_reply(
            self._attempt, self._connection, expectation, self._position, self._resp_version, limit_ms / 1000
        )
        took_ms = (monotonic() - began) * 1000
        if isinstance(reading, resp.Incomplete):
            self._fail_without_reply(expectation, reading, took_ms)
        if isinstance(reading, resp.Invalid):
            self._receive_rest()
            reply = self._compare(expectation, reading.offset - self._reply_start)
            self._fail(outcome.invalid_byte(reply, reading.rule), reading.offset)
        self._require_accepted(expectation, reading)
        self._position = reading.end
        self._answered.append((self._reply_start, self.last_command))
        self._replies += 1
        self._attempt.reply_accepted()
        if took_ms > limit_ms and took_ms - deadline.seconds_lost() * 1000 > limit_ms:
            self._fail(outcome.too_slow(took_ms, limit_ms))
        if not_before_ms is not None:
            self._require_not_before(as_milliseconds(not_before_ms))
        return plain(reading)

    def expect_nothing_more(self, for_ms=None):
        """For `for_ms` nothing may come; what comes is "extra bytes".

        Without it 30 ms; in the runs of later steps, 5 after the program has come to rest.
        """
        expect_silence(self._attempt, [self], for_ms)

    def expect_closed(self, within_ms=None):
        """The program must close the connection, with nothing more sent."""
        silence_ms = self._attempt.timeouts.silence_ms
        limit_ms = silence_ms if within_ms is None else as_milliseconds(within_ms)
        began, deadline = monotonic(), self._attempt.deadline(limit_ms / 1000)
        # Bytes instead of the end are wrong already: no more of them are waited for.
        while self._connection.end is None and not self._unread_bytes:
            if deadline.has_passed() or self._attempt.is_program_finished():
                break
            self._connection.wait_to_receive(deadline.until)
        # The end of the program may be known before that of its connection, which came first.
        self._connection.receive()
        self._refuse_extra_bytes()
        self._attempt.may_end = True
        if self._connection.end is None:
            waited_ms = (monotonic() - began) * 1000
            self._record_silence(waited_ms)
            self._fail(outcome.silent(waited_ms, self._request, "close", self._replies))

    def close(self):
        """Closes the connection as a polite client does; the program's next `recv` gives `b""`."""
        self._let_it_be_accepted()
        self._connection.close()

    def reset(self):
        """Breaks the connection off, as a client does whose machine fails.

        What is on its way is lost. A program that reads or sends then gets an error in place of
        `b""`; one that waits in `recv` gets it at once.
        """
        self._let_it_be_accepted()
        self._connection.reset()

    # What the judge calls

    def readable_socket(self):
        """The socket that more may come from, or None where its end has come."""
        return self._connection.readable_socket()

    def refuse_extra_bytes(self):
        """Fails where bytes have come that nobody expected."""
        self._connection.receive()
        self._refuse_extra_bytes()

    def refuse_reply(self):
        """Fails where the last request was answered already, which has to wait."""
        self._connection.receive()
        self._reply_start = self._position
        self._refuse_extra_bytes()

    @property
    def has_received(self):
        """Whether any byte came."""
        return bool(self._connection.received)

    @property
    def port(self):
        """The port of its connection."""
        return self._connection.port

    @property
    def accepted_bytes(self):
        """How many bytes of what it received were replies as expected."""
        return self._position

    @property
    def replies(self):
        """How many replies it has taken."""
        return self._replies

    @property
    def request(self):
        """What was sent last, a `protocol::Request`, or None."""
        return self._request

    @property
    def last_command(self):
        """The name of the command that was sent last, in capitals; None where it was not a single one."""
        commands = ((self._request or {}).get("commands") or {}).get("commands", ())
        words = commands[0]["words"] if len(commands) == 1 else ()
        return words[0]["bytes"].upper() if words else None

    def command_at(self, offset):
        """The name of the command whose accepted reply the byte at `offset` is part of, or None."""
        return next((name for begin, name in reversed(self._answered) if begin <= offset), None)

    def received_fact(self):
        """What came where the last reply was expected, a `protocol::Received`."""
        received = self._received_of_reply()
        reply = resp.read(received)
        if isinstance(reply, resp.Reply):
            return {"reply": resp.value(reply)}
        return {"bytes": excerpt(received)}

    def was_accepted(self):
        """Whether the program has taken this client, as far as the kernel shows that."""
        return self._connection.was_accepted()

    def was_reset(self):
        """Whether the program's side broke the connection off."""
        self._connection.receive()
        return self._connection.end == "reset"

    def leave(self):
        """Closes the connection, at the end of the test."""
        self._connection.close()

    def release(self):
        """Drops what was received."""
        self._connection.release()

    @property
    def _unread_bytes(self):
        return len(self._connection.received) - self._position

    def _begin_request(self, data):
        request = resp.request(data)
        self._connection.require_open()
        self._attempt.may_end = False
        is_first = self._request is None and not self._replies
        if is_first:
            # What is sent before any question must not look like its answer.
            self._attempt.settle()
        self._connection.receive()
        if is_first and self._unread_bytes:
            self._receive_rest()
            reply = comparison.of_extra_bytes(bytes(self._connection.received), 0, request)
            self._fail(outcome.unasked(reply), 0)
        self._refuse_extra_bytes()
        self._request, self._request_bytes = request, data
        self.asked_ns = monotonic_ns()
        if self._replies >= self._replies_asked:
            self.unanswered_since_ns = self.asked_ns
        # A request can have more replies than one, and more commands than are told.
        commands = (request.get("commands") or {}).get("commands", "?")
        self._replies_asked = max(self._replies_asked, self._replies) + len(commands)

    def _note_version(self, words):
        """HELLO asks for a version of the protocol, from its own reply on."""
        name, *arguments = map(as_bytes, words)
        if name.upper() == b"HELLO" and arguments[:1] in ([b"2"], [b"3"]):
            self._resp_version = int(arguments[0])

    def _let_it_be_accepted(self):
        """A program that is about to take this client takes it before it leaves."""
        if not self._connection.received:
            self._attempt.settle()
        self._connection.keep_acceptance()

    def let_it_be_read(self):
        """Waits, within bounds, until the program has read what was sent, and has had time to deal with it."""
        self._connection.wait_until_read()
        self._let_it_arrive_apart()

    def _let_it_arrive_apart(self):
        if not self._attempt.settle():
            self._attempt.event_loop.sleep(_PIECE_SECONDS)

    def _send_now(self, piece, decoded=None):
        self._attempt.trace.sent(self._connection.lane, piece, decoded)
        self._write(piece)

    def _write(self, data):
        view = memoryview(data)
        silence_ms = self._attempt.timeouts.silence_ms
        began, deadline = monotonic(), self._attempt.deadline(silence_ms / 1000)
        while view:
            sent = self._connection.send(view)
            if sent is None:
                return
            if sent:
                view = view[sent:]
                began = monotonic()
                deadline.restart()
                continue
            if self._unread_bytes > UNREAD_BYTES_MAX:
                self._refuse_extra_bytes()
            if not self._connection.wait_to_send(deadline.until) and deadline.has_passed():
                waited_ms = (monotonic() - began) * 1000
                self._record_silence(waited_ms)
                self._fail(outcome.silent(waited_ms, self._request, None, self._replies))
            self._connection.receive()

    def _receive_rest(self):
        """Waits a moment for the bytes after a wrong one, to show the learner all that came."""
        connection = self._connection
        if self._attempt.is_final and connection.end is None:
            end = monotonic() + _REST_SECONDS
            while connection.end is None and monotonic() < end and connection.wait_to_receive(end):
                pass

    def _require_accepted(self, expectation, reply):
        if expectation.accepts(reply, self._connection.received, self._reply_start):
            return
        self._receive_rest()
        compared = self._compare(expectation, is_whole=True)
        offset = self._reply_start + compared["offset"]
        if expectation.is_of_other_type(reply):
            self._fail(outcome.wrong_type(compared, expectation.type, reply.type), offset)
        if reply.type is None:
            received = {"bytes": excerpt(self._received_of_reply())}
        else:
            received = {"reply": resp.value(reply)}
        self._fail(outcome.wrong_value(compared, expectation.fact, received), offset)

    def _require_not_before(self, at_least_ms):
        """Fails where the reply is here so early that the program can't have waited for so long.

        The program began later than the request, and replied earlier than its bytes were read here: a
        slow machine makes an early reply look late, and no late one early. So do several requests in a
        row, of which the first counts.
        """
        if not self.asked_ns:
            raise Misuse("there is no request yet whose reply could be too early")
        took_ms = (self._connection.received_ns - self.unanswered_since_ns) / 1e6
        if took_ms < at_least_ms - _CLOCK_MS:
            self._fail(outcome.too_early(took_ms, at_least_ms, self._request), self._reply_start)

    def _fail_without_reply(self, expectation, reading, waited_ms):
        received_bytes = len(self._connection.received) - self._reply_start
        if self._connection.end == "reset":
            self._fail(outcome.reset(received_bytes))
        if self._connection.end == "closed":
            self._fail(outcome.closed(received_bytes, self._compare(expectation)))
        self._record_silence(waited_ms)
        if received_bytes:
            reply = self._compare(expectation, received_bytes)
            last = len(self._connection.received) - 1
            self._fail(outcome.incomplete(reply, reading.missing), last)
        self._fail(outcome.silent(waited_ms, self._request, expectation.fact, self._replies))

    def _record_silence(self, waited_ms):
        self._attempt.trace.add(self._connection.lane, "silence", waited_ms=outcome.u32(waited_ms))
        if self._attempt.is_final and waited_ms >= self._attempt.timeouts.silence_ms:
            self._attempt.timeouts.record_silence()

    def _refuse_extra_bytes(self):
        if not self._unread_bytes:
            return
        self._receive_rest()
        due = self._position - self._reply_start
        reply = comparison.of_extra_bytes(self._received_of_reply(), due, self._request)
        self._fail(outcome.extra_bytes(reply), self._position)

    def _compare(self, expectation, offset=None, is_whole=False):
        received = self._received_of_reply()
        return comparison.of_reply(expectation, received, self._request, offset, is_whole)

    def _received_of_reply(self):
        return bytes(self._connection.received[self._reply_start :])

    def _fail(self, symptom, offset=None):
        """The test ends here, with the cause where one is known, else with the symptom."""
        if self._attempt.program not in (None, self._program):
            raise Misuse("a client from before a start of the program can only `close()`")
        port = self._connection.port
        raise explanation.failure(self._attempt, symptom, self._request, self._replies, port, offset)


def plain(reply):
    if reply.type not in ("array", "map"):
        return reply.value
    return tuple(plain(element) for element in reply.value)

"""A session: the learner's program runs on, and clients speak to it as the server's frames say."""

import select
import sys
from time import monotonic, monotonic_ns

from codealong_protocol import frame

from . import explanation, outcome
from .attempt import Attempt
from .connection import Connection
from .deciding_line import RightReplies
from .formatting import byte_string
from .job import files_of
from .outcome import Failed, Interference, LauncherLost, u32
from .processor_time import ProcessorTime
from .random_values import RandomValues
from .timeouts import Timeouts

#: How long a client tries to connect, and how long once it has failed since the last start.
_CONNECT_MS, _CONNECT_AGAIN_MS = 2000, 100

#: A quiet session is looked at so often: soon after something has happened, then less and less.
_FIRST_LOOK_SECONDS, _LOOK_SECONDS_MAX = 0.004, 1.0

#: Of what a client receives so much is passed on: since it asked last, and in each second.
_PASSED_ON_BYTES, _PASSED_ON_SECONDS = 64 * 1024, 1.0
#: What is not passed on is counted, and told so often. It is read no faster than that.
_COUNT_SECONDS, _FLOOD_PAUSE_SECONDS = 0.1, 0.005

#: How many bytes a client may have that the program does not take, before it is cut off.
_UNSENT_BYTES_MAX = 2 * 1024 * 1024

#: How many clients there may be, and how many frames of the server are handled in a row.
CLIENTS_MAX, _COMMANDS_MAX = 16, 32


class _NoTrace:
    """A session has no end at which its exchanges would be reported."""

    def add(self, client, action, **fields):
        pass

    def received(self, client, data, offset, port):
        pass


class _Client:
    """A client of the session, with what `explanation` asks of a test's client."""

    def __init__(self, attempt, number):
        self.number = number
        self.connection = Connection(attempt, number)
        #: When it asked last, in nanoseconds of the monotonic clock, or 0.
        self.asked_ns = 0
        #: How often something came after it had asked.
        self.replies = 0
        self.has_received = False
        self.unsent = bytearray()
        # How many bytes have come in all, and of them since they were told last.
        self._offset = 0
        self._dropped = 0
        self._left, self._renewed = _PASSED_ON_BYTES, monotonic()
        self.paused_until = 0.0
        self._tell_by = None
        self.is_end_told = False

    @property
    def port(self):
        return self.connection.port

    def was_accepted(self):
        return self.has_received or self.connection.was_accepted()

    def was_reset(self):
        return self.connection.end == "reset"

    def send(self, data):
        self.asked_ns = monotonic_ns()
        self._left, self._renewed = _PASSED_ON_BYTES, monotonic()
        self.unsent += data
        self.flush()

    def flush(self):
        """Sends as much as the kernel takes; says whether the program can still take any."""
        while self.unsent:
            sent = self.connection.send(bytes(self.unsent[: 1 << 16]))
            if sent is None:
                self.unsent.clear()
                return False
            if not sent:
                break
            del self.unsent[:sent]
        return len(self.unsent) <= _UNSENT_BYTES_MAX

    def take(self, now):
        """What has come, as `(data to pass on, its offset, bytes dropped since the last time)`."""
        self.connection.receive()
        data = bytes(self.connection.received)
        self.connection.release()
        offset = self._offset
        self._offset += len(data)
        if data and not self.has_received:
            self.has_received = True
        if data and self.asked_ns:
            self.replies += 1
        if now > self._renewed + _PASSED_ON_SECONDS:
            self._left, self._renewed = _PASSED_ON_BYTES, now
        passed_on = data[: self._left]
        self._left -= len(passed_on)
        dropped = len(data) - len(passed_on)
        if dropped:
            self._dropped += dropped
            self.paused_until = now + _FLOOD_PAUSE_SECONDS
            if self._tell_by is None:
                self._tell_by = now + _COUNT_SECONDS
        told = 0
        if self._dropped and (passed_on or now >= self._tell_by or self.connection.end is not None):
            told, self._dropped, self._tell_by = self._dropped, 0, None
        return passed_on, offset, told

    def due(self, now):
        """When to look at it again by itself, or None."""
        waits = [self.paused_until] if self.paused_until > now else []
        if self._tell_by is not None:
            waits.append(self._tell_by)
        return min(waits, default=None)


def _parse(command):
    """The kind of a frame of the server's, its client, and its files or bytes, as far as it has them."""
    try:
        kind, number, content = command["frame"], command.get("client"), None
        if kind == "restart":
            content = files_of(command)
        elif kind == "send":
            content = command["bytes"].encode("latin-1")
        is_command = kind in ("restart", "finish") or (
            kind in ("connect", "send", "disconnect") and isinstance(number, int)
        )
        if not is_command:
            raise ValueError(f"{kind!r} for {number!r}")
        return kind, number, content
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise frame.InvalidFrame(f"no command: {error!r}") from None


class Session:
    """One session, from its job to its end."""

    def __init__(self, job, frames, event_loop, output, launcher, lane, stdin):
        self._job = job
        self._frames = frames
        self._event_loop = event_loop
        self._output = output
        self._launcher = launcher
        self._records = lane.records
        self._counters = lane.counters
        self._stdin = stdin
        self._clients = {}
        # The last client that this start of the program had taken, and that is gone.
        self._last_taken = None
        self._attempt = None
        # Whether the program's end has been told.
        self._is_end_told = False
        self._look = _FIRST_LOOK_SECONDS
        self._processor_time = ProcessorTime(self._counters)
        self._refusals_before = self._counters.refusals()

    def serve(self):
        """Serves until the server says `finish`, or the processor time is used up."""
        self._frames.write("started")
        reason = "spent"
        try:
            self._start(self._job.files)
            while True:
                reason = self._step()
                if reason is not None:
                    break
        except Interference as interference:
            if not self._launcher.launches:
                sys.exit(f"no program could be started: {interference}")
            self._tell_end(outcome.interfered(interference.fact), None)
        except LauncherLost as lost:
            found = explanation.cause_of_loss(self._counters, self._refusals_before)
            if found is None or not self._launcher.launches:
                sys.exit(f"the launcher was lost: {lost.detail}")
            self._tell_end(found, None)
        self._event_loop.lift_limits()
        self._launcher.release_output()
        self._output.flush()
        self._frames.write("finished", reason=reason, cpu_us=self._processor_time.used_us())

    def _step(self):
        """Waits for something to happen and handles it; the reason why the session ends, or None."""
        now = monotonic()
        readers = [self._stdin]
        writers = []
        due = now + self._look
        for client in self._clients.values():
            if client.connection.end is None and now >= client.paused_until:
                readers.append(client.connection.readable_socket())
            if client.unsent:
                writers.append(client.connection.readable_socket())
            due = min(due, client.due(now) or due)
        writers = [writer for writer in writers if writer is not None]
        try:
            has_happened = self._event_loop.wait(due, readers, writers, is_over_when_handled=True)
            reason = self._handle_commands()
            if reason is not None:
                return reason
            self._look_at_clients()
            self._look_at_program()
        except Failed as failed:
            # Too many sockets: the program ends by it, and the session goes on.
            self._end_program(failed)
            has_happened = True
        self._look = _FIRST_LOOK_SECONDS if has_happened else min(self._look * 2, _LOOK_SECONDS_MAX)
        used = self._processor_time.used_us()
        return "processor" if used is not None and used > self._job.cpu_limit_ms * 1000 else None

    def _handle_commands(self):
        for _ in range(_COMMANDS_MAX):
            ready, _, _ = select.select([self._stdin], [], [], 0)
            if not ready:
                return None
            if self._handle(*_parse(frame.read(self._stdin))):
                return "finished"
        return None

    def _handle(self, kind, number, content):
        """Does what one frame asks; says whether it ends the session."""
        if kind == "restart":
            self._start(content)
        elif kind == "connect":
            self._connect(number)
        elif kind == "send":
            self._send(number, content)
        elif kind == "disconnect" and number in self._clients:
            self._close(self._clients[number])
        return kind == "finish"

    def _start(self, files):
        self._clients.clear()
        self._last_taken = None
        self._refusals_before = self._counters.refusals()
        self._launcher.start(files)
        # What the program before has printed belongs to the start before.
        self._output.flush(monotonic())
        self._attempt = self._new_attempt()
        self._is_end_told = False
        self._look = _FIRST_LOOK_SECONDS
        self._frames.write("launched", launch=self._launcher.launches)

    def _new_attempt(self):
        return Attempt(
            event_loop=self._event_loop,
            launcher=self._launcher,
            records=self._records,
            counters=self._counters,
            port=self._job.port,
            timeouts=Timeouts(connect_ms=_CONNECT_MS),
            is_final=True,
            random_values=RandomValues("session"),
            right_replies=RightReplies(),
            shortest_script=[],
            trace=_NoTrace(),
        )

    def _connect(self, number):
        if number in self._clients or len(self._clients) >= CLIENTS_MAX or self._launcher.program is None:
            self._tell_no_connection(number)
            return
        client = _Client(self._attempt, number)
        began = monotonic()
        try:
            client.connection.connect()
        except Failed as failed:
            self._attempt.timeouts.connect_ms = _CONNECT_AGAIN_MS
            # Why a program has ended is told once, and not for each client.
            self._tell_no_connection(number, None if self._attempt.is_program_finished() else failed)
            return
        self._clients[number] = client
        self._keep_clients()
        took_us = u32((monotonic() - began) * 1_000_000)
        self._frames.write("connected", client=number, took_us=took_us)

    def _send(self, number, data):
        client = self._clients.get(number)
        # One that has ended meanwhile: its end is told already.
        if client is None or client.connection.end is not None:
            return
        self._attempt.forget_sends(client.port)
        client.send(data)

    def _tell_no_connection(self, number, failed=None):
        self._take_output()
        result, span = (None, None) if failed is None else (failed.outcome, failed.span)
        self._frames.write("not-connected", client=number, outcome=result, span=span)

    def _take_output(self):
        """Passes on what the program has printed by now: what it sends after that comes after it."""
        self._event_loop.drain()
        self._launcher.release_output()
        self._output.flush(monotonic())

    def _look_at_clients(self):
        now = monotonic()
        for client in list(self._clients.values()):
            if client.connection.end is None and now >= client.paused_until:
                self._pass_on(client, now)
            if not client.flush() and client.connection.end is None:
                client.connection.reset()
                self._forget(client, "unread")
            elif client.connection.end is not None:
                self._forget(client, client.connection.end)

    def _pass_on(self, client, now):
        data, offset, dropped = client.take(now)
        if not data and not dropped:
            return
        frames = self._attempt.frames_of(client.port, offset) if data else ()
        asked = client.asked_ns
        self._take_output()
        self._frames.write(
            "received",
            client=client.number,
            bytes=byte_string(data),
            dropped_bytes=u32(dropped),
            line=frames[0][0] if frames else None,
            took_us=u32((monotonic_ns() - asked) // 1000) if asked else None,
        )

    def _close(self, client):
        client.connection.keep_acceptance()
        if client.was_accepted():
            self._last_taken = client
        del self._clients[client.number]
        self._keep_clients()
        self._attempt.release_port(client.port)
        client.connection.close()

    def _keep_clients(self):
        """Why the program ends depends on whether it has ever taken a client."""
        gone = [] if self._last_taken is None else [self._last_taken]
        self._attempt.clients = [*self._clients.values(), *gone]

    def _forget(self, client, how):
        self._close(client)
        self._take_output()
        self._frames.write("disconnected", client=client.number, how=how)

    def _look_at_program(self):
        if self._is_end_told or self._launcher.program is None:
            return
        self._launcher.check()
        failed = explanation.end_in_session(self._attempt)
        if failed is not None:
            self._end_program(failed)

    def _end_program(self, failed):
        """Tells how the program has ended, and ends what is left of it."""
        self._look_at_clients()
        self._launcher.try_kill()
        for client in list(self._clients.values()):
            self._forget(client, "closed")
        self._tell_end(failed.outcome, failed.span)

    def _tell_end(self, result, span):
        self._is_end_told = True
        self._take_output()
        self._frames.write("exited", outcome=result, span=span)

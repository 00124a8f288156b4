"""A connection of the judge's to a redis-server of its own, by a unix socket."""

import sys
from time import monotonic

from . import resp

#: Long on purpose: a busy machine must not look like a redis-server that does not answer.
_REPLY_SECONDS = 5.0

_READ_BYTES = 1 << 16


class RedisConnection:
    """A connection of the judge's to Redis; `lost` is called with what is wrong with it, and does not return."""

    def __init__(self, connected, lost=sys.exit):
        self._socket = connected
        self._lost = lost
        self._received = bytearray()
        connected.setblocking(False)

    def send(self, *commands):
        """Sends commands: lists of words."""
        data = b"".join(map(resp.encode_command, commands))
        # What a script sends is less than the socket takes.
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lost("the redis-server of the judge has ended")
        if sent != len(data):
            self._lost("the redis-server of the judge takes nothing")

    def reply(self, event_loop):
        """The next reply."""
        until = monotonic() + _REPLY_SECONDS
        while (reply := self._take()) is None:
            if not event_loop.wait(until, [self._socket]) and monotonic() >= until:
                self._lost("the redis-server of the judge does not answer")
            self._receive()
        return reply

    def replies_that_came(self):
        """The replies that are there."""
        self._receive()
        replies = []
        while (reply := self._take()) is not None:
            replies.append(reply)
        return replies

    def close(self):
        self._socket.close()

    def _receive(self):
        try:
            data = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost("the redis-server of the judge has ended")
        self._received += data

    def _take(self):
        reply = resp.read(self._received)
        if not isinstance(reply, resp.Reply):
            return None
        data = bytes(self._received[: reply.end])
        del self._received[: reply.end]
        return data

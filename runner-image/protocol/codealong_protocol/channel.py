"""The socket between judge and launcher: frames both ways, and descriptors with them."""

import os
import select
import socket

from . import frame

#: The protocol that judge and launcher speak, and the judge and the server.
PROTOCOL = 2

#: The name on which a launcher finds its judge: abstract, so it belongs to the network namespace.
LANE = "codealong-lane"

#: The most that a launcher says at once, in bytes: it knows no files of a learner's.
MOST_FROM_LAUNCHER = 64 * 1024
#: The most that a judge says at once: it sends files.
MOST_FROM_JUDGE = frame.MOST_BYTES

_READ_BYTES = 1 << 16
_MOST_DESCRIPTORS = 16

#: Nobody who is well takes so long to read what is said to it.
_SEND_SECONDS = 5.0


class Closed(Exception):
    """The other side is gone, or says what is no message: it counts as gone."""


class Channel:
    """One end of the socket."""

    def __init__(self, connection, most):
        connection.settimeout(_SEND_SECONDS)
        self._socket = connection
        self._most = most
        self._data = bytearray()
        self._descriptors = []

    def fileno(self):
        return self._socket.fileno()

    def close(self):
        self._socket.close()
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []

    def send(self, message, descriptors=(), **fields):
        """Says something; raises Closed where nobody hears it."""
        data = frame.encode({"message": message, "descriptors": len(descriptors), **fields})
        try:
            sent = socket.send_fds(self._socket, [data], list(descriptors))
            if sent < len(data):
                self._socket.sendall(memoryview(data)[sent:])
        except OSError as error:
            raise Closed(str(error)) from None

    def receive(self):
        """Waits for the next message: `(message, descriptors)`."""
        while True:
            for received in self.take():
                return received
            select.select([self._socket], [], [])
            self.read()

    def is_readable(self):
        """Whether there is something to read, be it the end."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def read(self):
        """Takes what is there to read, a piece of it at the most; `take` gives the messages in it."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._socket, _READ_BYTES, _MOST_DESCRIPTORS)
        except BlockingIOError:
            return
        except OSError as error:
            raise Closed(str(error)) from None
        self._descriptors += descriptors
        if not data:
            raise Closed("it closed its end")
        self._data += data

    def take(self):
        """Yields the whole messages that were read, each as `(message, descriptors)`."""
        while len(self._data) >= 4:
            length = int.from_bytes(self._data[:4], "big")
            if length > self._most:
                raise Closed(f"a message of {length} bytes")
            if len(self._data) < 4 + length:
                return
            try:
                message = frame.decode(bytes(self._data[4 : 4 + length]))
            except frame.BrokenFrame as error:
                raise Closed(str(error)) from None
            del self._data[: 4 + length]
            yield message, self._descriptors_of(message)

    def _descriptors_of(self, message):
        if not isinstance(message, dict) or not isinstance(message.get("message"), str):
            raise Closed("a frame that is no message")
        count = message.get("descriptors", 0)
        if not isinstance(count, int) or not 0 <= count <= len(self._descriptors):
            raise Closed("a message without its descriptors")
        taken, self._descriptors = self._descriptors[:count], self._descriptors[count:]
        return taken

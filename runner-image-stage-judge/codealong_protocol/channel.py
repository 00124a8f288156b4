"""The socket between judge and launcher: frames both ways, with file descriptors beside them."""

import os
import select
import socket

from . import frame

#: The version of PROTOCOL.md.
PROTOCOL = 4

#: The name at which a launcher finds its judge: abstract, so it belongs to the network namespace.
LANE = "codealong-lane"

#: A launcher sends no files, and is trusted with no more of the judge's memory.
LAUNCHER_MESSAGE_BYTES_MAX = 64 * 1024
JUDGE_MESSAGE_BYTES_MAX = frame.BYTES_MAX

_READ_BYTES = 1 << 16
_DESCRIPTORS_MAX = 16

#: A peer that reads nothing for so long is stuck.
_SEND_SECONDS = 5.0


class ChannelClosed(Exception):
    """The peer is gone, or sends what is no message, which counts as the same."""


class Channel:
    """One end of the socket; `message_bytes_max` bounds what is received."""

    def __init__(self, connection, message_bytes_max):
        connection.settimeout(_SEND_SECONDS)
        self._socket = connection
        self._message_bytes_max = message_bytes_max
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
        """Sends a message; raises ChannelClosed where the peer doesn't take it."""
        data = frame.encode({"message": message, "descriptors": len(descriptors), **fields})
        try:
            sent = socket.send_fds(self._socket, [data], list(descriptors))
            if sent < len(data):
                self._socket.sendall(memoryview(data)[sent:])
        except OSError as error:
            raise ChannelClosed(str(error)) from None

    def receive(self):
        """Waits for the next message: `(message, descriptors)`."""
        while True:
            for received in self.messages():
                return received
            select.select([self._socket], [], [])
            self.read()

    def is_readable(self):
        """Whether `read` would not wait; so too at the end of the stream."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def read(self):
        """Reads once; `messages` yields what has arrived in full."""
        try:
            # Without the flag, programs that the judge starts would inherit them.
            data, descriptors, _, _ = socket.recv_fds(
                self._socket, _READ_BYTES, _DESCRIPTORS_MAX, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError as error:
            raise ChannelClosed(str(error)) from None
        self._descriptors += descriptors
        if not data:
            raise ChannelClosed("it closed its end")
        self._data += data

    def messages(self):
        """Yields each message that has been read in full, as `(message, descriptors)`."""
        while len(self._data) >= 4:
            length = int.from_bytes(self._data[:4], "big")
            if length > self._message_bytes_max:
                raise ChannelClosed(f"a message of {length} bytes")
            if len(self._data) < 4 + length:
                return
            try:
                message = frame.decode(bytes(self._data[4 : 4 + length]))
            except frame.InvalidFrame as error:
                raise ChannelClosed(str(error)) from None
            del self._data[: 4 + length]
            yield message, self._descriptors_of(message)

    def _descriptors_of(self, message):
        if not isinstance(message, dict) or not isinstance(message.get("message"), str):
            raise ChannelClosed("a frame that is no message")
        count = message.get("descriptors", 0)
        if not isinstance(count, int) or not 0 <= count <= len(self._descriptors):
            raise ChannelClosed("a message without its descriptors")
        taken, self._descriptors = self._descriptors[:count], self._descriptors[count:]
        return taken

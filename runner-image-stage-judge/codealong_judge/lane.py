"""The judge's end of a lane, which a launcher joins. What the launcher hands over is the kernel's word."""

import os
import select
import socket
import struct

from codealong_protocol import shared_memory
from codealong_protocol.channel import LAUNCHER_MESSAGE_BYTES_MAX, PROTOCOL, Channel, ChannelClosed

from . import frames
from .counters import Counters
from .processes import ProcessTable

_CREDENTIALS = struct.Struct("iII")


class ServerGone(BaseException):
    """The server has closed the judge's standard input: nobody waits for an answer."""


class Lane:
    """A lane that a launcher has joined."""

    def __init__(self, channel, memory, hello, descriptors):
        self.channel = channel
        self.records = shared_memory.RecordReader(memory)
        proc, *counters = descriptors
        self.processes = ProcessTable(proc, hello["pid"], hello["container"], hello["preforked"])
        self.counters = Counters(
            dict(zip(hello["counters"], counters)),
            hello["limits"],
            lambda: len(self.processes.program_pids()),
        )

    def wait_until_closed(self, stdin):
        """Returns when the launcher or the server is gone."""
        while True:
            ready, _, _ = select.select([self.channel, stdin], [], [])
            if stdin in ready:
                return
            try:
                self.channel.read()
                for _ in self.channel.messages():
                    pass
            except ChannelClosed:
                return


def open_lane(name, user, stdin, stdout):
    """Waits until the launcher of this user has joined by the abstract name; tells the server of it.

    Not a line of the learner's has run yet. Afterwards nobody listens, and no socket of the judge's
    has a name any more.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(f"\0{name}")
        listener.listen(4)
        frames.write(stdout, "listening")
        named = _accept(listener, user, stdin)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    memory = shared_memory.create()
    with named, theirs:
        named_channel = Channel(named, LAUNCHER_MESSAGE_BYTES_MAX)
        named_channel.send("accepted", [theirs.fileno(), memory], protocol=PROTOCOL)
    channel = Channel(ours, LAUNCHER_MESSAGE_BYTES_MAX)
    hello, descriptors = _receive_hello(channel, stdin)
    frames.write(stdout, "joined", limits=hello["limits"])
    return Lane(channel, shared_memory.map_and_close(memory), hello, descriptors)


def _accept(listener, user, stdin):
    while True:
        _wait(listener, stdin)
        connection, _ = listener.accept()
        packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        if _CREDENTIALS.unpack(packed)[1] == user:
            return connection
        connection.close()


def _receive_hello(channel, stdin):
    while True:
        _wait(channel, stdin)
        channel.read()
        for hello, descriptors in channel.messages():
            is_complete = (
                hello["message"] == "hello"
                and hello.get("protocol") == PROTOCOL
                and isinstance(hello.get("limits"), dict)
                and isinstance(hello.get("pid"), int)
                and isinstance(hello.get("container"), bool)
                and isinstance(hello.get("preforked"), list)
                and isinstance(hello.get("counters"), list)
                and len(descriptors) == 1 + len(hello["counters"])
            )
            if not is_complete:
                raise ChannelClosed(f"it said {str(hello)[:200]}")
            return hello, descriptors


def _wait(reader, stdin):
    ready, _, _ = select.select([reader, stdin], [], [])
    if stdin in ready:
        # The server sends nothing before `joined`, so this is the end.
        os.read(stdin, 1)
        raise ServerGone

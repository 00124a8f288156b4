"""The judge's end of a lane: a launcher joins it, and what it hands over is the kernel's own word."""

import os
import select
import socket
import struct

from codealong_protocol import notes
from codealong_protocol.channel import MOST_FROM_LAUNCHER, PROTOCOL, Channel, Closed

from . import frames
from .counters import Counters
from .processes import ProcessTable

_CREDENTIALS = struct.Struct("iII")


class Left(BaseException):
    """The server has closed the judge's standard input: nobody waits for an answer."""


class Lane:
    """A launcher that has joined."""

    def __init__(self, channel, memory, hello, descriptors):
        self.channel = channel
        self.notes = notes.NoteArea(memory)
        proc, *counters = descriptors
        self.processes = ProcessTable(proc, hello["pid"], hello["container"], hello["waiting"])
        self.counters = Counters(dict(zip(hello["counters"], counters)), hello["limits"])

    def until_left(self, stdin):
        """Waits until the launcher or the server is gone."""
        while True:
            ready, _, _ = select.select([self.channel, stdin], [], [])
            if stdin in ready:
                return
            try:
                self.channel.read()
                for _ in self.channel.take():
                    pass
            except Closed:
                return


def join(name, user, stdin, stdout):
    """Lets the launcher of this user join by the abstract name; tells the server of it.

    A line of the learner's has not run yet. Nobody listens afterwards, and no socket of the judge's
    has a name any more.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(f"\0{name}")
        listener.listen(4)
        frames.write(stdout, "listening")
        named = _accept(listener, user, stdin)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    memory = notes.create()
    with named, theirs:
        Channel(named, MOST_FROM_LAUNCHER).send("welcome", [theirs.fileno(), memory], protocol=PROTOCOL)
    channel = Channel(ours, MOST_FROM_LAUNCHER)
    hello, descriptors = _hello(channel, stdin)
    frames.write(stdout, "joined", limits=hello["limits"])
    return Lane(channel, notes.mapped(memory), hello, descriptors)


def _accept(listener, user, stdin):
    while True:
        _wait(listener, stdin)
        connection, _ = listener.accept()
        packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        if _CREDENTIALS.unpack(packed)[1] == user:
            return connection
        connection.close()


def _hello(channel, stdin):
    while True:
        _wait(channel, stdin)
        channel.read()
        for hello, descriptors in channel.take():
            is_complete = (
                hello["message"] == "hello"
                and hello.get("protocol") == PROTOCOL
                and isinstance(hello.get("limits"), dict)
                and isinstance(hello.get("pid"), int)
                and isinstance(hello.get("container"), bool)
                and isinstance(hello.get("waiting"), list)
                and isinstance(hello.get("counters"), list)
                and len(descriptors) == 1 + len(hello["counters"])
            )
            if not is_complete:
                raise Closed(f"it said {str(hello)[:200]}")
            return hello, descriptors


def _wait(reader, stdin):
    ready, _, _ = select.select([reader, stdin], [], [])
    if stdin in ready:
        # Nothing is said before `joined`: this is the end.
        os.read(stdin, 1)
        raise Left

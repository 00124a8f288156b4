"""A real redis-server for the judge alone: what the learner's program answers is held against it.

It listens on a unix socket in the judge's own files, where no other container can reach it, and only
until the judge's few connections are made. It is started for a run that needs it, and ends with the
run.
"""

import os
import shutil
import signal
import socket
import sys
import tempfile
from collections import namedtuple
from time import monotonic

from . import redis_programs
from .redis_connection import RedisConnection

#: The only folder that the judge can write to in its container: room for sockets, and for files that a real
#: redis-server of a test is given.
FOLDER = "/run/oracle"
_SOCKET = "oracle"

#: What keeps it small and quiet. Its default is to save files, to look after its keys ten times a second
#: and to listen on TCP.
_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "hz": "1",
    "dynamic-hz": "no",
    "databases": "1",
    "maxclients": "16",
    "maxmemory": "32mb",
    "jemalloc-bg-thread": "no",
    "loglevel": "warning",
}

#: The clients of a script, and one more that asks when all that came before is done.
CLIENTS_MAX = 3

#: Long on purpose: a busy machine must not look like a redis-server that can't be started.
_START_SECONDS = 5.0
_RETRY_SECONDS = 0.001


class Turn(namedtuple("Turn", "command words replies")):
    """A command that was sent to Redis, its words with the keys' whole names, and the replies that came then.

    The replies are pairs of a client and bytes. There is none where the client has to wait, and there are
    more where others have waited for this.
    """


class Oracle:
    """At most one redis-server at a time."""

    def __init__(self, event_loop, is_container):
        self._event_loop = event_loop
        #: Whether the judge has a container, and with it a folder, of its own.
        self.is_container = is_container
        #: Its process, or None.
        self.pid = None
        self._folder = None
        self._connections = []
        self._ids = []
        # Whether replies may be on their way that nobody waits for any more.
        self._is_interrupted = False

    def start(self):
        """Starts it, and returns at once."""
        if self.pid is not None:
            return
        self._folder = FOLDER if self.is_container else tempfile.mkdtemp(prefix="codealong-oracle-")
        # The folder first: the kernel shows a program the name of the socket as it is written here.
        arguments = ["redis-server", "--dir", self._folder, "--unixsocket", _SOCKET]
        for name, value in _SETTINGS.items():
            arguments += [f"--{name}", value]
        # The judge's own streams have its frames.
        null = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]
        try:
            program = redis_programs.program("redis-server")
            self.pid = os.posix_spawn(program, arguments, {}, file_actions=null)
        except OSError as error:
            sys.exit(f"redis-server can't be started: {error}")

    def stop(self):
        """Ends it, with all that it holds."""
        for connection in self._connections:
            connection.close()
        self._connections = []
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = None
            self._remove_socket()

    def _has_ended(self):
        if os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            return False
        self.pid = None
        return True

    def empty(self):
        """Removes all keys."""
        self._ask_all([[b"FLUSHALL"]])

    def rehearse(self, script, prefix):
        """What Redis answers to a script on keys that are new: its turns.

        What a client sends while it has to wait is left out, and so is what Redis would refuse for two
        reasons at once, since it is nobody's business which one is looked for first.
        """
        if any(command.may_wait for command in script):
            return self._converse(script, prefix)
        asked, questions = [], []
        for command in script:
            words = command.words_with(prefix)
            if command.needs_type:
                asked.append([b"TYPE", words[1]])
            asked.append(words)
            questions.append(words)
        replies = iter(self._ask_all(asked))
        turns = []
        for command, words in zip(script, questions):
            is_alone = not command.needs_type or next(replies) in command.right_types
            reply = next(replies)
            if is_alone:
                turns.append(Turn(command, words, ((command.client, reply),)))
        return turns

    def _converse(self, script, prefix):
        """The same of a script of clients that may have to wait for each other."""
        waiting, turns = set(), []
        for command in script:
            words = command.words_with(prefix)
            if command.client in waiting or not self._is_judged(command, words):
                continue
            self._connection(command.client).send(words)
            replies = self._replies_until_now()
            waiting.add(command.client)
            waiting.difference_update(client for client, _ in replies)
            turns.append(Turn(command, words, tuple(replies)))
        for client in waiting:
            self._ask_all([[b"CLIENT", b"UNBLOCK", self._ids[client - 1]]])
        self._replies_until_now()
        return turns

    def _is_judged(self, command, words):
        return not command.needs_type or self._ask_all([[b"TYPE", words[1]]])[0] in command.right_types

    def _replies_until_now(self):
        """The replies that have come to clients by the time that all requests are dealt with.

        Redis deals with requests in the order in which they came, and sends all replies before it looks
        for more: after the second question those to the requests before the first one are there.
        """
        for _ in range(2):
            self._ask_all([[b"PING"]])
        clients = range(1, CLIENTS_MAX + 1)
        return [(client, reply) for client in clients for reply in self._connection(client).replies_that_came()]

    def _ask_all(self, commands):
        """The replies to commands that are sent at once, as bytes."""
        self._make_ready()
        self._is_interrupted = True
        asking = self._connections[0]
        asking.send(*commands)
        replies = [asking.reply(self._event_loop) for _ in commands]
        self._is_interrupted = False
        return replies

    def _connection(self, client):
        self._make_ready()
        return self._connections[client]

    def _make_ready(self):
        if self._is_interrupted:
            # The run's time was up in the middle of an answer.
            self.stop()
            self._is_interrupted = False
        if self._connections:
            return
        self._is_interrupted = True
        self.start()
        until = monotonic() + _START_SECONDS
        while True:
            first = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                first.connect(self._path)
                break
            except OSError as error:
                first.close()
                if monotonic() > until or self._has_ended():
                    sys.exit(f"the redis-server of the judge does not listen: {error}")
            self._event_loop.sleep(_RETRY_SECONDS)
        self._connections.append(RedisConnection(first))
        for _ in range(CLIENTS_MAX):
            other = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            other.connect(self._path)
            self._connections.append(RedisConnection(other))
        self._ids = []
        for connection in self._connections[1:]:
            connection.send([b"CLIENT", b"ID"])
            self._ids.append(connection.reply(self._event_loop)[1:-2])
        self._remove_socket()
        self._is_interrupted = False

    @property
    def _path(self):
        return os.path.join(self._folder, _SOCKET)

    def _remove_socket(self):
        """Nobody else can connect from now on."""
        try:
            os.unlink(self._path)
        except FileNotFoundError:
            pass
        if not self.is_container:
            shutil.rmtree(self._folder, ignore_errors=True)

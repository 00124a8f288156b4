"""A real redis-server that is given what the learner's program has stored, and is asked about it.

It speaks by a unix socket in the judge's own files, which no other container can reach. Only where a test says
that it `listens` has it a port, which takes replicas and nothing else without the judge's password.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from time import monotonic

from codealong_protocol import kernel

from . import comparison, outcome, redis_programs, resp
from .client import plain
from .expectation import Expectation, as_bytes, as_milliseconds
from .learner_folder import STORED_NAME_RULE, is_stored_name
from .oracle import FOLDER
from .outcome import Failed, Interference, Misuse
from .real_client import restrict
from .redis_connection import RedisConnection

_SOCKET = "socket"
_FOLDER_PREFIX = "real-"

#: What its files may have together: two of a program's. The folder has room for them twice more, as it rewrites
#: them.
_FILES_BYTES_MAX = 4 * 1024 * 1024

#: As a rule it saves files, holds replicas up for seconds, and compresses. A test may set what it needs.
_SETTINGS = {
    "port": "0",
    "bind": "127.0.0.1",
    "save": "",
    "appendonly": "no",
    "aof-load-truncated": "no",
    "hz": "100",
    "dynamic-hz": "no",
    "maxclients": "32",
    "maxmemory": "32mb",
    "jemalloc-bg-thread": "no",
    "loglevel": "warning",
    "rdbcompression": "no",
    "repl-diskless-sync-delay": "0",
    "repl-diskless-load": "swapdb",
    "unixsocketperm": "700",
}

#: What anybody may do who connects to its port: copy it.
_REPLICA = "default on nopass resetchannels -@all +psync +replconf +ping"

#: What a test can't set: how it is reached, and where its files are.
_OWN_SETTINGS = (
    "aclfile bind daemonize dir include loadmodule logfile port protected-mode rename-command requirepass tls-port"
    " unixsocket unixsocketperm user"
).split()

#: What a test can't ask: the answer is none, or more than one, or those that follow are others.
_NOT_ASKED = (
    "AUTH BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN HELLO MONITOR PSUBSCRIBE PSYNC QUIT RESET"
    " SHUTDOWN SSUBSCRIBE SUBSCRIBE SYNC"
).split()

#: What a stored log, or whoever it copies, could have it do besides: to open a port, to copy somebody, to sleep. These
#: have other names, which the judge alone knows.
_ADMINISTRATION = (
    "ACL BGREWRITEAOF BGSAVE CLIENT CONFIG DEBUG FAILOVER MIGRATE MODULE REPLICAOF SAVE SHUTDOWN SLAVEOF"
).split()

#: With these it copies a program, which can send it what it likes.
_COPYING = ("REPLICAOF", "SLAVEOF")

#: A file that is compressed can ask for far more memory than it has bytes.
_MEMORY_BYTES = 64 << 20

#: Long on purpose: a busy machine must not look like a file that can't be read.
_START_SECONDS = 5.0
_RETRY_SECONDS = 0.001
_END_SECONDS = 1.0
_UNTIL_STEP_SECONDS = 0.002

_LOG_BYTES_MAX = 1 << 14

#: A line of its log, once it has its settings and serves or copies: the process, the date and the level come
#: before what it says. Of the machine it warns at each start, and how a file is mended is not asked here.
_LOG_LINE = re.compile(r"\d+:[MS] \d+ \w+ \d+ [\d:.]+ [.*#-] (.*?)(: make a backup.*|\. You can: .*)?$")

#: How it begins to tell that it has crashed.
_CRASHED = "crashed by signal"

_IDLE_TALK = ("WARNING", "Server initialized", "RDB file was saved with checksum disabled")

#: How it says, in its last line, what is wrong with its settings; the line before quotes the one.
_SETTINGS_FAULT = "*** FATAL CONFIG FILE ERROR"


class RealRedisLost(RuntimeError):
    """A redis-server that does not serve, though nothing of the program's could reach it: our own failure."""


class RealRedis:
    """`with server.real_redis(files={…}) as redis:` ends it in the end."""

    def __init__(self, attempt, files, listens, settings):
        self._attempt = attempt
        self._files = _checked(files)
        self._settings = _SETTINGS | _checked_settings(settings)
        self._secret = secrets.token_hex(16)
        self._listens = listens
        # Whether the program may have had it do something: by its files, by its port, by what it copies.
        self._is_reached = listens or bool(self._files)
        self._has_loaded = False
        self._last_asked = None
        self._port = None
        self._process = None
        self._folder = None
        self._log = bytearray()
        self._log_stream = None
        self._connection = None

    def __enter__(self):
        try:
            self._start()
            self._connect()
            self._until_loaded()
        except BaseException:
            self._stop()
            raise
        self._attempt.trace.add(0, "redis-started", files=sorted(self._files))
        return self

    def __exit__(self, *_):
        self._stop()

    @property
    def port(self):
        """The port that a replica connects to, where the test said that it `listens`; else None."""
        self._require_running()
        return self._port

    def ask(self, *words):
        """Its reply to a command, as `client.expect` returns one: bytes, a whole number, None or a tuple."""
        words, data = self._ask(words)
        self._note(words, data)
        return plain(resp.read(data))

    def expect(self, *words):
        """Its reply to a command must be this: `redis.expect("GET", "k", bulk("v"))`."""
        self._expect(*self._words_and_expectation(words), 0)

    def until(self, *words, within_ms=2000):
        """As `expect`, for what takes its time, as a replica's copying does: it is asked until it is so."""
        self._expect(*self._words_and_expectation(words), as_milliseconds(within_ms))

    def read(self, name):
        """A file that it has written, as bytes."""
        if not is_stored_name(name):
            raise Misuse(f"no file of a real Redis's is called {name!r}: {STORED_NAME_RULE}")
        self._require_running()
        try:
            with open(os.path.join(self._folder, name), "rb") as file:
                return file.read()
        except OSError as error:
            names = sorted(name for name in os.listdir(self._folder) if name != _SOCKET)
            raise Misuse(f"the real Redis's {name} can't be read: {error.strerror}; it has {names}") from None

    def _expect(self, words, expectation, within_ms):
        until = monotonic() + within_ms / 1000
        while True:
            asked, data = self._ask(words)
            reply = resp.read(data)
            if expectation.accepts(reply, data, 0):
                self._note(asked, data)
                return
            if monotonic() >= until:
                break
            self._attempt.event_loop.sleep(_UNTIL_STEP_SECONDS)
        self._note(asked, data)
        compared = comparison.of_reply(expectation, data, resp.request(resp.encode_command(asked)), None, True)
        received = {"reply": resp.value(reply)}
        self._fail({"what": "answered", "reply": compared, "expected": expectation.fact, "received": received})

    @staticmethod
    def _words_and_expectation(words):
        *words, expectation = words or (None,)
        if not isinstance(expectation, Expectation) or expectation.type is None:
            raise Misuse('write redis.expect("GET", "k", bulk("v"))')
        return words, expectation

    def _ask(self, words):
        self._require_running()
        words = [as_bytes(word) for word in words]
        if not words or not words[0].isalpha():
            raise Misuse(f'write the words of a command apart, as in redis.ask("GET", "k"), not {words}')
        name, *arguments = words
        name = name.upper().decode("latin-1")
        if name in _NOT_ASKED and self._has_loaded:
            raise Misuse(f"a real Redis can't be asked {name}: it has no answer of its own at once")
        self._is_reached = self._is_reached or name in _COPYING
        sent = [f"{name}-{self._secret}".encode(), *arguments] if name in _ADMINISTRATION else words
        self._last_asked = name
        self._connection.send(sent)
        return words, self._connection.reply(self._attempt.event_loop)

    def _require_running(self):
        if self._connection is None:
            raise Misuse("a real Redis runs only inside of `with server.real_redis(…) as redis:`")

    def _start(self):
        self._folder = self._make_folder()
        self._write_files()
        if self._listens:
            self._port = _free_port(self._attempt)
            self._attempt.own_ports.add(self._port)
            self._settings["port"] = str(self._port)
        # By standard input, so that no command line and no file has the secret.
        lines = [f"{name} {value or chr(34) * 2}" for name, value in self._settings.items()]
        lines += [f"dir {self._folder}", f"unixsocket {os.path.join(self._folder, _SOCKET)}"]
        lines += [f"rename-command {name} {name}-{self._secret}" for name in _ADMINISTRATION]
        if self._listens:
            lines += [f"user {_REPLICA}", f"user judge on >{self._secret} ~* &* +@all"]
        # A process that saves or sends what is stored outlives the one that forked it.
        kernel.become_subreaper()
        try:
            self._process = subprocess.Popen(
                [redis_programs.program("redis-server"), "-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={},
                cwd=self._folder,
                preexec_fn=lambda: restrict(_MEMORY_BYTES),
                process_group=0,
            )
        except OSError as error:
            raise RealRedisLost(f"redis-server can't be started: {error}") from None
        # It would stop where nobody took its log.
        self._log_stream = self._process.stdout.fileno()
        self._attempt.event_loop.add_stream(self._log_stream, self._take_log)
        with self._process.stdin as stdin:
            stdin.write("\n".join(lines).encode())

    def _write_files(self):
        for name, data in self._files.items():
            path = os.path.join(self._folder, name)
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(data)
            except (FileExistsError, IsADirectoryError, NotADirectoryError):
                raise Misuse(f"{name} can't be a file and a folder") from None

    def _take_log(self, data, _now):
        self._log += data
        # The beginning says why.
        del self._log[_LOG_BYTES_MAX:]

    def _make_folder(self):
        if not self._attempt.oracle.is_container:
            return tempfile.mkdtemp(prefix=_FOLDER_PREFIX)
        own = f"{_FOLDER_PREFIX}{os.getpid()}-"
        for name in os.listdir(FOLDER):
            # A run that was killed leaves some.
            if name.startswith(_FOLDER_PREFIX) and not name.startswith(own):
                shutil.rmtree(os.path.join(FOLDER, name), ignore_errors=True)
        return tempfile.mkdtemp(prefix=own, dir=FOLDER)

    def _connect(self):
        until = monotonic() + _START_SECONDS
        while True:
            connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connecting.connect(os.path.join(self._folder, _SOCKET))
                self._connection = RedisConnection(connecting, self._lost)
                return
            except OSError:
                connecting.close()
            if self._process.poll() is not None or monotonic() > until:
                self._lost("it does not listen")
            self._attempt.event_loop.sleep(_RETRY_SECONDS)

    def _until_loaded(self):
        """It listens before it has read its files."""
        until = monotonic() + _START_SECONDS
        if self._listens:
            self._ask([b"AUTH", b"judge", self._secret.encode()])
        while True:
            _, data = self._ask([b"PING"])
            if data == b"+PONG\r\n":
                self._has_loaded = True
                # What it says from now on is about something else.
                self._attempt.event_loop.drain()
                self._log.clear()
                return
            if monotonic() > until:
                self._lost("it goes on loading")
            self._attempt.event_loop.sleep(_RETRY_SECONDS)

    def _lost(self, problem):
        """Ends the test: a redis-server does not get over what the program has given it."""
        try:
            # Its last words come with its end.
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self._attempt.event_loop.drain()
        log = self._log.decode("utf-8", "replace")
        found = [line[1] for line in map(_LOG_LINE.match, log.splitlines()) if line is not None]
        # Of what it reads later, a log can have it print anything.
        if _SETTINGS_FAULT in log and not found:
            raise Misuse(f"a real Redis does not take its settings: {' '.join(log.splitlines()[-2:])}")
        said = [line[:300] for line in found if not line.startswith(_IDLE_TALK)]
        if self._listens and not self._has_loaded and any("listening socket" in line for line in said):
            raise Interference("no-port")
        if self._has_loaded and not self._is_reached:
            raise Misuse(f"a real Redis has no answer to {self._last_asked}: {said}")
        if not self._is_reached:
            raise RealRedisLost(f"the redis-server of a test: {problem}: {said}")
        if self._has_loaded or not self._files:
            self._fail({"what": "lost", "said": said[0] if said else None})
        has_crashed = any(_CRASHED in line for line in said[:1])
        self._fail({"what": "not-read", "said": said[0] if said and not has_crashed else None, "has_crashed": has_crashed})

    def _fail(self, fault):
        raise Failed(outcome.disagrees(sorted(self._files), fault))

    def _note(self, words, data):
        request = resp.request(resp.encode_command(words))
        self._attempt.trace.add(0, "redis-asked", request=request, reply=resp.value(resp.read(data)))

    def _stop(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            # With all that it has forked.
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # All have ended.
            self._process.wait()
            _reap_group(self._process.pid)
            if self._log_stream is not None:
                self._attempt.event_loop.remove_stream(self._log_stream)
            self._process.stdout.close()
            self._process = None
        self._attempt.own_ports.discard(self._port)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _reap_group(group):
    """Waits for the end of all processes of a group that were killed; they are this one's by now."""
    while True:
        try:
            os.waitpid(-group, 0)
        except ChildProcessError:
            return


def _checked_settings(settings):
    """Settings of a test by their names in redis.conf."""
    checked = {}
    for name, value in settings.items():
        name = name.replace("_", "-")
        if name in _OWN_SETTINGS:
            raise Misuse(f"a test can't set {name} of a real Redis; with `listens=True` it has a port")
        if not isinstance(value, str) or not value.isprintable():
            raise Misuse(f'a setting of a real Redis is text, as in {name}="yes", not {value!r}')
        checked[name] = value
    return checked


def _checked(files):
    if not isinstance(files, dict):
        raise Misuse(f"files are bytes by their names, not {files!r}")
    files = {name: as_bytes(data) for name, data in files.items()}
    for name in files:
        if not is_stored_name(name):
            raise Misuse(f"no file of a real Redis's can be called {name!r}: {STORED_NAME_RULE}")
    if sum(map(len, files.values())) > _FILES_BYTES_MAX:
        # A test passes on what the program has stored.
        raise Failed(outcome.disagrees(sorted(files), {"what": "too-large", "limit_kib": _FILES_BYTES_MAX // 1024}))
    return files


def _free_port(attempt):
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port != attempt.port:
            return port

"""A real redis-server that is given what the learner's program has stored, and is asked about it.

It speaks by a unix socket in the judge's own files, which no other container can reach. Only where a test says
that it `listens` has it a port, which takes replicas and nothing else without the judge's password.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from time import monotonic

from . import comparison, outcome, redis_programs, resp
from .client import plain
from .expectation import Expectation, as_bytes, as_milliseconds
from .learner_folder import is_stored_name
from .oracle import FOLDER
from .outcome import Failed, Interference, Misuse
from .processor_time import running_us
from .real_client import restrict
from .redis_connection import RedisConnection

_SOCKET = "socket"
_FOLDER_PREFIX = "real-"

#: What its files may have together; the folder has room for them once more, as it rewrites them.
_FILES_BYTES_MAX = 4 * 1024 * 1024

#: As a rule it saves files, holds replicas up for seconds, and compresses. A test may set what it needs.
_SETTINGS = {
    "port": "0",
    "bind": "127.0.0.1",
    "save": "",
    "appendonly": "no",
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

#: A file that is compressed can ask for far more memory than it has bytes.
_MEMORY_BYTES = 64 << 20

#: Long on purpose: a busy machine must not look like a file that can't be read.
_START_SECONDS = 5.0
_RETRY_SECONDS = 0.001
_END_SECONDS = 1.0

#: One that has worked for so long, and does not answer, is at work on its files.
_WORK_US = 2_000_000
_UNTIL_STEP_SECONDS = 0.002

_LOG_BYTES_MAX = 1 << 14

#: A line of its log, once it has its settings and serves or copies: the process, the date and the level come
#: before what it says. Of the machine it warns at each start, and how a file is mended is not asked here.
_LOG_LINE = re.compile(r"\d+:[MS] \d+ \w+ \d+ [\d:.]+ [.*#-] (?!WARNING|Server initialized)(.*?)(: make a backup.*)?$")

#: How it says, in its last line, what is wrong with its settings; the line before quotes the one.
_SETTINGS_FAULT = "*** FATAL CONFIG FILE ERROR"


class RealRedisLost(RuntimeError):
    """A redis-server that could not be started, though no file was given to it: our own failure."""


class RealRedis:
    """`with server.real_redis(files={…}) as redis:` ends it in the end."""

    def __init__(self, attempt, files, listens, settings):
        self._attempt = attempt
        self._files = _checked(files)
        self._settings = _SETTINGS | {
            name.replace("_", "-"): as_bytes(value).decode() for name, value in settings.items()
        }
        self._password = secrets.token_hex(16) if listens else None
        #: The port that a replica connects to, where the test said that it `listens`.
        self.port = None
        self._process = None
        self._folder = None
        self._log = bytearray()
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
            raise Misuse(f"no file of a real Redis's is called {name!r}")
        try:
            with open(os.path.join(self._folder, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise Misuse(f"the real Redis has no file {name}") from None

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
        words = [as_bytes(word) for word in words]
        if not words:
            raise Misuse("a command has at least one word")
        self._connection.send(words)
        return words, self._connection.reply(self._attempt.event_loop)

    def _start(self):
        self._folder = self._make_folder()
        for name, data in self._files.items():
            path = os.path.join(self._folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        if self._password is not None:
            self.port = _free_port(self._attempt)
            self._settings["port"] = str(self.port)
        # By standard input, so that no command line and no file has the password.
        lines = [f"{name} {value or chr(34) * 2}" for name, value in self._settings.items()]
        lines += [f"dir {self._folder}", f"unixsocket {os.path.join(self._folder, _SOCKET)}"]
        if self._password is not None:
            lines += [f"user {_REPLICA}", f"user judge on >{self._password} ~* &* +@all"]
        try:
            self._process = subprocess.Popen(
                [redis_programs.program("redis-server"), "-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={},
                cwd=self._folder,
                preexec_fn=lambda: restrict(_MEMORY_BYTES),
            )
        except OSError as error:
            raise RealRedisLost(f"redis-server can't be started: {error}") from None
        with self._process.stdin as stdin:
            stdin.write("\n".join(lines).encode())
        os.set_blocking(self._process.stdout.fileno(), False)

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
        if self._password is not None:
            self._ask(["AUTH", "judge", self._password])
        while True:
            _, data = self._ask(["PING"])
            if data == b"+PONG\r\n":
                return
            if monotonic() > until:
                self._lost("it goes on loading")
            self._attempt.event_loop.sleep(_RETRY_SECONDS)

    def _lost(self, problem):
        """Ends the test: it is the files that a redis-server does not get over."""
        is_busy = running_us(self._process.pid) > _WORK_US
        try:
            # Its last words come with its end.
            self._process.wait(0 if is_busy else _END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self._read_log()
        said, has_ended = self._said(), self._process.returncode is not None
        log = self._log.decode("utf-8", "replace")
        if _SETTINGS_FAULT in log:
            raise Misuse(f"a real Redis does not take its settings: {' '.join(log.splitlines()[-2:])}")
        if has_ended and self._password is not None and said is not None and "listening socket" in said:
            raise Interference("no-port")
        if not self._files or not (has_ended or is_busy):
            raise RealRedisLost(f"the redis-server of a test: {problem}: {said}")
        self._fail({"what": "not-read", "said": said})

    def _read_log(self):
        try:
            while data := os.read(self._process.stdout.fileno(), _LOG_BYTES_MAX):
                self._log += data[: _LOG_BYTES_MAX - len(self._log)]
        except BlockingIOError:
            pass

    def _said(self):
        """The line of its log that says what is wrong, or None."""
        lines = self._log.decode("utf-8", "replace").splitlines()
        found = (line[1] for line in map(_LOG_LINE.match, lines) if line is not None)
        return next((line[:300] for line in found), None)

    def _fail(self, fault):
        raise Failed(outcome.disagrees(sorted(self._files), fault))

    def _note(self, words, data):
        request = resp.request(resp.encode_command(words))
        self._attempt.trace.add(0, "redis-asked", request=request, reply=resp.value(resp.read(data)))

    def _stop(self):
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _checked(files):
    if not isinstance(files, dict):
        raise Misuse(f"files are bytes by their names, not {files!r}")
    files = {name: as_bytes(data) for name, data in files.items()}
    for name in files:
        if not is_stored_name(name):
            raise Misuse(f"no file of a real Redis's can be called {name!r}")
    if sum(map(len, files.values())) > _FILES_BYTES_MAX:
        raise Misuse(f"a real Redis's files have at most {_FILES_BYTES_MAX} bytes")
    return files


def _free_port(attempt):
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port != attempt.port:
            return port

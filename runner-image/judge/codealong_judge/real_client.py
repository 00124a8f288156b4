"""A real client of Redis, run by a test: what it prints is compared."""

import ctypes
import os
import resource
import shlex
import signal
import subprocess
import sys
import textwrap
from time import monotonic

from . import comparison, explanation, outcome, redis_programs
from .expectation import as_bytes, as_milliseconds
from .outcome import Failed, Interference, Misuse
from .relay import Relay

#: What is kept of what it prints.
_OUTPUT_BYTES_MAX = 1 << 16
#: A pipe takes so much at once, so that nobody has to wait to write it.
_STDIN_BYTES_MAX = 1 << 15

#: For a real client to come to its first connection. It is the judge's own processor that it takes.
_START_SECONDS = 8.0
#: Where the program owes it nothing, it goes on or ends within this, unless the machine gives it no turn.
_THINKING_SECONDS = 2.0
_LOOK_SECONDS = 0.2
#: From the end of its output to its own.
_END_SECONDS = 1.0
_END_STEP_SECONDS = 0.001

#: A program can announce a reply of any length, and a client makes room for it: not in the judge's memory.
_MEMORY_BYTES = 64 << 20

_PR_SET_PDEATHSIG = 1
_PRCTL = ctypes.CDLL(None).prctl

_SCRIPT_RUNNER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "redis_py_script.py")


class RealClientLost(RuntimeError):
    """A real client that did not start, or ended by a signal though all replies were well-formed: our own
    failure."""


def redis_cli(attempt, words, stdin, within_ms):
    """Runs redis-cli with these words and this standard input, and returns its `Output`."""
    words = [as_bytes(word) for word in words]
    shown = " ".join(["redis-cli", *(shlex.quote(word.decode("utf-8", "replace")) for word in words)])
    stdin = as_bytes(stdin)
    if stdin:
        shown = f"{shown}\n{stdin.decode('utf-8', 'replace')}"

    def command(port):
        return [redis_programs.program("redis-cli"), "-p", str(port), *words]

    return _RealClient(attempt, "redis-cli", shown, command, stdin, within_ms).run()


def redis_py(attempt, script, version, within_ms):
    """Runs a script with this major version of the package `redis`, and returns its `Output`."""
    if version not in redis_programs.REDIS_PY_VERSIONS:
        raise Misuse(f"the versions of redis-py are {redis_programs.REDIS_PY_VERSIONS}, not {version!r}")
    script = textwrap.dedent(as_bytes(script).decode("utf-8")).strip("\n")
    folder = redis_programs.package_folder(version)

    def command(port):
        return [sys.executable, "-I", "-S", "-B", "-X", "utf8", _SCRIPT_RUNNER, folder, str(port)]

    tool = f"redis-py {redis_programs.package_version(folder)}"
    return _RealClient(attempt, tool, script, command, script.encode(), within_ms).run()


class Output:
    """What a real client has printed, both streams as a terminal shows them, and its exit code."""

    def __init__(self, client, data, dropped_bytes, code):
        self._client = client
        self._dropped_bytes = dropped_bytes
        #: What it printed.
        self.data = data
        #: Its exit code; None where it was stopped, because nothing happened any more.
        self.code = code

    def expect(self, expected):
        """It must have printed just this (text as UTF-8) and ended well."""
        expected = as_bytes(expected)
        if self.data != expected or self.code != 0:
            self._client.fail(comparison.of_output(expected, self.data, self._dropped_bytes), self.code)


class _RealClient:
    """One run of a real client, and the relay that it speaks to the program by."""

    def __init__(self, attempt, tool, shown, command, stdin, within_ms):
        if len(stdin) > _STDIN_BYTES_MAX:
            raise Misuse(f"a real client's input has {_STDIN_BYTES_MAX} bytes at most")
        self._attempt = attempt
        self._tool, self._shown = tool, shown
        self._command, self._stdin = command, stdin
        silence_ms = attempt.timeouts.silence_ms if within_ms is None else as_milliseconds(within_ms)
        self._seconds = silence_ms / 1000
        self._relay = None
        self._output = bytearray()
        self._dropped_bytes = 0

    def run(self):
        """Runs it to its end, or until nothing happens any more."""
        attempt = self._attempt
        attempt.may_end = False
        # A lane of the trace is named after the program alone.
        self._relay = Relay(attempt, self._tool.partition(" ")[0])
        process = None
        try:
            process = self._start()
            has_ended = self._follow(process)
            # What it sent last, however soon it was gone.
            self._relay.pass_on()
            code = self._code(process) if has_ended else None
            if code is None:
                self._fail_if_unanswered()
        finally:
            if process is not None:
                process.kill()
                process.wait()
                process.stdout.close()
            self._relay.close()
        if code is not None and code < 0 and self._relay.is_well_formed():
            raise RealClientLost(f"{self._tool} was ended by signal {-code}: {bytes(self._output)!r}")
        if code is not None and not self._relay.clients:
            raise Misuse(f"{self._tool} never connected: {bytes(self._output)!r}")
        return Output(self, bytes(self._output), self._dropped_bytes, code)

    def fail(self, compared, code):
        """The test ends here: with the cause where the program hung up for one, else with the output."""
        symptom = outcome.wrong_output(self._tool, self._shown, compared, code)
        last = self._relay.clients[-1] if self._relay.clients else None
        if last is not None and last.has_program_hung_up:
            raise explanation.failure(self._attempt, symptom, last.request, last.replies, last.port, None)
        raise Failed(symptom)

    def _start(self):
        process = subprocess.Popen(
            self._command(self._relay.port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONWARNINGS": "ignore"},
            preexec_fn=lambda: restrict(_MEMORY_BYTES),
        )
        with process.stdin as stdin:
            stdin.write(self._stdin)
        os.set_blocking(process.stdout.fileno(), False)
        return process

    def _follow(self, process):
        """Passes on bytes and reads what is printed; says whether that has come to its end."""
        attempt, relay, stdout = self._attempt, self._relay, process.stdout.fileno()
        give_up = monotonic() + _START_SECONDS
        deadline, passed_at = None, monotonic()
        while True:
            has_passed = relay.pass_on()
            is_open = self._read(stdout)
            if not is_open:
                return True
            if relay.has_come_too_often:
                return False
            if relay.clients and (deadline is None or has_passed):
                deadline = attempt.deadline(self._seconds)
            if has_passed:
                passed_at = monotonic()
            if deadline is None and monotonic() > give_up:
                self._not_connected()
            if deadline is not None and deadline.has_passed():
                left = passed_at + _THINKING_SECONDS - monotonic()
                if self._waiting() or (left <= 0 and _is_asleep(process.pid)):
                    return False
                # The program owes nothing: it is the real client that takes its time.
                deadline.extend(max(left, _LOOK_SECONDS))
            until = give_up if deadline is None else deadline.until
            attempt.event_loop.wait(until, [stdout, *relay.readers()], relay.writers())

    def _read(self, stdout):
        """Reads what it has printed; False at the end."""
        while True:
            try:
                data = os.read(stdout, _OUTPUT_BYTES_MAX)
            except BlockingIOError:
                return True
            if not data:
                return False
            room = _OUTPUT_BYTES_MAX - len(self._output)
            self._output += data[:room]
            self._dropped_bytes += max(len(data) - room, 0)

    def _code(self, process):
        """Its exit code, soon after it has closed its output; None where it stays."""
        end = monotonic() + _END_SECONDS
        while process.poll() is None and monotonic() < end:
            self._attempt.event_loop.sleep(_END_STEP_SECONDS)
        return process.poll()

    def _not_connected(self):
        if self._relay.strangers:
            raise Interference("kept-connecting")
        raise RealClientLost(f"{self._tool} did not connect within {_START_SECONDS:.0f} s")

    def _waiting(self):
        """Its connections on which the program owes it a reply."""
        return [client for client in self._relay.clients if client.is_waiting and not client.has_program_hung_up]

    def _fail_if_unanswered(self):
        """It waits: fails the test as silent where it is the program that it waits for."""
        waiting = self._waiting()
        if waiting:
            waiting[-1].fail_as_silent(self._seconds * 1000)


def _is_asleep(pid):
    """Whether a process waits for something, rather than for its turn."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] in "SZ"


def restrict(memory_bytes):
    """In a new process: it ends with the judge, and takes no more memory than it needs."""
    _PRCTL(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))

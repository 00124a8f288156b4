"""A test starts the program, has it end, and starts it again."""

from time import monotonic

from . import explanation
from .course import as_arguments
from .expectation import Expectation, as_bytes, as_milliseconds, simple
from .job import is_file_name
from .outcome import Misuse

#: What a test's files may have together: they cross the wire as one message.
_FILES_BYTES_MAX = 2 * 1024 * 1024

#: How long a program may load what it has stored, and what lies between two questions whether it has.
_LOADING_MS, _LOADING_STEP_SECONDS = 2000, 0.01

#: How often the judge looks whether the program has ended.
_ENDING_STEP_SECONDS = 0.002


class _PongOrLoading(Expectation):
    """`+PONG`, or an error that says to come again."""

    type = "simple-string"
    expected = simple("PONG").expected
    fact = simple("PONG").fact

    def is_of_other_type(self, reply):
        return reply.type != self.type and not self._is_loading(reply)

    def accepts(self, reply, data, start):
        return super().accepts(reply, data, start) or self._is_loading(reply)

    @staticmethod
    def _is_loading(reply):
        return reply.type == "error" and reply.value.split(b" ")[0] == b"LOADING"


def require_program(attempt):
    """Raises Misuse where the test has no program at this time."""
    if attempt.program is None:
        raise Misuse("no program runs: call `server.start()` first")


def start(attempt, arguments, files):
    """Starts the program; with `files`, bytes by name, where it is the first start of a test without one."""
    if attempt.program is not None:
        raise Misuse("the program runs already: `server.restart()` starts it again")
    if arguments is not None:
        arguments = as_arguments(arguments)
    if attempt.awaits_start:
        attempt.awaits_start = False
        attempt.launcher.start({**attempt.files, **_checked({} if files is None else files, attempt)}, arguments or ())
    elif files is not None:
        raise Misuse("files can be given at the first start of a test with `start=False` only")
    else:
        attempt.launcher.start(arguments=arguments)
    _note(attempt, "started")


def restart(attempt, arguments):
    """Kills the program and starts it again."""
    attempt.require_alone()
    require_program(attempt)
    attempt.collect_sends()
    attempt.launcher.start(arguments=None if arguments is None else as_arguments(arguments))
    _note(attempt, "restarted")


def stop(attempt):
    """Kills the program, which must have been there until now."""
    attempt.require_alone()
    require_program(attempt)
    explanation.require_standing(attempt)
    _kill(attempt)
    attempt.trace.add(0, "stopped")


def terminate(attempt, within_ms):
    """Asks the program to end, which it must do by itself."""
    attempt.require_alone()
    require_program(attempt)
    explanation.require_standing(attempt)
    limit_ms = as_milliseconds(within_ms)
    failed = explanation.came_to_its_end(attempt)
    if failed is not None:
        raise failed
    attempt.trace.add(0, "terminated")
    attempt.records.let_end()
    attempt.launcher.terminate()
    began, deadline = monotonic(), attempt.deadline(limit_ms / 1000)
    while not attempt.launcher.has_first_process_ended() and not deadline.has_passed():
        attempt.event_loop.sleep(_ENDING_STEP_SECONDS)
    failed = explanation.not_ended(attempt, (monotonic() - began) * 1000)
    if failed is not None:
        raise failed
    _kill(attempt)


def ready(attempt, connect):
    """A client of a program that serves; `connect` makes one."""
    until = monotonic() + _LOADING_MS / 1000
    client = connect()
    while True:
        client.send("PING")
        has_time = monotonic() < until
        if client.expect(_PongOrLoading() if has_time else simple("PONG"), within_ms=_LOADING_MS) == b"PONG":
            return client
        attempt.event_loop.sleep(_LOADING_STEP_SECONDS)


def _kill(attempt):
    # What it sent is known by its records, which the next start drops.
    attempt.collect_sends()
    attempt.launcher.kill()


def _note(attempt, action):
    attempt.trace.add(0, action, arguments=list(attempt.launcher.arguments))


def _checked(files, attempt):
    """A test's files, by their names."""
    if not isinstance(files, dict):
        raise Misuse(f"files are bytes by their names, not {files!r}")
    files = {name: as_bytes(data) for name, data in files.items()}
    for name in files:
        if not is_file_name(name) or name in attempt.files:
            raise Misuse(
                f"no file of a test can be called {name!r}: a name is of letters, digits, `_` and `-`, with one ending at"
                " most, and none of the learner's own"
            )
    if sum(map(len, files.values())) > _FILES_BYTES_MAX:
        raise Misuse(f"a test's files have at most {_FILES_BYTES_MAX} bytes")
    return files

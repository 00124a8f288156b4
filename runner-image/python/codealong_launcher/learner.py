"""In the learner's process: runs `main.py` as `python3 main.py` would, and holds it at its end."""

import atexit
import builtins
import gc
import io
import os
import socket
import sys
import threading
import types

from codealong_protocol import kernel
from codealong_protocol.notes import NoteWriter

from . import imports
from .binds import BindNotes
from .environment import LAUNCHER
from .sends import SendNotes
from .uncaught import UncaughtExceptions
from .whereabouts import Whereabouts


_REHEARSAL = b"""
import socket

def main():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind(("localhost", 0))

main()
"""


class Learner:
    """The program, from its first line to its end."""

    def __init__(self, environment, memory):
        self._environment = environment
        self._writer = NoteWriter(memory)
        self._sends = SendNotes(self._writer, environment.main_file)
        self._uncaught = UncaughtExceptions(self._writer, environment.code, self._sends.last_port)
        self._binds = BindNotes(self._writer, environment.main_file)
        self._watches = [self._sends, self._uncaught, Whereabouts(self._writer, environment.main_file)]
        self._pid = 0
        self._frame = None

    def prepare(self):
        """All that can be done before there is a program."""
        for watch in self._watches:
            watch.install()
        self._binds.install()
        if not self._environment.container:
            _reuse_addresses()
        os.chdir(self._environment.code)
        sys.argv[:] = ["main.py"]
        sys.path[:] = [self._environment.code, *(path for path in sys.path if not _is_ours(path))]
        main = types.ModuleType("__main__")
        main.__file__ = self._environment.main_file
        main.__builtins__ = builtins
        main.__annotations__ = {}
        main.__cached__ = None
        # What belongs to the launcher stays alive without a name: its functions are in use here.
        self._kept = [sys.modules.pop(name) for name in list(sys.modules) if name.startswith("codealong")]
        self._kept.append(sys.modules["__main__"])
        sys.modules["__main__"] = main
        self._main = main

    def import_named(self, words):
        """Imports what the program names, before its first start, and watches it."""
        own = sys.path.pop(0)
        try:
            imports.import_named(words)
            for watch in self._watches:
                watch.watch_imported()
        except Exception:
            pass  # The program imports it itself; less is known of its lines.
        finally:
            sys.path.insert(0, own)
        gc.freeze()

    def rehearse(self):
        """Does, while there is time, what programs begin with.

        A new process pays for each page that it is the first to touch: a seventh of what a short
        run takes, if it is paid during the run.
        """
        try:
            exec(_compile(_REHEARSAL, self._environment.main_file), {})
        except Exception:
            pass  # The program meets it again, and it is shown to the learner.

    def run(self):
        """Runs the program; never returns."""
        code = 0
        try:
            self._pid = os.getpid()
            os.register_at_fork(after_in_child=self._forked)
            gc.enable()
            source = self._read()
            self._writer.started()
            self._execute(_compile(source, self._environment.main_file))
        except SystemExit as stop:
            code = _exit_code(stop.code)
        except BaseException as error:
            code = 1
            self._report(error)
        else:
            self._hold()
        _finish(code)

    def _read(self):
        with io.open_code(self._environment.main_file) as file:
            return file.read()

    def _execute(self, compiled):
        # The first call that the tracer sees is the module's own. Its frame remembers the line
        # that ran last, for "your program ended after line N"; nothing is traced after that.
        def remember(frame, _event, _argument):
            sys.settrace(None)
            self._frame = frame

        sys.settrace(remember)
        exec(compiled, self._main.__dict__)

    def _report(self, error):
        trace = self._uncaught.own(error.__traceback__)
        error.__traceback__ = trace
        self._uncaught.note(error, "main")
        try:
            sys.excepthook(type(error), error, trace)
        except BaseException as second:
            self._uncaught.print_exception(type(second), second, second.__traceback__)

    def _hold(self):
        """The main module ended: keeps the sockets until the judge is done with them.

        Threads that Python would wait for are waited for; those that it would stop are stopped,
        by never giving the interpreter's lock away again.
        """
        if os.getpid() != self._pid:
            return  # A forked child came to the end of the file: it really ends.
        threading._shutdown()
        processes = sys.modules.get("multiprocessing.util")
        if processes is not None:
            processes._exit_function()
        _flush()
        line = self._frame.f_lineno if self._frame is not None else 0
        self._writer.ended(line or 0, threading.active_count() - 1)
        while True:
            kernel.pause_holding_the_lock()

    def _forked(self):
        self._writer.forked(os.getpid())


def _is_ours(path):
    return path == LAUNCHER or os.path.isdir(os.path.join(path, "codealong_protocol"))


def _reuse_addresses():
    """Lets a program be started again at once on the port that it had, on a host.

    The kernel keeps a port with a closed connection for a minute there, and programs are started
    anew within milliseconds. In a lane's network namespace it keeps none.
    """
    plain = socket.socket.__init__

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        plain(self, family, type, proto, fileno)
        if fileno is None and self.type == socket.SOCK_STREAM and self.family != socket.AF_UNIX:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    __init__.__qualname__ = plain.__qualname__
    socket.socket.__init__ = __init__


def _compile(source, file):
    at = source.find(b"\0")
    if at >= 0:
        # Python 3.11 says so by a ValueError that knows no line.
        line = source.count(b"\n", 0, at) + 1
        text = source.splitlines()[line - 1].decode("utf-8", "replace")
        column = at - source.rfind(b"\n", 0, at)
        raise SyntaxError("source code cannot contain null bytes", (file, line, column, text))
    return compile(source, file, "exec", dont_inherit=True)


def _exit_code(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        sys.stderr.write(f"{code}\n")
    except Exception:
        pass
    return 1


def _finish(code):
    """Ends the process as Python does: threads, `atexit`, output."""
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
    except BaseException:
        pass
    _flush()
    os._exit(code)


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass

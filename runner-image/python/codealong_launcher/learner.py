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
from codealong_protocol.shared_memory import RecordWriter

from . import compiled_code, imports
from .bind_hooks import BindHooks
from .end_hooks import EndHooks
from .environment import LAUNCHER
from .exception_hooks import ExceptionHooks
from .line_tracer import LineTracer
from .output_hooks import OutputHooks
from .recorder import Recorder
from .send_hooks import SendHooks
from .stack_probe import StackProbe
from .warning_hooks import WarningHooks

#: What programs begin with.
_WARM_UP = b"""
import socket

def main():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind(("localhost", 0))

main()
"""

#: Weighs a process of the program a tenth as much as the launcher.
_NICENESS = 10


class Learner:
    """The program, from its first line to its end."""

    def __init__(self, environment, memory):
        self._environment = environment
        self._writer = RecordWriter(memory)
        self._bind_hooks = BindHooks(self._writer, environment.main_file)
        self._output_hooks = OutputHooks(self._writer)
        self._send_hooks = SendHooks(self._writer, environment.main_file, self._output_hooks.write)
        self._exception_hooks = ExceptionHooks(self._writer, environment.code, self._send_hooks.last_port)
        self._end_hooks = EndHooks(self._writer, environment.main_file)
        self._warning_hooks = WarningHooks(self._writer, environment.main_file)
        stack_probe = StackProbe(self._writer, environment.main_file)
        # Those that also patch modules which are imported later.
        self._patching = [self._send_hooks, self._exception_hooks, stack_probe]
        #: What the starts before this one have compiled.
        self.compiled_code = compiled_code.CompiledCode()
        self._loaded = None
        self._pid = 0
        self._frame = None

    def prepare(self):
        """Does all that can be done before there is a program."""
        for hooks in (
            *self._patching,
            self._bind_hooks,
            self._end_hooks,
            self._output_hooks,
            self._warning_hooks,
        ):
            hooks.install()
        if not self._environment.is_container:
            _reuse_addresses()
        os.chdir(self._environment.code)
        sys.argv[:] = ["main.py"]
        sys.path[:] = [self._environment.code, *(path for path in sys.path if not _is_launcher_path(path))]
        main = types.ModuleType("__main__")
        main.__file__ = self._environment.main_file
        main.__builtins__ = builtins
        main.__annotations__ = {}
        main.__cached__ = None
        # The program can't import the launcher's modules, but they stay alive: the hooks need them.
        self._kept = [sys.modules.pop(name) for name in list(sys.modules) if name.startswith("codealong")]
        self._kept.append(sys.modules["__main__"])
        sys.modules["__main__"] = main
        self._main = main

    def import_named(self, words):
        """Imports what the program names, before its first start, and patches it."""
        code = sys.path.pop(0)
        try:
            imports.import_named(words)
            for hooks in self._patching:
                hooks.patch_imported()
        except Exception:
            pass  # The program imports it itself, and less is known of its lines.
        finally:
            sys.path.insert(0, code)
        gc.freeze()

    def warm_up(self):
        """Does what programs begin with, before the run.

        A forked process pays for each page that it is the first to touch. During the run, that
        would be a seventh of what a short run takes.
        """
        try:
            exec(_compile(_WARM_UP, self._environment.main_file), {})
        except Exception:
            pass  # The program meets it again, and the learner sees it then.

    def load_code(self):
        """Loads the code that a start before this one has compiled."""
        self._loaded = self.compiled_code.load()

    def run(self, arguments, code_end):
        """Runs the program with these arguments; never returns.

        Its code goes to the pipe `code_end`.
        """
        code = 0
        sys.argv += arguments
        try:
            self._pid = self._end_hooks.pid = os.getpid()
            if self._environment.is_container:
                _yield_to_the_launcher()
            os.register_at_fork(after_in_child=self._after_fork)
            gc.enable()
            source = self._read()
            self._writer.started()
            self._execute(self._code_of(source, code_end))
        except SystemExit as stop:
            if os.getpid() == self._pid:
                self._end_hooks.exiting(stop)
            code = _exit_code(stop.code)
        except BaseException as error:
            code = 1
            self._report(error)
        else:
            self._hold()
        _finish(code)

    def _code_of(self, source, code_end):
        if self._loaded is None:
            self.load_code()
        known_source, code = self._loaded
        if source == known_source or not compiled_code.runs_nothing(source):
            # Before a line of the program runs, so that it can't hand over anything.
            os.close(code_end)
            return code if source == known_source else _compile(source, self._environment.main_file)
        try:
            warned = self._warning_hooks.shown
            code = _compile(source, self._environment.main_file)
            if self._warning_hooks.shown == warned:
                # Else each start compiles it, and warns.
                compiled_code.hand_over(code_end, source, code)
            return code
        finally:
            os.close(code_end)

    def _read(self):
        with io.open_code(self._environment.main_file) as file:
            return file.read()

    def _execute(self, compiled):
        # The first call that is traced is the module's own. Its frame keeps the line that ran last,
        # for "your program ended after line N". Unless the judge asks for it, nothing is traced after that.
        tracer = None
        if self._writer.is_traced:
            tracer = LineTracer(self._writer, self._environment.main_file)
            self._send_hooks.on_send = tracer.sent
        elif self._writer.is_recorded:
            tracer = Recorder(self._writer, self._environment.main_file)
            self._output_hooks.follow(tracer.printed)
            self._send_hooks.on_send = tracer.sent
            os.register_at_fork(after_in_parent=tracer.forked, after_in_child=tracer.stop)

        def keep_frame(frame, event, argument):
            sys.settrace(None)
            self._frame = frame
            if tracer is None:
                return None
            tracer.install()
            return tracer.called(frame, event, argument)

        sys.settrace(keep_frame)
        exec(compiled, self._main.__dict__)

    def _report(self, error):
        trace = self._exception_hooks.learner_part(error.__traceback__)
        error.__traceback__ = trace
        self._exception_hooks.record(error, "main")
        try:
            sys.excepthook(type(error), error, trace)
        except BaseException as second:
            self._exception_hooks.print_exception(type(second), second, second.__traceback__)

    def _hold(self):
        """The main module has ended: keeps its sockets open until the judge has finished with them, unless
        it has asked the program to end.

        Waits for the threads that Python would wait for. Those that it would stop are stopped by
        never releasing the GIL again.
        """
        if os.getpid() != self._pid:
            return  # A forked child, which really ends.
        try:
            threading._shutdown()
        except BaseException as error:
            # A signal's handler has raised it. Python tells it, waits for no thread any more, and ends.
            if not isinstance(error, SystemExit):
                self._report(error)
            _end(0)
        if self._writer.may_end():
            return
        processes = sys.modules.get("multiprocessing.util")
        if processes is not None:
            processes._exit_function()
        _flush()
        line = self._frame.f_lineno if self._frame is not None else 0
        self._writer.ended(line or 0, threading.active_count() - 1)
        while True:
            kernel.pause_with_gil()

    def _after_fork(self):
        self._writer.after_fork(os.getpid())


def _is_launcher_path(path):
    return path == LAUNCHER or os.path.isdir(os.path.join(path, "codealong_protocol"))


def _reuse_addresses():
    """On a host, lets a program bind its port again at once when it is restarted.

    There the kernel keeps the port of a closed connection for a minute. In a lane's network
    namespace it keeps none.
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
        # Python 3.11 raises a ValueError for it, without the line.
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
    except BaseException:
        pass
    _end(code)


def _end(code):
    """Ends the process without waiting for its threads."""
    try:
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


def _yield_to_the_launcher():
    """Where a program has many processes, the launcher that has to kill them has its turn before them.

    This weighs against the processes of this container alone, and once its quota is used up, the
    launcher waits too.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    except OSError:
        pass

"""In the learner's process: prints and records exceptions that nothing catches.

They are printed as Python does it, but with the learner's own lines only, and recorded for the judge
with file, line and column. Those that a library swallows or defers, so that a connection just goes
quiet, are recorded too: in asyncio's handlers, in `socketserver`, in executors.
"""

import linecache
import socket
import sys
import threading
import traceback

from .environment import LAUNCHER
from .imports import ModulePatches
from .name_suggestion import suggestion_for

_FRAMES_MAX = 30
_DETAIL_CHARACTERS_MAX = 1000


class ExceptionHooks:
    """Installed once per process."""

    def __init__(self, writer, code_folder, last_port):
        self._writer = writer
        self._folder = code_folder + "/"
        # Returns the port of the client that the present thread sent to last, or 0.
        self._last_port = last_port
        # The types that hold a connection, besides a socket.
        self._streams = ()
        self._patches = ModulePatches(
            asyncio=self._patch_asyncio,
            concurrent=self._patch_executors,
            socketserver=self._patch_socketserver,
        )

    def install(self):
        sys.excepthook = sys.__excepthook__ = self.print_exception
        threading.excepthook = threading.__excepthook__ = self._thread_hook
        self._hide_wrappers()
        self.patch_imported()

    def patch_imported(self):
        """Hooks also into what has been imported since."""
        self._patches.apply()

    def learner_part(self, trace):
        """The part of a traceback that begins with the learner's first frame, or None."""
        while trace is not None and not self._is_learner_file(trace.tb_frame.f_code.co_filename):
            trace = trace.tb_next
        return trace

    def print_exception(self, _kind, error, trace):
        """Prints what Python would, with the learner's own lines only."""
        try:
            printed = traceback.TracebackException(type(error), error, trace, compact=True)
            self._trim(printed, set())
            sys.stderr.write("".join(printed.format()))
            sys.stderr.flush()
        except Exception:
            pass  # An exception whose text can't be had, or a closed stderr.

    def record(self, error, where):
        """Records an exception; `where` is `main`, `thread`, `task`, `callback`, `handler` or `future`."""
        try:
            self._writer.crashed(self._content(error, where))
        except Exception:
            pass  # The program has broken what this needs: it is judged without.

    def _is_learner_file(self, file):
        return file.startswith(self._folder)

    def _thread_hook(self, arguments):
        if arguments.exc_type is SystemExit:
            return
        self.record(arguments.exc_value, "thread")
        name = arguments.thread.name if arguments.thread is not None else "unknown"
        try:
            sys.stderr.write(f"Exception in thread {name}:\n")
        except Exception:
            return
        self.print_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _trim(self, printed, seen):
        if printed is None or id(printed) in seen:
            return
        seen.add(id(printed))
        kept = [frame for frame in printed.stack if self._is_learner_file(frame.filename)]
        if kept:
            printed.stack[:] = kept
        self._trim(printed.__cause__, seen)
        self._trim(printed.__context__, seen)
        for inner in getattr(printed, "exceptions", None) or ():
            self._trim(inner, seen)

    def _content(self, error, where):
        if isinstance(error, SyntaxError) and where == "main" and self._is_learner_file(str(error.filename)):
            return self._syntax_error(error)
        frames = self._frames(error.__traceback__)
        span = None
        if frames:
            file, line, _, _, position = frames[-1]
            span = {"file": file, "line": line, **position}
        shown = frames
        if len(frames) > _FRAMES_MAX:
            # Endless recursion: how it began, and where it ended.
            shown = frames[:10] + frames[10 - _FRAMES_MAX :]
        return {
            "where": where,
            "exception": _name(type(error)),
            "detail": _detail(error),
            "suggestion": suggestion_for(error),
            "span": span,
            "ports": self._ports(error.__traceback__, where),
            "traceback": [
                {"file": file, "line": line, "function": function, "text": text}
                for file, line, function, text, _ in shown
            ],
        }

    def _frames(self, trace):
        frames = []
        while trace is not None:
            code = trace.tb_frame.f_code
            if self._is_learner_file(code.co_filename):
                line = trace.tb_lineno
                text = linecache.getline(code.co_filename, line)
                position = _position(code, trace.tb_lasti, line, text)
                frames.append(
                    (code.co_filename[len(self._folder) :], line, code.co_name, text.strip()[:300], position)
                )
            trace = trace.tb_next
        return frames

    def _ports(self, trace, where):
        """The ports of the clients that an exception was about, as far as its frames show that."""
        found = {self._last_port()} if where == "thread" else set()
        while trace is not None:
            if self._is_learner_file(trace.tb_frame.f_code.co_filename):
                for value in list(trace.tb_frame.f_locals.values())[:50]:
                    found.add(self._port(value))
                    for inner in list(getattr(value, "__dict__", {}).values())[:50]:
                        found.add(self._port(inner))
            trace = trace.tb_next
        return sorted(found - {0})[:20]

    def _syntax_error(self, error):
        line = error.lineno or 1
        column = error.offset if error.offset and error.offset > 0 else None
        end_column = None
        if column and error.end_lineno == line and error.end_offset and error.end_offset > column:
            end_column = error.end_offset
        text = error.text or linecache.getline(error.filename, line)
        return {
            "where": "syntax",
            "detail": str(error.msg)[:_DETAIL_CHARACTERS_MAX],
            "span": {
                "file": str(error.filename)[len(self._folder) :],
                "line": line,
                "column": column,
                "end_column": end_column,
            },
            "text": str(text).rstrip("\r\n")[:300],
        }

    def _hide_wrappers(self):
        """Keeps the launcher's wrappers out of tracebacks that the program itself prints."""
        for name in ("_walk_tb_with_full_positions", "walk_tb", "walk_stack"):
            plain = getattr(traceback, name, None)
            if plain is not None:
                setattr(traceback, name, _without_launcher_frames(plain))

    def _patch_asyncio(self, asyncio):
        record = self.record
        self._streams = (asyncio.StreamWriter, asyncio.Transport)
        protocol, loop = asyncio.streams.StreamReaderProtocol, asyncio.base_events.BaseEventLoop
        plain_made, plain_handler = protocol.connection_made, loop.call_exception_handler

        def record_unless_retrieved(task, loop, iterations):
            # Whoever awaits the task retrieves its exception within an iteration or two of the
            # loop. asyncio reports one that nobody retrieves only when it destroys the task.
            if iterations and not loop.is_closed():
                loop.call_soon(record_unless_retrieved, task, loop, iterations - 1)
            elif not task.cancelled() and getattr(task, "_log_traceback", False):
                record(task._exception, "task")

        def connection_made(self, transport):
            plain_made(self, transport)
            task = getattr(self, "_task", None)
            if task is not None:
                task.add_done_callback(lambda task: record_unless_retrieved(task, task.get_loop(), 2))

        def call_exception_handler(self, context):
            error = context.get("exception")
            if isinstance(error, Exception):
                record(error, "task" if "future" in context or "task" in context else "callback")
            return plain_handler(self, context)

        protocol.connection_made = connection_made
        loop.call_exception_handler = call_exception_handler

    def _patch_executors(self, concurrent):
        record = self.record
        future = concurrent.futures._base.Future
        plain_set = future.set_exception

        def set_exception(self, exception):
            record(exception, "future")
            return plain_set(self, exception)

        future.set_exception = set_exception

    def _patch_socketserver(self, socketserver):
        record = self.record
        plain_error = socketserver.BaseServer.handle_error

        def handle_error(self, request, client_address):
            is_main = threading.current_thread() is threading.main_thread()
            record(sys.exc_info()[1], "handler" if is_main else "thread")
            return plain_error(self, request, client_address)

        socketserver.BaseServer.handle_error = handle_error

    def _port(self, value):
        """The port of the client at the other end of a connection, or 0."""
        try:
            if isinstance(value, socket.socket):
                return value.getpeername()[1]
            if isinstance(value, self._streams):
                return value.get_extra_info("peername")[1]
        except Exception:
            pass  # Closed by now, or a connection of another kind.
        return 0


def _without_launcher_frames(plain):
    def walk(*arguments):
        for step in plain(*arguments):
            if not step[0].f_code.co_filename.startswith(LAUNCHER):
                yield step

    return walk


def _name(kind):
    module = getattr(kind, "__module__", "")
    if module in ("builtins", "__main__"):
        return str(kind.__qualname__)[:200]
    return f"{module}.{kind.__qualname__}"[:200]


def _detail(error):
    try:
        return str(error)[:_DETAIL_CHARACTERS_MAX]
    except Exception:
        return ""


def _position(code, last_instruction, line, text):
    """The columns of the expression that raised, in characters from 1; None where unknown."""
    unknown = {"column": None, "end_column": None}
    try:
        for index, position in enumerate(code.co_positions()):
            if index == last_instruction // 2:
                break
        else:
            return unknown
        start_line, end_line, start, end = position
        if start_line != line or start is None:
            return unknown
        source = text.encode("utf-8")
        column = len(source[:start].decode("utf-8", "replace")) + 1
        if end_line != line or end is None or end <= start:
            return {"column": column, "end_column": None}
        return {"column": column, "end_column": len(source[:end].decode("utf-8", "replace")) + 1}
    except Exception:
        return unknown

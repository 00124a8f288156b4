"""In the learner's process: what happens to an exception that nothing catches.

It is printed as Python prints it, but with the learner's own lines only, and noted for the judge
with file, line and column. Exceptions that libraries swallow or put off, so that a connection
just goes quiet, are noted as well: in asyncio's handlers, in `socketserver`, in executors.
"""

import linecache
import socket
import sys
import threading
import traceback

from .imports import ImportedModules
from .environment import LAUNCHER

_MOST_FRAMES = 30
_MOST_DETAIL = 1000


class UncaughtExceptions:
    """Prints and notes them, once per process."""

    def __init__(self, writer, code_folder, last_port):
        self._writer = writer
        self._folder = code_folder + "/"
        #: Tells the port of the client that the present thread sent to last, or 0.
        self._last_port = last_port
        # What holds a connection besides a socket.
        self._streams = ()
        self._imported = ImportedModules(
            asyncio=self._watch_asyncio,
            concurrent=self._watch_executors,
            socketserver=self._watch_handlers,
        )

    def install(self):
        """Puts the hooks in place."""
        sys.excepthook = sys.__excepthook__ = self.print_exception
        threading.excepthook = threading.__excepthook__ = self._thread_hook
        self._hide_launcher()
        self.watch_imported()

    def watch_imported(self):
        """Puts them also into what was imported since."""
        self._imported.watch()

    def own(self, trace):
        """The part of a traceback that begins with the learner's first frame, or None."""
        while trace is not None and not self._is_own(trace.tb_frame.f_code.co_filename):
            trace = trace.tb_next
        return trace

    def print_exception(self, _kind, error, trace):
        """What Python prints, without lines that are not the learner's."""
        try:
            printed = traceback.TracebackException(type(error), error, trace, compact=True)
            self._trim(printed, set())
            sys.stderr.write("".join(printed.format()))
            sys.stderr.flush()
        except Exception:
            # An exception whose own text can't be had, or a closed stderr.
            pass

    def note(self, error, where):
        """Notes an exception; `where` is `main`, `thread`, `task`, `handler` or `future`."""
        try:
            self._writer.crashed(self._content(error, where))
        except Exception:
            # The note informs; a program that made it impossible is judged without.
            pass

    def _is_own(self, file):
        return file.startswith(self._folder)

    def _thread_hook(self, arguments):
        if arguments.exc_type is SystemExit:
            return
        self.note(arguments.exc_value, "thread")
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
        own = [frame for frame in printed.stack if self._is_own(frame.filename)]
        if own:
            printed.stack[:] = own
        self._trim(printed.__cause__, seen)
        self._trim(printed.__context__, seen)
        for inner in getattr(printed, "exceptions", None) or ():
            self._trim(inner, seen)

    def _content(self, error, where):
        if isinstance(error, SyntaxError) and where == "main" and self._is_own(str(error.filename)):
            return self._syntax_error(error)
        frames = self._frames(error.__traceback__)
        span = None
        if frames:
            file, line, _, _, position = frames[-1]
            span = {"file": file, "line": line, **position}
        shown = frames
        if len(frames) > _MOST_FRAMES:
            # Endless recursion: how it was entered, and where it ended.
            shown = frames[:10] + frames[10 - _MOST_FRAMES :]
        return {
            "where": where,
            "exception": _name(type(error)),
            "detail": _detail(error),
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
            if self._is_own(code.co_filename):
                line = trace.tb_lineno
                text = linecache.getline(code.co_filename, line)
                position = _position(code, trace.tb_lasti, line, text)
                frames.append(
                    (code.co_filename[len(self._folder) :], line, code.co_name, text.strip()[:300], position)
                )
            trace = trace.tb_next
        return frames

    def _ports(self, trace, where):
        """The ports of the clients that it was about, as far as that shows."""
        found = {self._last_port()} if where == "thread" else set()
        while trace is not None:
            if self._is_own(trace.tb_frame.f_code.co_filename):
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
            "detail": str(error.msg)[:_MOST_DETAIL],
            "span": {
                "file": str(error.filename)[len(self._folder) :],
                "line": line,
                "column": column,
                "end_column": end_column,
            },
            "text": str(text).rstrip("\r\n")[:300],
        }

    def _hide_launcher(self):
        """The wrappers of `sends` don't show in tracebacks that the program prints itself."""
        for name in ("_walk_tb_with_full_positions", "walk_tb", "walk_stack"):
            plain = getattr(traceback, name, None)
            if plain is not None:
                setattr(traceback, name, _without_launcher(plain))

    def _watch_asyncio(self, asyncio):
        note = self.note
        self._streams = (asyncio.StreamWriter, asyncio.Transport)
        protocol, loop = asyncio.streams.StreamReaderProtocol, asyncio.base_events.BaseEventLoop
        plain_made, plain_handler = protocol.connection_made, loop.call_exception_handler

        def look_at(task, loop, turns):
            # Whoever awaits the task takes its exception within a turn or two of the loop; one
            # that nobody takes would be reported only when the task is garbage.
            if turns and not loop.is_closed():
                loop.call_soon(look_at, task, loop, turns - 1)
            elif not task.cancelled() and getattr(task, "_log_traceback", False):
                note(task._exception, "task")

        def connection_made(self, transport):
            plain_made(self, transport)
            task = getattr(self, "_task", None)
            if task is not None:
                task.add_done_callback(lambda task: look_at(task, task.get_loop(), 2))

        def call_exception_handler(self, context):
            error = context.get("exception")
            if isinstance(error, Exception):
                note(error, "handler")
            return plain_handler(self, context)

        protocol.connection_made = connection_made
        loop.call_exception_handler = call_exception_handler

    def _watch_executors(self, concurrent):
        note = self.note
        future = concurrent.futures._base.Future
        plain_set = future.set_exception

        def set_exception(self, exception):
            note(exception, "future")
            return plain_set(self, exception)

        future.set_exception = set_exception

    def _watch_handlers(self, socketserver):
        note = self.note
        plain_error = socketserver.BaseServer.handle_error

        def handle_error(self, request, client_address):
            note(sys.exc_info()[1], "handler")
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


def _without_launcher(plain):
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
        return str(error)[:_MOST_DETAIL]
    except Exception:
        return ""


def _position(code, last_instruction, line, text):
    """The columns of what raised, from 1 and in characters; None where they are not known."""
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

"""In the learner's process: says which line the program is at, when the judge asks.

A program that is silent or does not listen sits somewhere, in an endless loop or in a call that
waits, and that line is the one to look at. The judge asks by a signal just before it kills the
program, so that the question changes nothing.
"""

import signal
import socket
import sys
import threading

from .imports import ImportedModules

#: A real-time signal, because programs use the named ones.
SIGNAL = signal.SIGRTMAX - 2


class Whereabouts:
    """Answers the judge's question."""

    def __init__(self, writer, main_file):
        self._writer = writer
        self._main_file = main_file
        self._asyncio = None
        # Where the search for a line ends: what waits there is no line's doing.
        self._ends = {threading.Thread.join.__code__}
        self._imported = ImportedModules(asyncio=self._look_into_asyncio)

    def install(self):
        """Listens for the question."""
        signal.signal(SIGNAL, self._answer)
        self.watch_imported()

    def watch_imported(self):
        """Looks also into what was imported since."""
        self._imported.watch()

    def _look_into_asyncio(self, asyncio):
        self._asyncio = asyncio
        self._ends.add(asyncio.base_events.BaseEventLoop.run_forever.__code__)

    def _answer(self, _signal, frame):
        try:
            self._writer.is_at(self._line(frame))
        except Exception:
            # The answer informs; a program that made it impossible is judged without.
            pass

    def _line(self, main_frame):
        """The line where the program's work stands still, or 0 where there are several."""
        frames = sys._current_frames()
        frames[threading.main_thread().ident] = main_frame
        places = [self._place_of_thread(frame) for frame in frames.values()]
        loop = self._asyncio._get_running_loop() if self._asyncio is not None else None
        if loop is not None:
            places += [self._place_of_task(task) for task in self._asyncio.all_tasks(loop)]
        lines = {line for line, _ in places if line}
        # Who waits for the next client is not the one that keeps this client waiting.
        busy = {line for line, accepts in places if line and not accepts}
        for found in (busy, lines):
            if found:
                return found.pop() if len(found) == 1 else 0
        return 0

    def _place_of_thread(self, frame):
        """The innermost line of the learner's, and whether it waits for a client there."""
        accepts = False
        while frame is not None:
            code = frame.f_code
            if code.co_filename == self._main_file:
                return frame.f_lineno, accepts
            if code in self._ends:
                return 0, False
            accepts = accepts or code is socket.socket.accept.__code__
            frame = frame.f_back
        return 0, False

    def _place_of_task(self, task):
        line, accepts = 0, False
        coroutine = task.get_coro()
        while coroutine is not None:
            frame = getattr(coroutine, "cr_frame", None)
            if frame is not None and frame.f_code.co_filename == self._main_file:
                line = frame.f_lineno
            name = getattr(coroutine, "__qualname__", "")
            accepts = accepts or name.endswith(("Server.serve_forever", "EventLoop.sock_accept"))
            coroutine = getattr(coroutine, "cr_await", None)
        return line, accepts

"""In the learner's process: records which line the program is at, when the judge asks.

A program that is silent or does not listen is in an endless loop or in a call that waits, and that
is the line to look at. The probe is a signal, sent just before the program is killed, so that it
can't change what is judged.
"""

import signal
import socket
import sys
import threading

from .imports import ModulePatches

#: A real-time signal, because programs use the named ones.
SIGNAL = signal.SIGRTMAX - 2


class StackProbe:
    """Handles the signal."""

    def __init__(self, writer, main_file):
        self._writer = writer
        self._main_file = main_file
        self._asyncio = None
        # Inside of these calls a thread waits for threads or tasks, which are looked at themselves.
        self._boundaries = {threading.Thread.join.__code__}
        self._patches = ModulePatches(asyncio=self._include_tasks)

    def install(self):
        signal.signal(SIGNAL, self._handle)
        self.patch_imported()

    def patch_imported(self):
        """Looks also into what has been imported since."""
        self._patches.apply()

    def _include_tasks(self, asyncio):
        self._asyncio = asyncio
        self._boundaries.add(asyncio.base_events.BaseEventLoop.run_forever.__code__)

    def _handle(self, _signal, frame):
        try:
            self._writer.probed(self._line(frame))
        except Exception:
            pass  # The program has broken what this needs: it is judged without.

    def _line(self, main_frame):
        """The one line at which the program works or waits, or 0 where there are several."""
        frames = sys._current_frames()
        frames[threading.main_thread().ident] = main_frame
        found = [self._thread_line(frame) for frame in frames.values()]
        loop = self._asyncio._get_running_loop() if self._asyncio is not None else None
        if loop is not None:
            found += [self._task_line(task) for task in self._asyncio.all_tasks(loop)]
        lines = {line for line, _ in found if line}
        # What waits for the next client is not what keeps this client waiting.
        not_accepting = {line for line, is_accepting in found if line and not is_accepting}
        for candidates in (not_accepting, lines):
            if candidates:
                return candidates.pop() if len(candidates) == 1 else 0
        return 0

    def _thread_line(self, frame):
        """The learner's innermost line, or 0, and whether it waits for a client there."""
        is_accepting = False
        while frame is not None:
            code = frame.f_code
            if code.co_filename == self._main_file:
                return frame.f_lineno, is_accepting
            if code in self._boundaries:
                return 0, False
            is_accepting = is_accepting or code is socket.socket.accept.__code__
            frame = frame.f_back
        return 0, False

    def _task_line(self, task):
        """The same of an asyncio task."""
        line, is_accepting = 0, False
        coroutine = task.get_coro()
        while coroutine is not None:
            frame = getattr(coroutine, "cr_frame", None)
            if frame is not None and frame.f_code.co_filename == self._main_file:
                line = frame.f_lineno
            name = getattr(coroutine, "__qualname__", "")
            is_accepting = is_accepting or name.endswith(("Server.serve_forever", "EventLoop.sock_accept"))
            coroutine = getattr(coroutine, "cr_await", None)
        return line, is_accepting

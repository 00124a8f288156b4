"""In the learner's process: records how a program ends itself, and what becomes of its listening socket.

A socket stops listening when it is closed, and also when no variable holds it any more: as a rule
because the function that made it has returned.
"""

import opcode
import os
import socket
import sys
import weakref
from _socket import socket as PlainSocket

from .wrapper import copy_identity

_getframe = sys._getframe
_RETURN = opcode.opmap["RETURN_VALUE"]

_FRAMES_MAX = 30
_TEXT_CHARACTERS_MAX = 200


class EndHooks:
    """Wraps `listen`, `close` and `os._exit`, once per process."""

    def __init__(self, writer, main_file):
        self._writer = writer
        self._main_file = main_file
        #: Of each listening socket, by its id: a weak reference, the process, the functions that ran.
        self._listening = {}

    def install(self):
        self._wrap_listen()
        self._wrap_close()
        self._wrap_exit()

    def exiting(self, stop):
        """`sys.exit` or the like has been called."""
        trace, line = stop.__traceback__, 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._main_file:
                line = trace.tb_lineno
            trace = trace.tb_next
        text = stop.code[:_TEXT_CHARACTERS_MAX] if isinstance(stop.code, str) else None
        self._note("exit", line=line, text=text)

    def _note(self, kind, **content):
        try:
            self._writer.noted(kind, content)
        except Exception:
            pass  # The program has broken what this needs: it is judged without.

    def _wrap_listen(self):
        plain, listening = PlainSocket.listen, self._listening

        def listen(self_, *arguments):
            plain(self_, *arguments)
            key = id(self_)
            functions = self._functions(_getframe(1))
            listening[key] = weakref.ref(self_, lambda _: self._dropped(key)), os.getpid(), functions

        copy_identity(listen, plain)
        socket.socket.listen = listen

    def _wrap_close(self):
        plain, listening = socket.socket.close, self._listening

        def close(self_):
            entry = listening.pop(id(self_), None) if listening else None
            if entry is not None and entry[1] == os.getpid():
                self._closed(_getframe(1))
            return plain(self_)

        copy_identity(close, plain)
        socket.socket.close = close

    def _wrap_exit(self):
        plain = os._exit
        process = os.getpid

        def _exit(status):
            frame = _getframe(1)
            if frame.f_code.co_filename == self._main_file and process() == self.pid:
                self._note("exit", line=frame.f_lineno, text=None)
            plain(status)

        copy_identity(_exit, plain)
        os._exit = _exit

    #: The program's first process.
    pid = 0

    def _closed(self, frame):
        """By the program itself, not by a library on its way."""
        is_block = frame.f_code.co_name == "__exit__"
        if is_block:
            frame = frame.f_back
        if frame is not None and frame.f_code.co_filename == self._main_file:
            self._note("listener", how="block" if is_block else "closed", line=frame.f_lineno, function=None)

    def _dropped(self, key):
        """Called when the last variable that held a listening socket is gone."""
        entry = self._listening.pop(key, None)
        if entry is None or entry[1] != os.getpid():
            return
        now, before = self._functions(_getframe(1)), entry[2]
        if len(now) >= len(before) or before[: len(now)] != now:
            return
        # The outermost function that has returned since.
        returned = before[len(now)]
        self._note("listener", how="dropped", line=_line_of_return(returned), function=returned.co_name)

    def _functions(self, frame):
        """The code of the learner's functions that run, outermost first."""
        found = []
        while frame is not None and len(found) < _FRAMES_MAX:
            if frame.f_code.co_filename == self._main_file:
                found.append(frame.f_code)
            frame = frame.f_back
        return found[::-1]


def _line_of_return(code):
    """The line in which a function returns, where there is only one."""
    positions = list(code.co_positions())
    places = range(0, len(code.co_code), 2)
    lines = {positions[at // 2][0] for at in places if code.co_code[at] == _RETURN}
    return lines.pop() if len(lines) == 1 else None

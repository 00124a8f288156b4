"""In the learner's process, where the judge asks for it: records the lines that led to each reply.

A program that hands all its replies to one `sendall` has the same calls at each send: which branch
made a reply is told by the lines that ran before. Tracing makes a program slower, so the judge asks
for it only when the verdict is out.
"""

import socket
import sys
import threading
from _thread import get_ident

_ACCEPT = socket.socket.accept.__code__

#: A value that no function returns.
_NOTHING = object()


class LineTracer:
    """Follows every thread that Python starts."""

    def __init__(self, writer, main_file):
        self._writer = writer
        self._main_file = main_file
        self._paths = {}

    def install(self):
        """Traces the frames that begin from now on."""
        threading.settrace(self.called)
        sys.settrace(self.called)

    def sent(self, port, offset):
        """The present thread sends bytes: the lines since its last send led to them."""
        path = self._paths.pop(get_ident(), None)
        if path is not None:
            self._writer.went(port, offset, sorted(path.left, key=path.left.get))

    def called(self, frame, _event, _argument):
        """Takes the event of a frame that begins, as `sys.settrace` has it."""
        if frame.f_code.co_filename == self._main_file:
            return self._traced
        if frame.f_code is _ACCEPT:
            # What ran before this client came is not about its replies.
            self._paths.pop(get_ident(), None)
        return None

    def _traced(self, frame, event, argument):
        if event == "line":
            self._path().pass_line(frame.f_lineno)
        elif event == "return":
            caller = frame.f_back
            if caller is not None and caller.f_code.co_filename != self._main_file:
                caller = None
            self._path().return_to(caller, frame, argument)
        return self._traced

    def _path(self):
        ident = get_ident()
        path = self._paths.get(ident)
        if path is None:
            path = self._paths[ident] = _Path()
        return path


class _Path:
    """The lines that a thread went through."""

    def __init__(self):
        #: When each line was left for the last time, as a number that grows.
        self.left = {}
        self._now = 0
        # The frame that the last call returned to, what it returned, and when that frame's line had
        # been left before.
        self._returned = None, _NOTHING, None

    def pass_line(self, line):
        self._now += 1
        self.left[line] = self._now

    def return_to(self, caller, frame, value):
        """`frame` returns `value` to `caller`, whose line goes on with it."""
        returned_to, returned, before = self._returned
        if returned_to is frame and returned is value and before is not None:
            # Only passed on: the line has made nothing of what it was given.
            self.left[frame.f_lineno] = before
        if caller is None:
            self._returned = None, _NOTHING, None
            return
        line = caller.f_lineno
        self._returned = caller, value, self.left.get(line)
        self.pass_line(line)

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

#: What a reply is made of.
_VALUES = (bytes, bytearray, str, int, float, type(None))

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
            self._writer.record_path(port, offset, path.lines())

    def called(self, frame, _event, _argument):
        """Takes the event of a frame that begins, as `sys.settrace` has it."""
        if frame.f_code.co_filename == self._main_file:
            return self._traced_former if _takes_values(frame) else self._traced
        if frame.f_code is _ACCEPT:
            # What ran before this client came is not about its replies.
            self._paths.pop(get_ident(), None)
        return None

    def _traced(self, frame, event, argument):
        self._follow(frame, event, argument, False)
        return self._traced

    def _traced_former(self, frame, event, argument):
        """Follows a function whose arguments are values only."""
        self._follow(frame, event, argument, True)
        return self._traced_former

    def _follow(self, frame, event, argument, takes_values):
        if event == "line":
            self._path().pass_line(frame.f_lineno)
        elif event == "return":
            caller = frame.f_back
            if caller is not None and caller.f_code.co_filename != self._main_file:
                caller = None
            self._path().return_to(caller, frame, argument, takes_values)

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
        # By the line that made it, the line that passed on what a function had made of mere values.
        self._passed_on = {}
        # The frame that the last call returned to, what it returned, when that frame's line had been
        # left before, and the line that made it of mere values, or None.
        self._returned = None, _NOTHING, None, None

    def lines(self):
        """The lines in the order in which they were left, as `RecordWriter.record_path` takes them."""
        return [(line, self._passed_on.get(line, 0)) for line in sorted(self.left, key=self.left.get)]

    def pass_line(self, line):
        self._now += 1
        self.left[line] = self._now

    def return_to(self, caller, frame, value, takes_values):
        """`frame` returns `value` to `caller`, whose line goes on with it."""
        returned_to, returned, before, made_in = self._returned
        is_same = returned_to is frame and returned is value
        # There is one `None`: it may be another function's.
        if is_same and before is not None and isinstance(value, (bytes, bytearray, str)):
            # Only passed on: the line has made nothing of what it was given.
            self.left[frame.f_lineno] = before
            if made_in is not None:
                self._passed_on[made_in] = frame.f_lineno
        if caller is None:
            self._returned = None, _NOTHING, None, None
            return
        line = caller.f_lineno
        self._returned = caller, value, self.left.get(line), frame.f_lineno if takes_values else None
        self.pass_line(line)


def _takes_values(frame):
    """Whether a function's arguments are values only: it forms a reply, and its caller chose the content."""
    code = frame.f_code
    names = [name for name in code.co_varnames[: code.co_argcount] if name != "self"]
    given = frame.f_locals
    return bool(names) and all(isinstance(given.get(name), _VALUES) for name in names)

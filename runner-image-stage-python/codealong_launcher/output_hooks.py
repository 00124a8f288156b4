"""In the learner's process: records in which order its two streams of output are written.

They are two pipes, and what is read from two pipes has no order of its own.
"""

import io
import os
import sys
from _thread import get_ident

from .wrapper import copy_identity


class OutputHooks:
    """Takes note of what is written to `sys.stdout` and `sys.stderr`, and by `os.write` to theirs."""

    def __init__(self, writer):
        self._output = writer.output
        self._plain_write = os.write
        # Called with what is about to be written, where it is known.
        self._tell = None
        # The threads that write a text which was told: its bytes are not told again.
        self._telling = set()

    def install(self):
        sys.stdout = sys.__stdout__ = self._open(1, "<stdout>", "surrogateescape")
        sys.stderr = sys.__stderr__ = self._open(2, "<stderr>", "backslashreplace")

    def write(self, descriptor, data):
        """`os.write` to standard output or standard error."""
        size = self.note(descriptor, data)
        count = self._plain_write(descriptor, data)
        if size and count != size:
            self._output.writes(descriptor, count - size)
        return count

    def follow(self, tell):
        """From now on calls `tell` with what is about to be written: a text, or a memory view of bytes.

        A text is told when the program writes it. Its bytes may be kept until its line ends.
        """
        self._tell = tell
        for stream in (sys.stdout, sys.stderr):
            self._follow_text(stream)

    def note(self, descriptor, data, is_told=False):
        """Takes note of bytes before they are written; how many they are, where that is known."""
        try:
            if self._output.is_switch(descriptor):
                # What its buffer holds back has been noted: it must be in the pipe before this.
                (sys.__stderr__ if descriptor == 1 else sys.__stdout__).buffer.flush()
            bytes_written = memoryview(data).cast("B")
            size = len(bytes_written)
            self._output.writes(descriptor, size, bytes_written[-1:] == b"\n")
            if self._tell is not None and not is_told:
                self._tell(bytes_written)
        except Exception:
            return 0  # Python itself says what is wrong with the data, or the stream.
        return size

    def _open(self, descriptor, name, errors):
        file = io.FileIO(descriptor, "w", closefd=False)
        file.name = name
        buffer = _OutputBuffer(file)
        buffer.note = lambda data: self.note(descriptor, data, get_ident() in self._telling)
        text = io.TextIOWrapper(buffer, encoding="utf-8", errors=errors, newline="\n", line_buffering=True)
        text.mode = "w"
        return text

    def _follow_text(self, stream):
        plain_write, plain_flush = stream.write, stream.flush

        def write(text, /):
            if type(text) is not str:
                return plain_write(text)  # It may be no text, or have code of the program's.
            self._tell(text)
            return self._as_told(plain_write, text)

        def flush():
            return self._as_told(plain_flush)

        for wrapper, plain in ((write, plain_write), (flush, plain_flush)):
            copy_identity(wrapper, plain)
            setattr(stream, plain.__name__, wrapper)

    def _as_told(self, write, *arguments):
        thread, telling = get_ident(), self._telling
        if thread in telling:  # A signal's handler prints within a print.
            return write(*arguments)
        telling.add(thread)
        try:
            return write(*arguments)
        finally:
            telling.discard(thread)


class _OutputBuffer(io.BufferedWriter):
    """Takes its notes before it holds its lock: a signal's handler may print."""

    def write(self, data):
        self.note(data)
        return super().write(data)

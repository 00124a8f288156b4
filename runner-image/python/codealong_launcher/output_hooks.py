"""In the learner's process: records in which order its two streams of output are written.

They are two pipes, and what is read from two pipes has no order of its own.
"""

import io
import os
import sys


class OutputHooks:
    """Takes note of what is written to `sys.stdout` and `sys.stderr`, and by `os.write` to theirs."""

    def __init__(self, writer):
        self._output = writer.output
        self._plain_write = os.write
        #: Called with what is about to be written, where it is known.
        self.on_write = None

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

    def note(self, descriptor, data):
        """Takes note of bytes before they are written; how many they are, where that is known."""
        try:
            if self._output.is_switch(descriptor):
                # What its buffer holds back has been noted: it must be in the pipe before this.
                (sys.__stderr__ if descriptor == 1 else sys.__stdout__).buffer.flush()
            bytes_written = memoryview(data).cast("B")
            size = len(bytes_written)
            self._output.writes(descriptor, size, bytes_written[-1:] == b"\n")
            if self.on_write is not None:
                self.on_write(bytes_written)
        except Exception:
            return 0  # Python itself says what is wrong with the data, or the stream.
        return size

    def _open(self, descriptor, name, errors):
        file = io.FileIO(descriptor, "w", closefd=False)
        file.name = name
        buffer = _OutputBuffer(file)
        buffer.note = lambda data: self.note(descriptor, data)
        text = io.TextIOWrapper(buffer, encoding="utf-8", errors=errors, newline="\n", line_buffering=True)
        text.mode = "w"
        return text


class _OutputBuffer(io.BufferedWriter):
    """Takes its notes before it holds its lock: a signal's handler may print."""

    def write(self, data):
        self.note(data)
        return super().write(data)

"""In the learner's process: records in which order its two streams of output are written.

They are two pipes, and what is read from two pipes has no order of its own.
"""

import io
import os
import sys


class OutputHooks:
    """Takes note of what is written to `sys.stdout` and `sys.stderr`, and by `os.write` to theirs."""

    def __init__(self, writer):
        self._writes = writer.writes
        self._plain_write = os.write

    def install(self):
        sys.stdout = sys.__stdout__ = self._open(1, "<stdout>", "surrogateescape")
        sys.stderr = sys.__stderr__ = self._open(2, "<stderr>", "backslashreplace")

    def write(self, descriptor, data):
        """`os.write` to standard output or standard error."""
        return self.noted(descriptor, data, self._plain_write, descriptor, data)

    def noted(self, descriptor, data, write, *arguments):
        """What `write` returns, which writes `data` to a descriptor, 1 or 2."""
        # Before the bytes, so that whoever has read them finds the note.
        size = memoryview(data).nbytes
        self._writes(descriptor, size)
        written = 0
        try:
            written = write(*arguments)
            return written
        finally:
            if written != size:
                self._writes(descriptor, (written or 0) - size)

    def _open(self, descriptor, name, errors):
        file = _OutputFile(self, descriptor, name)
        text = io.TextIOWrapper(
            io.BufferedWriter(file), encoding="utf-8", errors=errors, newline="\n", line_buffering=True
        )
        text.mode = "w"
        return text


class _OutputFile(io.FileIO):
    def __init__(self, hooks, descriptor, name):
        super().__init__(descriptor, "w", closefd=False)
        self.name = name
        self._hooks = hooks

    def write(self, data):
        return self._hooks.noted(self.fileno(), data, super().write, data)

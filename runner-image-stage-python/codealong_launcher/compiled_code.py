"""A program's code as its first start compiles it, so that the ones after it need not.

To compile takes a third of what a start takes. A start hands its code over before any line of the
program runs, and only a learner's process loads it: to the launcher it is bytes.
"""

import marshal
import os
import re
import struct

#: The length of the source in bytes; the source and the marshalled code follow.
_HEADER = struct.Struct("<I")

#: What a pipe takes at once; the code of a longer program is compiled at each start.
_BYTES_MAX = 64 * 1024

#: An encoding that a program names in its first two lines: its codec may import a module, which the
#: program may have written. (The pattern is that of the language's reference, a little wider.)
_NAMES_ENCODING = re.compile(rb"(?:[^\n]*\n)?[^\n]*#[^\n]*coding[:=]")


class CompiledCode:
    """The code of the last program that handed it over."""

    def __init__(self):
        self._source = None
        self._marshalled = b""

    def load(self):
        """The source and its code, or None and None where no start has handed any over."""
        try:
            return self._source, marshal.loads(self._marshalled)
        except (EOFError, ValueError, TypeError):
            return None, None

    def receive(self, pipe):
        """Takes what a start has handed over by now."""
        try:
            data = os.read(pipe, _BYTES_MAX)
        except BlockingIOError:
            return
        if len(data) > _HEADER.size:
            begin = _HEADER.size + _HEADER.unpack_from(data)[0]
            self._source, self._marshalled = data[_HEADER.size : begin], data[begin:]


def runs_nothing(source):
    """Whether nothing of the program's runs while it is compiled."""
    return _NAMES_ENCODING.match(source) is None


def hand_over(pipe, source, code):
    """Gives a start's code to those after it, which compile it themselves where that fails."""
    try:
        data = _HEADER.pack(len(source)) + source + marshal.dumps(code)
        if len(data) <= _BYTES_MAX:
            os.write(pipe, data)
    except (OSError, ValueError):
        pass  # Marshal refuses code that is nested deeper than the compiler takes it.

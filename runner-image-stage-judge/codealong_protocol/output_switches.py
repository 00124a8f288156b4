"""The part of the shared memory that tells in which order a program writes to its two streams.

Each time that the program goes over from one stream to the other is a record: the bytes that it had
written to stdout and to stderr before, and the stream, 1 or 2, and 4 where it left the other one
within a line. It is made before the bytes are written, so whoever has read them finds it. It orders the output, and nothing else.
"""

import struct

#: The part of a switch that is the stream, and the one that says where the other was left.
STREAM, WITHIN_A_LINE = 3, 4

_COUNT = struct.Struct("<I")
_SWITCH = struct.Struct("<QQI")
_RECORDS = 4096
#: Where the program is with its output, as a switch; its forked children count here as well.
_WRITTEN_AT = 8
_RECORDS_AT = 32
SIZE = _RECORDS_AT + _RECORDS * _SWITCH.size

#: How often a place is read that is written meanwhile.
_READS_MAX = 20


class SwitchReader:
    """The judge's side."""

    def __init__(self, memory, begin):
        self._memory = memory
        self._begin = begin

    def reset(self):
        """Drops all records."""
        end = self._begin + _RECORDS_AT
        self._memory[self._begin : end] = bytes(_RECORDS_AT)

    def switches(self, number):
        """The records from the one of this number on, and the number of the next one.

        Of more than 4096 the first are gone.
        """
        (count,) = _COUNT.unpack_from(self._memory, self._begin)
        first = max(number, count - _RECORDS)
        starts = (self._begin + _RECORDS_AT + at % _RECORDS * _SWITCH.size for at in range(first, count))
        return [_SWITCH.unpack_from(self._memory, start) for start in starts], max(number, count)

    def written_bytes(self):
        """How many bytes the program has written to stdout and to stderr, or is about to.

        None where it can't be told at present.
        """
        before = None
        for _ in range(_READS_MAX):
            written = _SWITCH.unpack_from(self._memory, self._begin + _WRITTEN_AT)
            if written == before:
                return written[:2]
            before = written
        return None


class SwitchWriter:
    """The learner's process's side."""

    def __init__(self, memory, begin):
        self._memory = memory
        self._begin = begin
        self._has_begun = False

    def begin(self):
        """The program's first line is about to run: what was written before is not its own."""
        self._has_begun = True

    def is_switch(self, stream):
        """Whether the last bytes went to the other stream."""
        return _SWITCH.unpack_from(self._memory, self._begin + _WRITTEN_AT)[2] & STREAM not in (0, stream)

    def writes(self, stream, size, ends_line=True):
        """So many bytes are about to be written to `stream`, 1 or 2; fewer than 0 were not written."""
        if not self._has_begun:
            return
        memory, begin = self._memory, self._begin
        *written, current = _SWITCH.unpack_from(memory, begin + _WRITTEN_AT)
        if current & STREAM != stream:
            (number,) = _COUNT.unpack_from(memory, begin)
            start = begin + _RECORDS_AT + number % _RECORDS * _SWITCH.size
            # `pack_into` would empty the place first, and the count is looked at at any time.
            memory[start : start + _SWITCH.size] = _SWITCH.pack(*written, stream | current & WITHIN_A_LINE)
            memory[begin : begin + _COUNT.size] = _COUNT.pack((number + 1) & 0xFFFFFFFF)
        written[stream - 1] = max(written[stream - 1] + size, 0)
        start = begin + _WRITTEN_AT
        present = stream if ends_line else stream | WITHIN_A_LINE
        memory[start : start + _SWITCH.size] = _SWITCH.pack(*written, present)

"""The part of the shared memory that a program's recording is written to: its lines, with values.

A recording is JSON arrays, one a line. It fills segments one after the other, and begins with the
first again after the last: of a long one the end is there. A record is never in two segments. It is
`["call", number, function, caller, thread, values]`, where a call occurs again with all its values at
the beginning of each segment, `["step", number, at_us, call, line, changes, fact]` or `["forked"]`.
"""

import json
import struct
from itertools import chain

#: launch, the segment's number from 1, bytes used.
_HEADER = struct.Struct("<III")
_USED = struct.Struct("<I")
_USED_AT = _HEADER.size - _USED.size
_SEGMENTS = 8
#: What fits into one of them.
SEGMENT_BYTES = 256 * 1024
#: And how many records, of the shortest ones that the launcher writes.
_SEGMENT_RECORDS = SEGMENT_BYTES // len('["step",0,0,0,1,[],null]\n')
# All headers stand together, so that dropping the records touches one page of memory.
_BODIES_AT = 128
SIZE = _BODIES_AT + _SEGMENTS * SEGMENT_BYTES


class RecordingReader:
    """The judge's side."""

    def __init__(self, memory, begin):
        self._memory = memory
        self._begin = begin

    def reset(self):
        """Drops all records."""
        self._memory[self._begin : self._begin + _BODIES_AT] = bytes(_BODIES_AT)

    def records(self, launch, enough):
        """The last records of a start in their order, each a list of anything; what is malformed is left out.

        Of segments before those that have `enough` of them nothing is read, and of these no more lines than
        there can be records: that takes time.
        """
        segments = {}
        for place in range(_SEGMENTS):
            number, body = self._segment(place, launch)
            if number:
                segments[number] = body
        found, count = [], 0
        for _, body in sorted(segments.items(), reverse=True):
            lines = [line for line in body.split(b"\n") if line]
            count += len(lines)
            found.append(lines)
            if count >= enough:
                break
        last = list(chain.from_iterable(reversed(found)))[-(enough + _SEGMENT_RECORDS) :]
        return (record for record in map(_record, last) if record is not None)

    def _segment(self, place, launch):
        """The number and the bytes of the segment at a place; 0 where there is none of this launch."""
        header_at = self._begin + place * _HEADER.size
        found, number, used = _HEADER.unpack_from(self._memory, header_at)
        if found != launch or not number or (number - 1) % _SEGMENTS != place or used > SEGMENT_BYTES:
            return 0, b""
        body_at = self._begin + _BODIES_AT + place * SEGMENT_BYTES
        body = self._memory[body_at : body_at + used]
        # The program may have begun the next one here meanwhile. Where it has only gone on, the copy holds.
        is_same = _HEADER.unpack_from(self._memory, header_at)[:2] == (launch, number)
        return (number, body) if is_same else (0, b"")


def _record(line):
    """The record of a line, or None."""
    try:
        record = json.loads(line.decode("ascii", "replace"))
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, list) else None


class RecordingWriter:
    """The learner's process's side; whoever uses it sees to it that one thread writes at a time."""

    def __init__(self, memory, begin):
        self._memory = memory
        self._begin = begin
        self._launch = 0
        self._number = 0
        self._used = SEGMENT_BYTES

    def begin(self, launch):
        """The program's first line is about to run."""
        self._launch = launch

    def begin_segment(self):
        """What is appended from now on stands in another segment."""
        self._number += 1
        self._used = 0
        self._write(self._header_at(), _HEADER.pack(self._launch, self._number, 0))

    def append(self, record):
        """Writes a record, as ASCII with the end of its line; says whether it fits into the segment."""
        used = self._used + len(record)
        if used > SEGMENT_BYTES:
            return False
        place = (self._number - 1) % _SEGMENTS
        self._write(self._begin + _BODIES_AT + place * SEGMENT_BYTES + self._used, record)
        # The bytes come first: the judge reads at any time.
        self._write(self._header_at() + _USED_AT, _USED.pack(used))
        self._used = used
        return True

    def _header_at(self):
        return self._begin + (self._number - 1) % _SEGMENTS * _HEADER.size

    def _write(self, start, data):
        self._memory[start : start + len(data)] = data

"""The memory that the learner's process shares with the judge: what happened in there.

Notes inform: they name a line, an exception, the end of the main module. They never decide a
verdict, because the learner's program could write anything here. So the reading side takes
nothing on trust: sizes, numbers and texts are checked, and rubbish reads as no note at all.

The judge makes it, as a file without a name. A learner's process has it mapped and no descriptor of
it: no file is left that the program could find or close.
"""

import fcntl
import json
import mmap
import os
import struct
from time import monotonic_ns

#: launch, state, line, daemon threads, when the program's first line ran (monotonic ns).
_HEAD = struct.Struct("<IIIIQ")
_STARTED, _ENDED = 1, 2

#: launch, length, when (ns); then so many bytes of JSON.
_CRASH = struct.Struct("<IIQ")
_CRASH_BYTES = 8192
#: The program's own process notes its crashes in the first slots, its forked children in the rest.
_OWN_CRASHES, _FORKED_CRASHES = 8, 4

#: port of the client, launch (low 16 bits), line, bytes that this connection had been sent before.
_SEND = struct.Struct("<HHII")
#: Each lane has one writing process, so that no two write the same place at the same time.
_LANES, _SENDS = 8, 1024

#: launch, line: the program's answer to where it is.
_WHEREABOUTS = struct.Struct("<II")
_WHEREABOUTS_AT = 32

#: launch, line, port: what the program bound last.
_BIND = struct.Struct("<IIH")
_BIND_AT = 48

_COUNTS_AT = 64
_COUNT = struct.Struct("<I")
_CRASHES_AT = 128
_SENDS_AT = _CRASHES_AT + (_OWN_CRASHES + _FORKED_CRASHES) * _CRASH_BYTES
_SIZE = _SENDS_AT + _LANES * _SENDS * _SEND.size


#: Nobody can make the file shorter, which would end whoever reads what is gone.
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def create():
    """A descriptor of new memory, of the right size for good."""
    descriptor = os.memfd_create("notes", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, _SIZE)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    return descriptor


def mapped(descriptor):
    """The memory behind a descriptor, which is closed."""
    try:
        return mmap.mmap(descriptor, _SIZE)
    finally:
        os.close(descriptor)


class NoteArea:
    """The judge's view of the memory."""

    def __init__(self, memory):
        self._memory = memory
        self._launch = 0
        self._read = [0] * _LANES

    def begin(self, launch):
        """Forgets all notes; those to come belong to this launch."""
        self._launch = launch
        self._read = [0] * _LANES
        self._memory[:_CRASHES_AT] = bytes(_CRASHES_AT)
        for slot in range(_OWN_CRASHES + _FORKED_CRASHES):
            _CRASH.pack_into(self._memory, _CRASHES_AT + slot * _CRASH_BYTES, 0, 0, 0)
        _HEAD.pack_into(self._memory, 0, launch, 0, 0, 0, 0)

    def started_ns(self):
        """When the program's first line ran, or None."""
        launch, state, _, _, when = _HEAD.unpack_from(self._memory, 0)
        return when if launch == self._launch and state >= _STARTED else None

    def ended(self):
        """Whether the main module came to its end, with no thread left that Python waits for."""
        launch, state, _, _, _ = _HEAD.unpack_from(self._memory, 0)
        return launch == self._launch and state == _ENDED

    def ended_beneath_threads(self):
        """Whether the main module ended while daemon threads ran, which Python stops then."""
        return self.ended() and _HEAD.unpack_from(self._memory, 0)[3] > 0

    def ended_line(self):
        """The last line that ran at the top level, or None."""
        line = _HEAD.unpack_from(self._memory, 0)[2]
        return line if 0 < line < 1_000_000 else None

    def has_whereabouts(self):
        """Whether the program has answered where it is."""
        return _WHEREABOUTS.unpack_from(self._memory, _WHEREABOUTS_AT)[0] == self._launch

    def whereabouts(self):
        """The line that the program said it was at, or None."""
        launch, line = _WHEREABOUTS.unpack_from(self._memory, _WHEREABOUTS_AT)
        return line if launch == self._launch and 0 < line < 1_000_000 else None

    def bind_line(self, ports):
        """The line that bound one of these ports, the last bind of the program's, or None."""
        launch, line, port = _BIND.unpack_from(self._memory, _BIND_AT)
        known = launch == self._launch and 0 < line < 1_000_000 and port in ports
        return line if known else None

    def crashes(self):
        """The noted exceptions as `(when_ns, content)`, the earliest first."""
        found = []
        for slot in range(_OWN_CRASHES + _FORKED_CRASHES):
            start = _CRASHES_AT + slot * _CRASH_BYTES
            launch, length, when = _CRASH.unpack_from(self._memory, start)
            if launch != self._launch or not 0 < length <= _CRASH_BYTES - _CRASH.size:
                continue
            begin = start + _CRASH.size
            try:
                content = json.loads(self._memory[begin : begin + length])
            except (ValueError, RecursionError):
                continue
            if isinstance(content, dict):
                found.append((when, content))
        return sorted(found, key=lambda noted: noted[0])

    def new_sends(self):
        """The sends noted since the last call, as `(port, line, offset)`."""
        found = []
        for lane in range(_LANES):
            (count,) = _COUNT.unpack_from(self._memory, _COUNTS_AT + lane * _COUNT.size)
            first = max(self._read[lane], count - _SENDS)
            self._read[lane] = max(count, self._read[lane])
            for number in range(first, count):
                start = _SENDS_AT + (lane * _SENDS + number % _SENDS) * _SEND.size
                port, launch, line, offset = _SEND.unpack_from(self._memory, start)
                if launch == self._launch & 0xFFFF and 0 < line < 1_000_000:
                    found.append((port, line, offset))
        return found


class NoteWriter:
    """The learner's process's side; each method is cheap and none raises."""

    def __init__(self, memory):
        self._memory = memory
        self._launch = 0
        self._lane = 0
        self._sends = 0
        self._crash = 0
        self._crash_slots = range(_OWN_CRASHES)

    def forked(self, pid):
        """This is a forked child now: it writes to places of its own."""
        self._lane = 1 + pid % (_LANES - 1)
        (self._sends,) = _COUNT.unpack_from(self._memory, _COUNTS_AT + self._lane * _COUNT.size)
        self._crash_slots = range(_OWN_CRASHES + pid % _FORKED_CRASHES, _OWN_CRASHES + pid % _FORKED_CRASHES + 1)

    def started(self):
        """The program's first line is about to run."""
        self._launch = _HEAD.unpack_from(self._memory, 0)[0]
        _HEAD.pack_into(self._memory, 0, self._launch, _STARTED, 0, 0, monotonic_ns())

    def ended(self, line, daemon_threads):
        """The main module came to its end; `line` ran last, and so many daemon threads run."""
        when = _HEAD.unpack_from(self._memory, 0)[4]
        _HEAD.pack_into(self._memory, 0, self._launch, _ENDED, line, daemon_threads, when)

    def is_at(self, line):
        """The program is at `line`; 0 where that can't be said."""
        _WHEREABOUTS.pack_into(self._memory, _WHEREABOUTS_AT, self._launch, line)

    def bound(self, port, line):
        """`line` has bound a socket to `port`."""
        _BIND.pack_into(self._memory, _BIND_AT, self._launch, line, port)

    def sent(self, port, line, offset):
        """`line` sends bytes to the client at `port`, which was sent `offset` bytes before."""
        number = self._sends
        self._sends = number + 1
        start = _SENDS_AT + (self._lane * _SENDS + number % _SENDS) * _SEND.size
        _SEND.pack_into(self._memory, start, port, self._launch & 0xFFFF, line, offset & 0xFFFFFFFF)
        _COUNT.pack_into(self._memory, _COUNTS_AT + self._lane * _COUNT.size, (number + 1) & 0xFFFFFFFF)

    def crashed(self, content):
        """An exception that nothing caught, as a dict of JSON values."""
        body = json.dumps(content).encode("ascii")
        most = _CRASH_BYTES - _CRASH.size
        while len(body) > most and content.get("traceback"):
            # The innermost lines are the ones to look at.
            content["traceback"] = content["traceback"][len(content["traceback"]) // 2 + 1 :]
            body = json.dumps(content).encode("ascii")
        if len(body) > most:
            return
        slot = self._crash_slots[self._crash % len(self._crash_slots)]
        self._crash += 1
        start = _CRASHES_AT + slot * _CRASH_BYTES
        _CRASH.pack_into(self._memory, start, 0, 0, 0)
        begin = start + _CRASH.size
        self._memory[begin : begin + len(body)] = body
        _CRASH.pack_into(self._memory, start, self._launch, len(body), monotonic_ns())

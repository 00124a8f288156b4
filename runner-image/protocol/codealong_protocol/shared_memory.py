"""Memory that the learner's process writes and the judge reads: records of what happened in there.

Records inform: they name a line, an exception, the end of the main module. They never decide a
verdict, because the learner's program can write anything here. So the reader trusts nothing: it
checks sizes, numbers and texts, and treats what is malformed as if it were not there.

The judge creates the memory as a file without a name. A learner's process has it mapped but holds no
descriptor of it, so there is no file that the program could find or close.
"""

import fcntl
import json
import mmap
import os
import struct
from time import monotonic_ns

from . import output_switches, recording_memory

#: launch, state, line, daemon threads, when the program's first line ran (monotonic ns).
_HEADER = struct.Struct("<IIIIQ")
_STARTED, _ENDED = 1, 2

#: How a program is started: as it is, with the lines traced that lead to its sends, or recorded with
#: all its lines and values. The judge asks for it, and the program reads it at its start.
PLAIN, TRACED, RECORDED = 0, 1, 2
_MANNER = struct.Struct("<I")
_MANNER_AT = 24

#: launch: the judge has asked the program to end, and its main module is not held at its end.
_END = struct.Struct("<I")
_END_AT = 28

#: launch, line: where the program is, in answer to a probe.
_PROBE = struct.Struct("<II")
_PROBE_AT = 32

#: launch, line, port: the last bind.
_BIND = struct.Struct("<IIH")
_BIND_AT = 48

#: launch, length, when (ns); then so many bytes of JSON.
_CRASH = struct.Struct("<IIQ")
_CRASH_BYTES = 8192
#: The first slots are the main process's, the others those of its forked children.
_MAIN_CRASHES, _CHILD_CRASHES = 8, 4

#: How many of the calls that led to a send are kept, the innermost first.
CALLERS_MAX = 6
_NUMBERS_MAX = 2 * (1 + CALLERS_MAX)
#: port of the client, launch (low 16 bits), number of frames, bytes that this connection had been sent
#: before; then of each frame its line and the first line of its function, 0 for the module's own.
_SEND = struct.Struct(f"<HHII{_NUMBERS_MAX}I")
#: By how many numbers there are: those of the frames that are not there stay as they were.
_SENDS = [struct.Struct(f"<HHII{count}I").pack_into for count in range(_NUMBERS_MAX + 1)]
#: The first ring is the main process's. Forked children get one of the others by their pid, so that
#: two of them seldom write the same record at once.
_RINGS, _RING_SENDS = 8, 1024
#: How many sends were ever written to a ring, and to each of them.
_COUNT = struct.Struct("<I")
_COUNTS = struct.Struct(f"<{_RINGS}I")

#: port of the client, launch (low 16 bits), the connection's bytes before, number of lines; then so
#: many lines, in the order in which the program left them for the last time, each with the line
#: that called its function, where that function only computed a value from its arguments, or 0.
_PATH = struct.Struct("<HHII")
_PATH_LINE = struct.Struct("<II")
_RING_PATHS, _PATH_BYTES = 64, 1024
_PATH_LINES_MAX = (_PATH_BYTES - _PATH.size) // _PATH_LINE.size

_COUNTS_AT = 64
_PATH_COUNTS_AT = 96
_CRASHES_AT = 128
_SENDS_AT = _CRASHES_AT + (_MAIN_CRASHES + _CHILD_CRASHES) * _CRASH_BYTES
_PATHS_AT = _SENDS_AT + _RINGS * _RING_SENDS * _SEND.size

#: What else there is to say of a program, the last of each kind: launch, length, when (ns); then so
#: many bytes of JSON.
_NOTE = struct.Struct("<IIQ")
_NOTE_KINDS = ("exit", "listener", "comparison", "coroutine")
_NOTE_BYTES = 1024
#: Each kind has two places, which are written in turn.
_NOTE_PLACES = 2
#: How often a note is read that is written meanwhile.
_NOTE_READS = 20
_NOTES_AT = _PATHS_AT + _RINGS * _RING_PATHS * _PATH_BYTES
_OUTPUT_AT = _NOTES_AT + len(_NOTE_KINDS) * _NOTE_PLACES * _NOTE_BYTES
_RECORDING_AT = _OUTPUT_AT + output_switches.SIZE
_SIZE = _RECORDING_AT + recording_memory.SIZE

#: A file made shorter would kill whoever reads past its new end.
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def _note_places(kind):
    first = _NOTE_KINDS.index(kind) * _NOTE_PLACES
    return [_NOTES_AT + number * _NOTE_BYTES for number in range(first, first + _NOTE_PLACES)]


def _is_line(number):
    return 0 < number < 1_000_000


def create():
    """A descriptor of new memory, whose size is sealed."""
    descriptor = os.memfd_create("shared_memory", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, _SIZE)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    return descriptor


def map_and_close(descriptor):
    """The memory behind a descriptor, which is closed."""
    try:
        return mmap.mmap(descriptor, _SIZE)
    finally:
        os.close(descriptor)


class RecordReader:
    """The judge's side."""

    def __init__(self, memory):
        self._memory = memory
        self._launch = 0
        self._sends_read = [0] * _RINGS
        self._paths_read = [0] * _RINGS
        #: In which order the program writes to its two streams of output.
        self.output = output_switches.SwitchReader(memory, _OUTPUT_AT)
        self._recording = recording_memory.RecordingReader(memory, _RECORDING_AT)

    def reset(self, launch, manner=PLAIN):
        """Drops all records; from now on only those count of this launch, which is started in a `manner`."""
        self._launch = launch
        self._sends_read = [0] * _RINGS
        self._paths_read = [0] * _RINGS
        self._memory[:_CRASHES_AT] = bytes(_CRASHES_AT)
        for slot in range(_MAIN_CRASHES + _CHILD_CRASHES):
            _CRASH.pack_into(self._memory, _CRASHES_AT + slot * _CRASH_BYTES, 0, 0, 0)
        _MANNER.pack_into(self._memory, _MANNER_AT, manner)
        for kind in _NOTE_KINDS:
            for start in _note_places(kind):
                _NOTE.pack_into(self._memory, start, 0, 0, 0)
        self.output.reset()
        self._recording.reset()
        _HEADER.pack_into(self._memory, 0, launch, 0, 0, 0, 0)

    def let_end(self):
        """From now on the program's process ends where its main module does."""
        _END.pack_into(self._memory, _END_AT, self._launch)

    def note(self, kind, since_ns=0):
        """The content of the last note of a kind, made no earlier than `since_ns`, or an empty dict."""
        launch, when, body = self._newest_note(kind)
        if launch != self._launch or when < since_ns:
            return {}
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def _newest_note(self, kind):
        """Its launch, its time and its bytes; the launch is 0 where there is none.

        A program in a loop may write the same note again and again: one place is whole while the
        other is written, and a place that has changed while it was read is read again.
        """
        for _ in range(_NOTE_READS):
            newest = 0, 0, b""
            is_whole = True
            for start in _note_places(kind):
                header = launch, length, when = _NOTE.unpack_from(self._memory, start)
                if launch != self._launch or when < newest[1]:
                    continue
                body = start + _NOTE.size
                newest = launch, when, self._memory[body : body + min(length, _NOTE_BYTES - _NOTE.size)]
                is_whole = header == _NOTE.unpack_from(self._memory, start)
            if is_whole:
                break
        return newest

    def recording(self, enough):
        """What a recorded program has written of its lines, as `RecordingReader.records` has it."""
        return self._recording.records(self._launch, enough)

    def started_ns(self):
        """When the program's first line ran, or None."""
        launch, state, _, _, when = _HEADER.unpack_from(self._memory, 0)
        return when if launch == self._launch and state >= _STARTED else None

    def has_ended(self):
        """Whether the main module came to its end, with no thread left that Python waits for."""
        launch, state, _, _, _ = _HEADER.unpack_from(self._memory, 0)
        return launch == self._launch and state == _ENDED

    def has_ended_with_daemon_threads(self):
        """Whether it came to its end while daemon threads ran, which Python stops then."""
        return self.has_ended() and _HEADER.unpack_from(self._memory, 0)[3] > 0

    def last_line(self):
        """The line that ran last at the top level of the main module that has ended, or None."""
        line = _HEADER.unpack_from(self._memory, 0)[2]
        return line if 0 < line < 1_000_000 else None

    def has_probed_line(self):
        """Whether the program has answered a probe."""
        return _PROBE.unpack_from(self._memory, _PROBE_AT)[0] == self._launch

    def probed_line(self):
        """The line at which the probe found the program, or None."""
        launch, line = _PROBE.unpack_from(self._memory, _PROBE_AT)
        return line if launch == self._launch and 0 < line < 1_000_000 else None

    def bind_line(self, ports):
        """The line of the program's last bind, if it was to one of these ports, or None."""
        launch, line, port = _BIND.unpack_from(self._memory, _BIND_AT)
        is_known = launch == self._launch and 0 < line < 1_000_000 and port in ports
        return line if is_known else None

    def crashes(self):
        """The content of each crash record, the earliest first; `at_ns` is when it was written, on the
        monotonic clock."""
        found = []
        for slot in range(_MAIN_CRASHES + _CHILD_CRASHES):
            start = _CRASHES_AT + slot * _CRASH_BYTES
            launch, length, when = _CRASH.unpack_from(self._memory, start)
            if launch != self._launch or not 0 < length <= _CRASH_BYTES - _CRASH.size:
                continue
            body = start + _CRASH.size
            try:
                content = json.loads(self._memory[body : body + length])
            except (ValueError, RecursionError):
                continue
            if isinstance(content, dict):
                found.append((when, content))
        return [{**content, "at_ns": when} for when, content in sorted(found, key=lambda crash: crash[0])]

    def new_sends(self):
        """The sends recorded since the last call, as `(port, offset, frames)`.

        Each of the frames, the innermost first, is a line and the first line of its function, 0 for
        the module itself.
        """
        found = []
        for start in self._new(_COUNTS_AT, self._sends_read, _SENDS_AT, _RING_SENDS, _SEND.size):
            port, launch, depth, offset, *numbers = _SEND.unpack_from(self._memory, start)
            if launch != self._launch & 0xFFFF or not 0 < depth <= 1 + CALLERS_MAX:
                continue
            frames = list(zip(numbers[: 2 * depth : 2], numbers[1 : 2 * depth : 2]))
            if all(_is_line(line) and function <= line for line, function in frames):
                found.append((port, offset, frames))
        return found

    def new_paths(self):
        """The lines that led to each send since the last call, as `(port, offset, lines)`.

        A line comes with the one, or 0, that only passed on what its function had made of mere values.
        """
        found = []
        for start in self._new(_PATH_COUNTS_AT, self._paths_read, _PATHS_AT, _RING_PATHS, _PATH_BYTES):
            port, launch, offset, count = _PATH.unpack_from(self._memory, start)
            if launch == self._launch & 0xFFFF and count <= _PATH_LINES_MAX:
                end = start + _PATH.size + count * _PATH_LINE.size
                lines = list(_PATH_LINE.iter_unpack(self._memory[start + _PATH.size : end]))
                if all(_is_line(line) and (not caller or _is_line(caller)) for line, caller in lines):
                    found.append((port, offset, lines))
        return found

    def _new(self, counts_at, read, records_at, per_ring, size):
        """Where the records begin that were written to rings since the last call."""
        counts = _COUNTS.unpack_from(self._memory, counts_at)
        for ring, count in enumerate(counts):
            if count == read[ring]:
                continue
            first = max(read[ring], count - per_ring)
            read[ring] = max(count, read[ring])
            for number in range(first, count):
                yield records_at + (ring * per_ring + number % per_ring) * size


class RecordWriter:
    """The learner's process's side; each method is cheap."""

    def __init__(self, memory):
        self._memory = memory
        self._launch = 0
        self._ring = 0
        self._sends = 0
        self._paths = 0
        self._notes = dict.fromkeys(_NOTE_KINDS, 0)
        self._crashes = 0
        self._crash_slots = range(_MAIN_CRASHES)
        #: Takes note of what is written to standard output and standard error.
        self.output = output_switches.SwitchWriter(memory, _OUTPUT_AT)
        #: Takes the program's lines, with values.
        self.recording = recording_memory.RecordingWriter(memory, _RECORDING_AT)

    def after_fork(self, pid):
        """This is a forked child now: `pid` decides which ring and which slot it writes to."""
        self._ring = 1 + pid % (_RINGS - 1)
        (self._sends,) = _COUNT.unpack_from(self._memory, _COUNTS_AT + self._ring * _COUNT.size)
        (self._paths,) = _COUNT.unpack_from(self._memory, _PATH_COUNTS_AT + self._ring * _COUNT.size)
        slot = _MAIN_CRASHES + pid % _CHILD_CRASHES
        self._crash_slots = range(slot, slot + 1)

    def may_end(self):
        """Whether the process ends where its main module does."""
        return _END.unpack_from(self._memory, _END_AT)[0] == self._launch

    def started(self):
        """The program's first line is about to run."""
        self._launch = _HEADER.unpack_from(self._memory, 0)[0]
        self.output.begin()
        self.recording.begin(self._launch)
        _HEADER.pack_into(self._memory, 0, self._launch, _STARTED, 0, 0, monotonic_ns())

    @property
    def is_traced(self):
        """Whether the judge asks for the paths of this start."""
        return _MANNER.unpack_from(self._memory, _MANNER_AT)[0] == TRACED

    @property
    def is_recorded(self):
        """Whether it asks for the lines and values of this start."""
        return _MANNER.unpack_from(self._memory, _MANNER_AT)[0] == RECORDED

    def ended(self, line, daemon_threads):
        """The main module came to its end; `line` ran last, and so many daemon threads run."""
        when = _HEADER.unpack_from(self._memory, 0)[4]
        _HEADER.pack_into(self._memory, 0, self._launch, _ENDED, line, daemon_threads, when)

    def probed(self, line):
        """The program is at `line`; 0 where no one line can be named."""
        _PROBE.pack_into(self._memory, _PROBE_AT, self._launch, line)

    def bound(self, port, line):
        """`line` has bound a socket to `port`."""
        _BIND.pack_into(self._memory, _BIND_AT, self._launch, line, port)

    def sent(self, port, offset, frames):
        """Bytes are sent to the client at `port`, which was sent `offset` bytes before.

        `frames` begins with the line that sends and the first line of its function; the same of
        each call that led there follows, the innermost first.
        """
        number = self._sends
        self._sends = number + 1
        start = _SENDS_AT + (self._ring * _RING_SENDS + number % _RING_SENDS) * _SEND.size
        count = len(frames)
        _SENDS[count](self._memory, start, port, self._launch & 0xFFFF, count // 2, offset & 0xFFFFFFFF, *frames)
        _COUNT.pack_into(self._memory, _COUNTS_AT + self._ring * _COUNT.size, (number + 1) & 0xFFFFFFFF)

    def record_path(self, port, offset, lines):
        """The lines that led to a send to the client at `port`, each with the one that only passed on
        what its function had made of mere values, or 0; of too many the last are kept."""
        number = self._paths
        self._paths = number + 1
        start = _PATHS_AT + (self._ring * _RING_PATHS + number % _RING_PATHS) * _PATH_BYTES
        kept = lines[-_PATH_LINES_MAX:]
        _PATH.pack_into(self._memory, start, port, self._launch & 0xFFFF, offset & 0xFFFFFFFF, len(kept))
        numbers = [number for line in kept for number in line]
        struct.pack_into(f"<{len(numbers)}I", self._memory, start + _PATH.size, *numbers)
        _COUNT.pack_into(
            self._memory, _PATH_COUNTS_AT + self._ring * _COUNT.size, (number + 1) & 0xFFFFFFFF
        )

    def noted(self, kind, content):
        """Something of one of the kinds of notes, as a dict of JSON values."""
        body = json.dumps(content).encode("ascii")
        if len(body) > _NOTE_BYTES - _NOTE.size:
            return
        self._notes[kind] += 1
        start = _note_places(kind)[self._notes[kind] % _NOTE_PLACES]
        # Not valid while it is half written.
        _NOTE.pack_into(self._memory, start, 0, 0, 0)
        body_at = start + _NOTE.size
        self._memory[body_at : body_at + len(body)] = body
        _NOTE.pack_into(self._memory, start, self._launch, len(body), monotonic_ns())

    def crashed(self, content):
        """An exception that nothing caught, as a dict of JSON values."""
        body = json.dumps(content).encode("ascii")
        bytes_max = _CRASH_BYTES - _CRASH.size
        while len(body) > bytes_max and content.get("traceback"):
            # The innermost lines are the ones to look at.
            content["traceback"] = content["traceback"][len(content["traceback"]) // 2 + 1 :]
            body = json.dumps(content).encode("ascii")
        if len(body) > bytes_max:
            return
        slot = self._crash_slots[self._crashes % len(self._crash_slots)]
        self._crashes += 1
        start = _CRASHES_AT + slot * _CRASH_BYTES
        # Not valid while it is half written.
        _CRASH.pack_into(self._memory, start, 0, 0, 0)
        body_at = start + _CRASH.size
        self._memory[body_at : body_at + len(body)] = body
        _CRASH.pack_into(self._memory, start, self._launch, len(body), monotonic_ns())

"""From an empty container to a finished run."""

import os
import signal
import sys
from time import monotonic

from . import frame, kernel, limits
from .job import Job
from .notes import NoteArea
from .output import ProgramOutput
from .place import Place
from .program import Programs
from .pump import Pump
from .run import Run

_STDIN, _STDOUT = 0, 1

#: How long the harness stays after its last frame, for the server to have the answer first.
_LINGER_SECONDS = 5.0


def main():
    """Gets ready, says so, waits for the one job, judges it, ends."""
    place = Place.from_arguments(sys.argv[1:])
    frames = frame.FrameWriter(_STDOUT)
    kernel.set_dumpable(False)
    if not place.container:
        kernel.adopt_orphans()
    hits = limits.LimitHits()
    measured = limits.measure(place)
    if measured["dumpable"]:
        sys.exit("the harness can't make itself unreadable")
    notes = NoteArea()
    output = ProgramOutput(lambda **fields: frames.write("output", **fields))
    pump = Pump(_STDIN, output)
    # The fork comes late: what was written to before it stays shared.
    programs = Programs(place, notes, pump, output, hits)
    _reset_signals()
    pump.watch_children(programs.ended)
    frames.ready(measured)
    try:
        read = frame.read(_STDIN)
    except frame.EndOfInput:
        os._exit(0)
    began = monotonic()
    job = Job.parse(read)
    frames.begin(job.nonce)
    run = Run(job, place, frames, pump, output, programs, notes, hits, began)
    run.all_tests()
    run.finish()
    programs.end()
    pump.sleep(_LINGER_SECONDS)
    os._exit(0)


def _reset_signals():
    """What a program can do to PID 1 by a signal is nothing, where none is handled."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            pass  # Reserved by the C library.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)

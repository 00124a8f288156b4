"""How much of the processor a program and those who judge it have used."""

import os
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class ProcessorTime:
    """What is used from now on, in microseconds."""

    def __init__(self, counters):
        self._counters = counters
        self._program_before = counters.cpu_us()
        self._own_before = _own_us()

    def used_us(self, child=None):
        """By the learner's container, this process and its children, or None where nobody counts.

        A child that has not ended is `child`, a process's number.
        """
        program = self._counters.cpu_us()
        if program is None or self._program_before is None:
            return None
        own = _own_us() - self._own_before + running_us(child)
        return max(program - self._program_before, 0) + own


def _own_us():
    ended = getrusage(RUSAGE_CHILDREN)
    return int((process_time() + ended.ru_utime + ended.ru_stime) * 1_000_000)


def running_us(pid):
    """What a process has used, by its `utime` and `stime` as in proc_pid_stat(5)."""
    if pid is None:
        return 0
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1_000_000 // _TICKS_PER_SECOND
    except (OSError, ValueError, IndexError):
        return 0

"""What the kernel counts of the learner's container, read by descriptors of its control group."""

import os


class Counters:
    """Refusals, memory and processor time, ever growing; None or 0 where the kernel does not say.

    `descriptors` are by the names of their files, see PROTOCOL.md; a container that is gone counts
    nothing any more.
    """

    def __init__(self, descriptors, limits):
        self._descriptors = descriptors
        self._refusals = (0, 0)
        self.memory_bytes = _whole(limits.get("memory_bytes"))
        self.processes = _whole(limits.get("processes"))

    def refusals(self):
        """`(processes killed for want of memory, processes refused)`, 0 where not known; the last
        that was read, where the container is gone."""
        killed = self._counted(b"oom_kill", "memory.oom_control", "memory.events")
        refused = self._counted(b"max", "pids.events")
        self._refusals = max(self._refusals[0], killed or 0), max(self._refusals[1], refused or 0)
        return self._refusals

    def was_full(self):
        """Whether the container has had all of its memory in use, as far as is known: the kernel
        kills for want of the host's memory too, and that is no program's doing."""
        peak = self.memory_peak_bytes()
        return peak is None or self.memory_bytes is None or peak >= 0.9 * self.memory_bytes

    def memory_peak_bytes(self):
        """The most memory that the container ever used, or None."""
        return self._number("memory.max_usage_in_bytes", "memory.peak")

    def cpu_us(self):
        """Processor time of all that ran in the container so far, or None."""
        used_ns = self._number("cpuacct.usage")
        return used_ns // 1000 if used_ns is not None else self._counted(b"usage_usec", "cpu.stat")

    def throttled_us(self):
        """Time in which the container had used up its share of a processor so far, or None."""
        throttled_us = self._counted(b"throttled_usec", "cpu.stat")
        if throttled_us is not None:
            return throttled_us
        throttled_ns = self._counted(b"throttled_time", "cpu.stat")
        return None if throttled_ns is None else throttled_ns // 1000

    def _number(self, *names):
        try:
            return int(self._text(names))
        except ValueError:
            return None

    def _counted(self, key, *names):
        """What a file of counters says by a key, or None."""
        for line in self._text(names).splitlines():
            fields = line.split()
            if len(fields) == 2 and fields[0] == key and fields[1].isdigit():
                return int(fields[1])
        return None

    def _text(self, names):
        for name in names:
            if name in self._descriptors:
                try:
                    return os.pread(self._descriptors[name], 4096, 0)
                except OSError:
                    return b""
        return b""


def _whole(value):
    return value if isinstance(value, int) and not isinstance(value, bool) else None

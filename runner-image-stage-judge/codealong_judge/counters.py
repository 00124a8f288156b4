"""What the kernel counts of the learner's container, read through descriptors of its cgroup."""

import os


class Counters:
    """Refusals, memory and processor time; None or 0 where the kernel does not say.

    `descriptors` are by the names of their files, see PROTOCOL.md. Those of a container that is gone
    read as nothing.
    """

    def __init__(self, descriptors, limits, count_processes):
        self._descriptors = descriptors
        self._count_processes = count_processes
        # The most processes that the program was seen to have when one had been killed.
        self._processes_at_kill = 0
        self._refusals = (0, 0)
        self._memory_bytes = _integer(limits.get("memory_bytes"))
        #: The limits as a learner is told them.
        self.memory_limit_mib = (self._memory_bytes or 128 << 20) >> 20
        self.process_limit = _integer(limits.get("processes")) or 50
        quota_us, period_us = (_integer(limits.get(f"cpu_{name}_us")) for name in ("quota", "period"))
        #: How much of a processor the container may use, at most 1: more than one needs threads.
        self.cpu_share = min(1.0, quota_us / period_us) if quota_us and period_us else 1.0

    def refusals(self):
        """`(processes killed for want of memory, processes refused)` since the container began.

        Where the container is gone, what was read last.
        """
        killed = self._entry(b"oom_kill", "memory.oom_control", "memory.events")
        refused = self._entry(b"max", "pids.events")
        if (killed or 0) > self._refusals[0]:
            self._processes_at_kill = max(self._processes_at_kill, self._count_processes())
        self._refusals = max(self._refusals[0], killed or 0), max(self._refusals[1], refused or 0)
        return self._refusals

    def forget_processes(self):
        """The program starts afresh: how many processes it had before says nothing any more."""
        self._processes_at_kill = 0

    def limit_reached(self, before):
        """Which limit has stopped a process since `refusals` said `before`.

        "memory", "processes" or None. As many processes as there may be can also need more memory than
        there is, and then they came first; the refusal of a program that has few is another matter.
        """
        killed, refused = (now > then for now, then in zip(self.refusals(), before))
        has_many = self._processes_at_kill > self.process_limit / 2
        if refused and (has_many or not killed):
            return "processes"
        return "memory" if killed else None

    def has_reached_memory_limit(self):
        """Whether the container has had nearly all of its memory in use, or the kernel does not say.

        The kernel also kills when the host runs out of memory, and no program is to blame for that.
        """
        peak = self.memory_peak_bytes()
        return peak is None or self._memory_bytes is None or peak >= 0.9 * self._memory_bytes

    def memory_peak_bytes(self):
        """The peak of the container's memory, or None."""
        return self._number("memory.max_usage_in_bytes", "memory.peak")

    def cpu_us(self):
        """The processor time of all that has run in the container, or None."""
        used_ns = self._number("cpuacct.usage")
        return used_ns // 1000 if used_ns is not None else self._entry(b"usage_usec", "cpu.stat")

    def threads(self):
        """How many threads of all processes there are in the container, or None.

        One that has ended counts until its parent has asked for its status.
        """
        return self._number("pids.current")

    def throttled_us(self):
        """The time in which the container had used up its share of a processor, or None."""
        throttled_us = self._entry(b"throttled_usec", "cpu.stat")
        if throttled_us is not None:
            return throttled_us
        throttled_ns = self._entry(b"throttled_time", "cpu.stat")
        return None if throttled_ns is None else throttled_ns // 1000

    def _number(self, *names):
        try:
            return int(self._text(names))
        except ValueError:
            return None

    def _entry(self, key, *names):
        """The number after `key` in the first of these files that exists, or None."""
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


def _integer(value):
    return value if isinstance(value, int) and not isinstance(value, bool) else None

"""The learner's processes as the kernel shows them, through a descriptor of the launcher's `/proc`."""

from codealong_protocol import procfs

#: States of threads that wait or have ended: they do nothing until somebody else does.
_ASLEEP = frozenset("SDTtZX")
_DEAD = frozenset("ZX")

#: The launcher's own.
_LAUNCHER_THREADS = 1

#: The files of so many threads stay open between two looks.
_KEPT_THREADS_MAX = 16


class ProcessTable:
    """Which processes there are besides the launcher's own, and whether they wait."""

    def __init__(self, proc, launcher, is_container, preforked):
        self._proc = proc
        self._launcher = launcher
        #: Whether every process in `proc` belongs to the lane.
        self.is_container = is_container
        self._preforked = frozenset()
        # Those of the program's first process, as they were at the last look.
        self._threads = None
        self.set_preforked(preforked)

    def set_preforked(self, pids):
        """The launcher has forked these in advance: they are not the program's."""
        self._preforked = frozenset(pid for pid in pids if isinstance(pid, int))

    def program_pids(self):
        try:
            if self.is_container:
                found = procfs.pids(self._proc)
            else:
                # Twice: one whose parent ends in the middle of a look may be missed by it.
                looks = [procfs.descendants(self._proc, self._launcher) for _ in range(2)]
                found = set().union(*looks)
        except OSError:
            return []
        return [pid for pid in found if pid != self._launcher and pid not in self._preforked]

    def are_asleep(self, first, threads_in_all):
        """Whether all threads of the program wait or have ended; `first` is its first process, or None.

        A first process that has ended altogether is not asleep: its status is on its way. Where
        `threads_in_all` gives the number of threads in the container, and these are all accounted
        for, nobody looks for more processes: to list `/proc` takes longer than all the rest.
        """
        threads_before = threads_in_all()
        states = () if first is None else self._states(first, threads_before)
        if first is not None and (_DEAD.issuperset(states) or not _ASLEEP.issuperset(states)):
            return False
        known = _LAUNCHER_THREADS + len(self._preforked) + len(states)
        # Before and after: a thread may end, and a process begin, while the others are looked at.
        if threads_before == known and threads_in_all() == known:
            return True
        return all(self.is_asleep(pid) for pid in self.program_pids() if pid != first)

    def _states(self, pid, threads_in_all):
        """The states of a process's threads.

        The files that were opened for the look before are read again, as far as these may be all: another
        thread in place of one that has ended shows by that one's file.
        """
        others = _LAUNCHER_THREADS + len(self._preforked)
        if self._threads is not None:
            is_known = self._threads.pid == pid and threads_in_all == others + len(self._threads)
            states = self._threads.states() if is_known else None
            if states is not None and _DEAD.isdisjoint(states):
                return states
            self._threads.close()
        self._threads = procfs.Threads.open(self._proc, pid, _KEPT_THREADS_MAX)
        states = None if self._threads is None else self._threads.states()
        return procfs.thread_states(self._proc, pid) if states is None else states

    def is_dead(self, pid):
        """Whether all of a process's threads have ended."""
        return _DEAD.issuperset(procfs.thread_states(self._proc, pid))

    def thread_schedules(self, pid):
        """How each of a process's threads was scheduled so far, by process and thread."""
        return procfs.thread_schedules(self._proc, pid)

    def is_asleep(self, pid):
        """Whether all of a process's threads wait or have ended."""
        return _ASLEEP.issuperset(procfs.thread_states(self._proc, pid))

"""The learner's processes as the kernel shows them, by a descriptor of the launcher's `/proc`."""

from codealong_protocol import procfs

#: Threads that wait or have ended: nothing is on its way then.
_ASLEEP = frozenset("SDTtZX")
_DEAD = frozenset("ZX")


class ProcessTable:
    """Which processes there are besides the launcher's own, and whether they wait."""

    def __init__(self, proc, launcher, container, waiting):
        self._proc = proc
        self._launcher = launcher
        self._container = container
        self._waiting = frozenset()
        self.set_waiting(waiting)

    @property
    def container(self):
        """Whether every process that there is belongs to the lane."""
        return self._container

    def set_waiting(self, pids):
        """The launcher has made these ahead: no program's."""
        self._waiting = frozenset(pid for pid in pids if isinstance(pid, int))

    def of_program(self):
        """All processes of the program, as numbers."""
        try:
            if self._container:
                found = procfs.pids(self._proc)
            else:
                found = procfs.descendants(self._proc, self._launcher)
        except OSError:
            return []
        return [pid for pid in found if pid != self._launcher and pid not in self._waiting]

    def is_dead(self, pid):
        """Whether all of a process's threads have ended."""
        return _DEAD.issuperset(procfs.thread_states(self._proc, pid))

    def is_asleep(self, pid):
        """Whether all of a process's threads wait or have ended."""
        return _ASLEEP.issuperset(procfs.thread_states(self._proc, pid))

"""The learner's processes as the kernel shows them, by a descriptor of the launcher's `/proc`."""

import os

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC

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
        return [pid for pid in self._all() if pid != self._launcher and pid not in self._waiting]

    def states(self, pid):
        """The letters of a process's threads, as in `S`; none where it is gone."""
        try:
            folder = os.open(f"{pid}/task", _FLAGS | os.O_DIRECTORY, dir_fd=self._proc)
            try:
                threads = os.listdir(folder)
            finally:
                os.close(folder)
            return [self._stat(f"{pid}/task/{thread}/stat")[0] for thread in threads]
        except (OSError, IndexError):
            return []

    def is_dead(self, pid):
        """Whether all of a process's threads have ended."""
        return _DEAD.issuperset(self.states(pid))

    def is_asleep(self, pid):
        """Whether all of a process's threads wait or have ended."""
        return _ASLEEP.issuperset(self.states(pid))

    def _all(self):
        try:
            numbers = [int(name) for name in os.listdir(self._proc) if name.isdigit()]
        except OSError:
            return []
        if self._container:
            return numbers
        parents = {}
        for pid in numbers:
            try:
                parents[pid] = int(self._stat(f"{pid}/stat")[1])
            except (OSError, IndexError, ValueError):
                pass
        below, found = {self._launcher}, []
        while True:
            new = [pid for pid, parent in parents.items() if parent in below and pid not in below]
            if not new:
                return found
            below.update(new)
            found += new

    def _stat(self, path):
        """The fields after the command's name: the state, the parent, and so on."""
        file = os.open(path, _FLAGS, dir_fd=self._proc)
        try:
            return os.read(file, 4096).rpartition(b")")[2].decode("ascii", "replace").split()
        finally:
            os.close(file)

"""What a `/proc` says about processes.

Each function takes a descriptor of the folder, because the judge reads the launcher's: its own is of
another PID namespace.
"""

import os
from collections import namedtuple

#: More than a `stat` has, or a `schedstat`.
_READ_BYTES = 4096

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def pids(proc):
    """The numbers of all processes."""
    return [int(name) for name in os.listdir(proc) if name.isdigit()]


def descendants(proc, ancestor):
    """The numbers of a process's children, of their children, and so on."""
    parents = {}
    for pid in pids(proc):
        try:
            parents[pid] = int(_stat(proc, f"{pid}/stat")[1])
        except (OSError, IndexError, ValueError):
            pass  # It ended meanwhile.
    family, found = {ancestor}, []
    while True:
        new = [pid for pid, parent in parents.items() if parent in family and pid not in family]
        if not new:
            return found
        family.update(new)
        found += new


def thread_states(proc, pid):
    """The state letter of each of a process's threads, as in `["S", "R"]`; empty where it is gone."""
    states = []
    for thread in _threads(proc, pid):
        try:
            states.append(_state(_read(proc, f"{pid}/task/{thread}/stat")))
        except (OSError, ValueError, IndexError):
            pass  # This thread has ended meanwhile; the others may be at work.
    return states


class Threads:
    """A process's threads, whose states are asked for again and again: each file is opened once."""

    def __init__(self, pid, files):
        self.pid = pid
        self._files = files

    @classmethod
    def open(cls, proc, pid, threads_max):
        """None where there are more than `threads_max`, or one ends meanwhile."""
        threads, files = _threads(proc, pid), []
        if len(threads) > threads_max:
            return None
        try:
            for thread in threads:
                files.append(os.open(f"{pid}/task/{thread}/stat", _FLAGS, dir_fd=proc))
        except OSError:
            cls(pid, files).close()
            return None
        return cls(pid, files)

    def __len__(self):
        return len(self._files)

    def states(self):
        """As `thread_states`, or None where one of them has ended altogether."""
        try:
            return [_state(os.pread(file, _READ_BYTES, 0)) for file in self._files]
        except (OSError, ValueError, IndexError):
            return None

    def close(self):
        for file in self._files:
            os.close(file)
        self._files = []


class ThreadSchedule(namedtuple("ThreadSchedule", "run_ns delay_ns turns is_ready")):
    """How a thread was scheduled so far, in the three numbers of `schedstat`, and its state now.

    `delay_ns` is how long it was ready to run and no processor took it; a delay counts once it is over.
    """

    __slots__ = ()


def thread_schedules(proc, pid):
    """The `ThreadSchedule` of each of a process's threads, by `(pid, thread)`.

    Empty where the process is gone, or where the kernel does not count.
    """
    found = {}
    for thread in _threads(proc, pid):
        folder = f"{pid}/task/{thread}"
        try:
            run_ns, delay_ns, turns = map(int, _read(proc, f"{folder}/schedstat").split())
            is_ready = _stat(proc, f"{folder}/stat")[0] == "R"
        except (OSError, IndexError, ValueError):
            continue
        found[pid, thread] = ThreadSchedule(run_ns, delay_ns, turns, is_ready)
    return found


def _threads(proc, pid):
    """The numbers of a process's threads, as texts; none where it is gone."""
    try:
        folder = os.open(f"{pid}/task", _FLAGS | os.O_DIRECTORY, dir_fd=proc)
        try:
            return os.listdir(folder)
        finally:
            os.close(folder)
    except OSError:
        return []


def _stat(proc, path):
    """The fields after the command's name, which may hold spaces: the state, the parent, and so on."""
    return _read(proc, path).rpartition(b")")[2].decode("ascii", "replace").split()


def _state(stat):
    """The state letter in a thread's `stat`: the first field after the command's name, which may hold spaces."""
    return chr(stat[stat.rindex(b")") + 2])


def _read(proc, path):
    file = os.open(path, _FLAGS, dir_fd=proc)
    try:
        return os.read(file, _READ_BYTES)
    finally:
        os.close(file)

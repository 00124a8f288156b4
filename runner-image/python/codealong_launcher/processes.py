"""The learner's processes: preforked, started, killed, and reaped.

The launcher is the warm interpreter that they are forked from. Each waits until it is started; those
that are preforked before a run cost it nothing.
"""

import gc
import os
import signal
import site
import sys
from time import monotonic, sleep

from codealong_protocol import procfs

from . import stack_probe
from .failure import Failure
from .learner import Learner
from .waiting_process import BLOCKABLE, WaitingProcess

#: A run of the first step starts the program twice. A program that names modules, which are imported
#: before the fork, can use neither. Any further process is forked while the program before it begins, if
#: the judge expects one more start.
_PREFORKED = 2

#: A program that has so many threads may soon have as many as it may: the launcher's own fork would be
#: refused, and count as one of the program's.
_THREADS_MAX_TO_FORK_AHEAD = 16

#: How many threads there are in this container, the launcher's one included: by version 1 of cgroups, or 2.
_THREAD_COUNTS = ("/sys/fs/cgroup/pids/pids.current", "/sys/fs/cgroup/pids.current")
_LAUNCHER_THREADS = 1

#: How long the end of a program's one process is waited for, and how often many are looked for: less and
#: less, because what is killed needs processor time to end, of the same share.
_END_SECONDS, _LOOK_SECONDS, _LOOK_SECONDS_MAX = 0.005, 0.0002, 0.01
#: Long on purpose: a busy machine must not look like a program that can't be ended.
_KILL_SECONDS = 5.0
#: A program whose processes multiply faster than they are found is killed together with those that
#: are preforked.
_KILL_ALL_SECONDS = 0.5


class Processes:
    """One program at a time, and preforked processes for the next ones."""

    def __init__(self, environment, memory, child_signal):
        self._child_signal = child_signal
        self._is_container = environment.is_container
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._thread_count = _open_thread_count() if environment.is_container else None
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        os.close(null)
        # Inherited by preforked processes: no signal from a program must end one that waits.
        # SIGCHLD stays open, because the launcher itself needs it.
        signal.pthread_sigmask(signal.SIG_BLOCK, set(BLOCKABLE) - {signal.SIGCHLD})
        #: Called with a start's number and its status when its first process has ended.
        self.on_end = lambda number, status: None
        #: Called when a process that was preforked has ended, once there was a start.
        self.on_preforked_end = lambda: None
        self._learner = _prepare(environment, memory)
        self._preforked = []
        # The number and the first process of the present start, and whether it has ended.
        self._number, self._pid, self._has_ended = 0, None, True
        # Where the present start hands over its code.
        self._code = None

    def preforked_pids(self):
        return [process.pid for process in self._preforked]

    def prefork(self):
        """Forks processes in advance, and waits until they have warmed up."""
        self._preforked = [WaitingProcess(self._learner, self._learner.warm_up) for _ in range(_PREFORKED)]
        for process in self._preforked:
            process.wait_until_ready()

    def prefork_next(self):
        """Forks the process of the next start, if there is room."""
        if self._threads() > _THREADS_MAX_TO_FORK_AHEAD:
            return
        try:
            self._preforked.append(WaitingProcess(self._learner, self._learner.load_code))
        except Failure:
            pass  # It is forked when it is needed, or fails then.

    def import_named(self, words):
        """Imports what a program names, before its first start: see `imports`."""
        if words:
            self._discard_preforked()
            self._learner.import_named(words)

    def start(self, number, arguments):
        """Starts the program with these arguments: the pid of its first process, and the read ends of its two streams."""
        self._take_code()
        while self._preforked:
            process = self._preforked.pop(0)
            if process.start(arguments):
                break
            process.discard()  # A program before it killed it.
        else:
            process = WaitingProcess(self._learner)
            process.start(arguments)
        self._code = process.code
        self._number, self._pid, self._has_ended = number, process.pid, False
        return process.pid, process.stdout, process.stderr

    def terminate(self):
        """Asks the program's first process to end."""
        if self._pid is not None and not self._has_ended:
            try:
                os.kill(self._pid, signal.SIGTERM)
            except OSError:
                pass

    def probe_stack(self):
        """Makes the program record the line that it is at."""
        if self._pid is not None and not self._has_ended:
            try:
                os.kill(self._pid, stack_probe.SIGNAL)
            except OSError:
                pass

    def reap(self):
        """Takes the status of each child that has ended."""
        self._child_signal.take()
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid == self._pid and not self._has_ended:
                self._has_ended = True
                self.on_end(self._number, os.waitstatus_to_exitcode(status))
            for process in [process for process in self._preforked if process.pid == pid]:
                self._preforked.remove(process)
                process.close()
                if self._number:
                    self.on_preforked_end()

    def kill(self):
        """Kills the program with all its processes, and waits for their end."""
        if self._pid is not None and not self._has_ended:
            _kill(self._pid)
            self._child_signal.wait(_END_SECONDS)
        begin, pause = monotonic(), _LOOK_SECONDS
        while True:
            self.reap()
            remaining = self._program_pids()
            if not remaining and self._has_ended:
                self._pid = None
                return
            for pid in remaining:
                _kill(pid)
            now = monotonic()
            if now > begin + _KILL_SECONDS:
                raise Failure("processes-stay")
            if self._is_container and now > begin + _KILL_ALL_SECONDS:
                self._discard_preforked()
                os.kill(-1, signal.SIGKILL)
            # Not by the signal: a crowd of ends would wake it again and again.
            sleep(pause)
            pause = min(1.5 * pause, _LOOK_SECONDS_MAX)

    def kill_descendants(self):
        """On a host, kills all that is left; in a container the kernel does, at the launcher's end."""
        if not self._is_container:
            for pid in procfs.descendants(self._proc, os.getpid()):
                _kill(pid)

    def _program_pids(self):
        """The program's processes; one that has been reaped is none."""
        if self._has_ended and self._is_alone():
            return []
        own = {os.getpid(), *self.preforked_pids()}
        if self._is_container:
            found = procfs.pids(self._proc)
        else:
            found = procfs.descendants(self._proc, os.getpid())
        return [pid for pid in found if pid not in own]

    def _take_code(self):
        if self._code is not None:
            self._learner.compiled_code.receive(self._code)
            os.close(self._code)
            self._code = None

    def _is_alone(self):
        """Whether there is nothing in this container but the launcher and what is preforked.

        A process counts until its status has been taken, so that none can come in place of another. To
        list `/proc` takes ten times as long.
        """
        return self._threads() == _LAUNCHER_THREADS + len(self._preforked)

    def _threads(self):
        """How many threads there are in the container; 0 where nobody counts them."""
        return 0 if self._thread_count is None else int(os.pread(self._thread_count, 32, 0))

    def _discard_preforked(self):
        for process in self._preforked:
            process.discard()
        self._preforked.clear()


def _open_thread_count():
    """A descriptor of the number of threads in this container, or None where the kernel has none."""
    for path in _THREAD_COUNTS:
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
    return None


def _prepare(environment, memory):
    """Makes this interpreter one in which a learner's program can start."""
    site.setquit()
    site.setcopyright()
    site.sethelper()
    os.environ.clear()
    os.environ.update(PATH="/usr/local/bin:/usr/bin:/bin", HOME="/tmp", LANG="C.UTF-8")
    learner = Learner(environment, memory)
    learner.prepare()
    # A collection would write to the page of each object, and unshare it.
    gc.freeze()
    return learner


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass

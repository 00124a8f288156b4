"""The learner's processes: preforked, started, killed, and reaped.

The launcher is the warm interpreter that they are forked from. Each waits until it is started, so
that preforked ones cost a run nothing.
"""

import fcntl
import gc
import os
import select
import signal
import site
import sys
import traceback
# Those of `signal` make enums of 60 numbers at each call: half a millisecond of each start.
from _signal import pthread_sigmask, sigpending
from time import monotonic

from codealong_protocol import kernel, procfs

from . import stack_probe
from .failure import Failure
from .learner import Learner

#: A run of the first step starts the program twice. Any further process is forked when it is needed,
#: so that the judge knows of each one that it sees. So is every process of a program that names
#: modules, which are imported before the fork.
_PREFORKED = 2

#: What starts a waiting process, its arguments following, and what it writes when it is ready.
_START, _READY = b"s", b"r"
#: What is written to a pipe at once stays together.
_ORDER_BYTES_MAX = select.PIPE_BUF

#: Long on purpose: a busy machine must not look like a program that can't be ended.
_KILL_SECONDS = 5.0
#: A program whose processes multiply faster than they are found is killed together with those that
#: are preforked.
_KILL_ALL_SECONDS = 0.5

#: Signals that a program can send to a process by accident, and that a process can block.
_BLOCKABLE = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


class WaitingProcess:
    """A process that waits to be started; `warms_up` says whether it warms up meanwhile."""

    def __init__(self, learner, warms_up):
        start_end, self._start = os.pipe2(os.O_CLOEXEC)
        self._ready, ready_end = os.pipe2(os.O_CLOEXEC)
        self.stdout, stdout_end = os.pipe2(os.O_CLOEXEC)
        self.stderr, stderr_end = os.pipe2(os.O_CLOEXEC)
        ends = (start_end, ready_end, stdout_end, stderr_end)
        try:
            self.pid = os.fork()
        except OSError as error:
            for descriptor in (*ends, self._start, self._ready, self.stdout, self.stderr):
                os.close(descriptor)
            raise Failure("no-process", error.errno) from None
        if not self.pid:
            _wait_and_run(learner, warms_up, *ends)
        for descriptor in ends:
            os.close(descriptor)

    def wait_until_ready(self):
        """Returns when it has warmed up, or has ended."""
        os.read(self._ready, 1)

    def start(self, arguments):
        """Starts it with these arguments; says whether it was still there."""
        try:
            # A program before it may have stopped it.
            os.kill(self.pid, signal.SIGCONT)
            os.write(self._start, _START + b"".join(b"%b\0" % argument.encode() for argument in arguments))
        except OSError:
            return False
        os.close(self._start)
        os.close(self._ready)
        return True

    def discard(self):
        """Kills it."""
        _kill(self.pid)
        for descriptor in (self._start, self._ready, self.stdout, self.stderr):
            os.close(descriptor)


class Processes:
    """One program at a time, and preforked processes for the next ones."""

    def __init__(self, environment, memory):
        self._is_container = environment.is_container
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        os.close(null)
        # Inherited by preforked processes: no signal from a program must end one that waits.
        # SIGCHLD stays open, because the launcher itself needs it.
        pthread_sigmask(signal.SIG_BLOCK, set(_BLOCKABLE) - {signal.SIGCHLD})
        #: Called with a start's number and its status when its first process has ended.
        self.on_end = lambda number, status: None
        self._learner = _prepare(environment, memory)
        self._preforked = []
        # The number and the first process of the present start, and whether it has ended.
        self._number, self._pid, self._has_ended = 0, None, True

    def preforked_pids(self):
        return [process.pid for process in self._preforked]

    def prefork(self):
        """Forks processes in advance, and waits until they have warmed up."""
        self._preforked = [WaitingProcess(self._learner, warms_up=True) for _ in range(_PREFORKED)]
        for process in self._preforked:
            process.wait_until_ready()

    def import_named(self, words):
        """Imports what a program names, before its first start: see `imports`."""
        if words:
            self._discard_preforked()
            self._learner.import_named(words)

    def start(self, number, arguments):
        """Starts the program with these arguments: the pid of its first process, and the read ends of its two streams."""
        while self._preforked:
            process = self._preforked.pop(0)
            if process.start(arguments):
                break
            process.discard()  # A program before it killed it.
        else:
            process = WaitingProcess(self._learner, warms_up=False)
            process.start(arguments)
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

    def kill(self):
        """Kills the program with all its processes, and waits for their end."""
        if self._pid is not None and not self._has_ended:
            _kill(self._pid)
        begin = monotonic()
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
            # Not until SIGCHLD comes: its descriptor is read by the launcher's own loop.
            select.select([], [], [], 0.0002)

    def kill_descendants(self):
        """On a host, kills all that is left; in a container the kernel does, at the launcher's end."""
        if not self._is_container:
            for pid in procfs.descendants(self._proc, os.getpid()):
                _kill(pid)

    def _program_pids(self):
        """The program's processes; one that has been reaped is none."""
        own = {os.getpid(), *self.preforked_pids()}
        if self._is_container:
            found = procfs.pids(self._proc)
        else:
            found = procfs.descendants(self._proc, os.getpid())
        return [pid for pid in found if pid not in own]

    def _discard_preforked(self):
        for process in self._preforked:
            process.discard()
        self._preforked.clear()


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


def _wait_and_run(learner, warms_up, start, ready, stdout, stderr):
    """What a forked process does; never returns."""
    try:
        pthread_sigmask(signal.SIG_BLOCK, _BLOCKABLE)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        # Out of the way of the numbers 1 to 4, which they get next.
        ends = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in (stdout, stderr, start, ready)]
        for number, descriptor in enumerate(ends, 1):
            os.dup2(descriptor, number)
        os.closerange(5, 1024)
        if warms_up:
            learner.warm_up()
        try:
            os.write(4, _READY)
        except OSError:
            pass  # It has been started already, and nobody waits for this.
        os.close(4)
        order = os.read(3, _ORDER_BYTES_MAX)
        if order[:1] != _START:
            os._exit(0)
        os.close(3)
        _reset_signals()
        kernel.set_dumpable(True)
        _raise_oom_score()
        learner.run([argument.decode() for argument in order[1:].split(b"\0")[:-1]])
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _raise_oom_score():
    """When memory runs out, the kernel kills the learner's processes first, not the launcher.

    Only a dumpable process may write to the file. One that waits stays as it is: nothing of the
    program that runs meanwhile can read it or write to it.
    """
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(file, b"1000")
    except OSError:
        pass
    finally:
        os.close(file)


def _reset_signals():
    """Handlers and mask as a new Python has them, without what an earlier program sent here."""
    pending = sigpending()
    for number in pending:
        signal.signal(number, signal.SIG_IGN)
    for number in pending:
        signal.signal(number, signal.SIG_DFL)
    # What Python itself sets at its start.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pthread_sigmask(signal.SIG_UNBLOCK, _BLOCKABLE)


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass

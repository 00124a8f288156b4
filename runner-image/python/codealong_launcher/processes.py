"""The learner's processes: forked ahead, started, killed, and buried.

The launcher is the warm interpreter that they are forked from. Each waits for its start: those made
ahead cost a run nothing.
"""

import fcntl
import gc
import os
import select
import signal
import site
import sys
import traceback
from time import monotonic

from codealong_protocol import kernel, procfs

from . import whereabouts
from .learner import Learner

#: How many processes are made before the job comes: a run of the first step starts the program
#: twice. Later ones are forked as they are needed, so that the judge knows of every process that it
#: sees; and so are those of a program that names modules to be imported first.
_MADE_AHEAD = 2

#: What starts a waiting process, and what it says when it is ready.
_GO, _READY = b"g", b"r"

#: Long on purpose: a busy machine must not read as a program that can't be ended.
_KILL_SECONDS = 5.0
#: A program whose processes multiply faster than they are found is killed with all that waits.
_KILL_ALL_SECONDS = 0.5

#: Signals that a program can send to a process by accident, and that one can refuse.
_CATCHABLE = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


class ProcessesError(Exception):
    """A program can't be started or ended."""


class Waiting:
    """A process that waits for its start; one that is made ahead rehearses it."""

    def __init__(self, learner, is_ahead):
        go_end, self._go = os.pipe2(os.O_CLOEXEC)
        self._ready, ready_end = os.pipe2(os.O_CLOEXEC)
        self.stdout, stdout_end = os.pipe2(os.O_CLOEXEC)
        self.stderr, stderr_end = os.pipe2(os.O_CLOEXEC)
        ends = (go_end, ready_end, stdout_end, stderr_end)
        try:
            self.pid = os.fork()
        except OSError as error:
            for descriptor in (*ends, self._go, self._ready, self.stdout, self.stderr):
                os.close(descriptor)
            raise ProcessesError(f"no process can be made: {error.strerror}") from None
        if not self.pid:
            _wait_and_run(learner, is_ahead, *ends)
        for descriptor in ends:
            os.close(descriptor)

    def until_ready(self):
        """Waits until it has rehearsed, or has ended."""
        os.read(self._ready, 1)

    def go(self):
        """Starts it; says whether it was there to be started."""
        try:
            # Where an earlier program has stopped it.
            os.kill(self.pid, signal.SIGCONT)
            os.write(self._go, _GO)
        except OSError:
            return False
        os.close(self._go)
        os.close(self._ready)
        return True

    def abandon(self):
        """Ends it."""
        _kill(self.pid)
        for descriptor in (self._go, self._ready, self.stdout, self.stderr):
            os.close(descriptor)


class Processes:
    """One program at a time, and those that wait to be the next."""

    def __init__(self, environment, memory):
        self._container = environment.container
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        os.close(null)
        # All but the one that tells of children: a process that waits is not to be met by any.
        signal.pthread_sigmask(signal.SIG_BLOCK, set(_CATCHABLE) - {signal.SIGCHLD})
        #: Called with a start's number and its status when its first process has ended.
        self.on_end = lambda number, status: None
        self._learner = _prepare(environment, memory)
        self._ahead = []
        # The number and the first process of the present start, and whether it has ended.
        self._number, self._pid, self._has_ended = 0, None, True

    def waiting_pids(self):
        return [waiting.pid for waiting in self._ahead]

    def make_ahead(self):
        """Makes those that are to wait, and waits until they are ready."""
        self._ahead = [Waiting(self._learner, is_ahead=True) for _ in range(_MADE_AHEAD)]
        for waiting in self._ahead:
            waiting.until_ready()

    def import_first(self, words):
        """Imports what a program names before its first start: see `imports`."""
        if words:
            self._abandon_ahead()
            self._learner.import_named(words)

    def start(self, number):
        """Starts the program: its first process, and the reading ends of its output."""
        while self._ahead:
            waiting = self._ahead.pop(0)
            if waiting.go():
                break
            waiting.abandon()  # An earlier start of the program ended it.
        else:
            waiting = Waiting(self._learner, is_ahead=False)
            waiting.go()
        self._number, self._pid, self._has_ended = number, waiting.pid, False
        return waiting.pid, waiting.stdout, waiting.stderr

    def ask(self):
        """Asks the program where it stands; it answers in its notes."""
        if self._pid is not None and not self._has_ended:
            try:
                os.kill(self._pid, whereabouts.SIGNAL)
            except OSError:
                pass

    def bury(self):
        """Takes the status of each process that has ended."""
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
        """Ends the program with all its processes."""
        if self._pid is not None and not self._has_ended:
            _kill(self._pid)
        begin = monotonic()
        while True:
            self.bury()
            left = self._others()
            if not left and self._has_ended:
                self._pid = None
                return
            for pid in left:
                _kill(pid)
            now = monotonic()
            if now > begin + _KILL_SECONDS:
                raise ProcessesError("its processes can't be ended")
            if self._container and now > begin + _KILL_ALL_SECONDS:
                self._abandon_ahead()
                os.kill(-1, signal.SIGKILL)
            # Not by the signal that tells of an end: the loop of the launcher waits for that.
            select.select([], [], [], 0.0002)

    def end(self):
        """Nobody is left to start anything for: in a container the kernel ends the rest."""
        if not self._container:
            for pid in procfs.descendants(self._proc, os.getpid()):
                _kill(pid)

    def _others(self):
        """The program's processes, less its first where that has ended."""
        known = {os.getpid(), *self.waiting_pids()}
        if self._container:
            found = procfs.pids(self._proc)
        else:
            found = procfs.descendants(self._proc, os.getpid())
        return [pid for pid in found if pid not in known]

    def _abandon_ahead(self):
        for waiting in self._ahead:
            waiting.abandon()
        self._ahead.clear()


def _prepare(environment, memory):
    """Makes this interpreter one in which a learner's program can start."""
    site.setquit()
    site.setcopyright()
    site.sethelper()
    os.environ.clear()
    os.environ.update(PATH="/usr/local/bin:/usr/bin:/bin", HOME="/tmp", LANG="C.UTF-8")
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", line_buffering=True)
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    learner = Learner(environment, memory)
    learner.prepare()
    # Not collected before: looking at each object would write to its page.
    gc.freeze()
    return learner


def _wait_and_run(learner, is_ahead, go, ready, stdout, stderr):
    """What a forked process does; never returns."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _CATCHABLE)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _volunteer_for_the_oom_killer()
        # Away from the numbers that they are to have.
        ends = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in (stdout, stderr, go, ready)]
        for number, descriptor in enumerate(ends, 1):
            os.dup2(descriptor, number)
        os.closerange(5, 1024)
        if is_ahead:
            learner.rehearse()
        try:
            os.write(4, _READY)
        except OSError:
            pass  # It was started before, and nobody waits for that any more.
        os.close(4)
        if os.read(3, 1) != _GO:
            os._exit(0)
        os.close(3)
        _reset_signals()
        kernel.set_dumpable(True)
        learner.run()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _volunteer_for_the_oom_killer():
    """When memory runs out, the learner's processes go first, never the launcher."""
    kernel.set_dumpable(True)  # Else the file is root's.
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass
    kernel.set_dumpable(False)


def _reset_signals():
    """As a new process has them. What an earlier program sent to this process is forgotten."""
    pending = signal.sigpending()
    for number in pending:
        signal.signal(number, signal.SIG_IGN)
    for number in pending:
        signal.signal(number, signal.SIG_DFL)
    # What Python itself sets at its start.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _CATCHABLE)


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass

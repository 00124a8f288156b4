"""A process that waits to become the learner's program."""

import fcntl
import os
import select
import signal
import traceback
# Those of `signal` make enums of what they take and give, which takes half a millisecond of each start.
from _signal import SIG_DFL, SIG_IGN, default_int_handler, pthread_sigmask, set_wakeup_fd, sigpending
from _signal import signal as set_handler

from codealong_protocol import kernel

from .failure import Failure

#: What starts a waiting process, its arguments following, and what it writes when it is ready.
_START, _READY = b"s", b"r"
#: What is written to a pipe at once stays together.
_ORDER_BYTES_MAX = select.PIPE_BUF

#: Signals that a program can send to a process by accident, and that a process can block.
BLOCKABLE = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})

#: The numbers that its descriptors get after standard input.
_STDOUT, _STDERR, _START_END, _READY_END, _CODE_END = range(1, 6)


class WaitingProcess:
    """Forked from the launcher; what it does until it is started is to call `prepare()`.

    `stdout` and `stderr` are the read ends of its output, `code` is that of a pipe from which its
    program's code comes: see `compiled_code`.
    """

    def __init__(self, learner, prepare=lambda: None):
        start_end, self._start = os.pipe2(os.O_CLOEXEC)
        self._ready, ready_end = os.pipe2(os.O_CLOEXEC)
        self.stdout, stdout_end = os.pipe2(os.O_CLOEXEC)
        self.stderr, stderr_end = os.pipe2(os.O_CLOEXEC)
        self.code, code_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        ends = (stdout_end, stderr_end, start_end, ready_end, code_end)
        try:
            self.pid = os.fork()
        except OSError as error:
            for descriptor in (*ends, self._start):
                os.close(descriptor)
            self._close_read_ends()
            raise Failure("no-process", error.errno) from None
        if not self.pid:
            _wait_and_run(learner, prepare, ends)
        for descriptor in ends:
            os.close(descriptor)

    def wait_until_ready(self):
        """Returns when it is prepared, or has ended."""
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
        try:
            os.kill(self.pid, signal.SIGKILL)
        except OSError:
            pass
        self.close()

    def close(self):
        """It was not started, and has ended or will."""
        os.close(self._start)
        self._close_read_ends()

    def _close_read_ends(self):
        for descriptor in (self._ready, self.stdout, self.stderr, self.code):
            os.close(descriptor)


def _wait_and_run(learner, prepare, ends):
    """What a forked process does; never returns."""
    try:
        pthread_sigmask(signal.SIG_BLOCK, BLOCKABLE)
        set_wakeup_fd(-1)
        set_handler(signal.SIGCHLD, SIG_DFL)
        os.setsid()
        # Out of the way of the numbers that they get next.
        moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in ends]
        for number, descriptor in zip((_STDOUT, _STDERR, _START_END, _READY_END, _CODE_END), moved):
            os.dup2(descriptor, number)
        os.closerange(_CODE_END + 1, 1024)
        prepare()
        try:
            os.write(_READY_END, _READY)
        except OSError:
            pass  # It has been started already, and nobody waits for this.
        os.close(_READY_END)
        order = os.read(_START_END, _ORDER_BYTES_MAX)
        if order[:1] != _START:
            os._exit(0)
        os.close(_START_END)
        _reset_signals()
        kernel.set_dumpable(True)
        _raise_oom_score()
        learner.run([argument.decode() for argument in order[1:].split(b"\0")[:-1]], _CODE_END)
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
        set_handler(number, SIG_IGN)
    for number in pending:
        set_handler(number, SIG_DFL)
    # What Python itself sets at its start.
    set_handler(signal.SIGPIPE, SIG_IGN)
    set_handler(signal.SIGXFSZ, SIG_IGN)
    set_handler(signal.SIGINT, default_int_handler)
    pthread_sigmask(signal.SIG_UNBLOCK, BLOCKABLE)

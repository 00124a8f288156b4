"""A warm interpreter that forks the learner's processes.

It is forked from the harness before any job exists, so that it holds no test and no nonce, and
neither do its children. Each child is forked twice and so belongs to PID 1, which learns of its
end directly. A child waits for its start: those made ahead cost a run nothing.
"""

import gc
import os
import signal
import site
import socket
import sys
import traceback

from . import kernel
from .learner import Learner

#: A request to import what words stand for, which follow it; any other is one for a child.
IMPORT = "import"

#: What starts a waiting child.
GO = b"go"

#: Signals that a program can send to a process by accident, and that one can refuse.
_CATCHABLE = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


def serve(control, place, memory):
    """Answers requests on `control` until the harness goes away; never returns.

    A request for a child is one message with three descriptors: the child's channel, its stdout,
    its stderr. What is to be imported comes before the first start, if at all.
    """
    code = 1
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        os.close(null)
        signal.pthread_sigmask(signal.SIG_BLOCK, _CATCHABLE)
        learner = _prepare(place, memory)
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, 4096, 3)
            if not message:
                code = 0
                break
            request, *words = message.decode().split()
            if request == IMPORT:
                learner.import_named(words)
            else:
                _fork(learner, descriptors)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _prepare(place, memory):
    """Makes this interpreter one in which a learner's program can start."""
    site.setquit()
    site.setcopyright()
    site.sethelper()
    os.environ.clear()
    os.environ.update(PATH="/usr/local/bin:/usr/bin:/bin", HOME="/tmp", LANG="C.UTF-8")
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", line_buffering=True)
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    learner = Learner(place, memory)
    learner.prepare()
    # Not collected before: looking at each object would write to its page.
    gc.freeze()
    return learner


def _fork(learner, descriptors):
    between = os.fork()
    if between:
        for descriptor in descriptors:
            os.close(descriptor)
        os.waitpid(between, 0)
        return
    try:
        if os.fork():
            os._exit(0)
        _wait_and_run(learner, descriptors)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _wait_and_run(learner, descriptors):
    channel, stdout, stderr = descriptors
    os.setsid()
    _volunteer_for_the_oom_killer()
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.dup2(channel, 3)
    os.closerange(4, 1024)
    learner.rehearse()
    os.write(3, str(os.getpid()).encode())
    if os.read(3, 16) != GO:
        os._exit(0)
    os.close(3)
    _reset_signals()
    kernel.set_dumpable(True)
    learner.run()


def _volunteer_for_the_oom_killer():
    """When memory runs out, the learner's processes go first, never the judge."""
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
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _CATCHABLE)

"""The few system calls that only the C library offers."""

import ctypes

_LIBC = ctypes.CDLL(None, use_errno=True)
#: The same library, called without releasing the GIL.
_LIBC_WITH_GIL = ctypes.PyDLL(None)

_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_SET_TIMERSLACK = 29
_PR_SET_CHILD_SUBREAPER = 36


def set_dumpable(dumpable):
    """Whether processes of the same user may read this one's memory and descriptors."""
    _LIBC.prctl(_PR_SET_DUMPABLE, 1 if dumpable else 0, 0, 0, 0)


def is_dumpable():
    return _LIBC.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) != 0


def become_subreaper():
    """Orphaned descendants become children of this process, as they would of PID 1."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def set_timer_slack(nanoseconds):
    """By how much the kernel may let this process sleep longer than it asked for: 50 µs of themselves."""
    _LIBC.prctl(_PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0)


def pause_with_gil():
    """Waits for a signal while no other thread can run Python code."""
    _LIBC_WITH_GIL.pause()

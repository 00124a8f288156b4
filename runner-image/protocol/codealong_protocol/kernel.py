"""The few things that only the C library can ask of the kernel."""

import ctypes

_LIBRARY = ctypes.CDLL(None, use_errno=True)
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36

#: Called without giving the interpreter's lock away.
_HOLDING_LIBRARY = ctypes.PyDLL(None)


def set_dumpable(dumpable):
    """Whether processes of the same user may read this one's memory and descriptors."""
    _LIBRARY.prctl(_PR_SET_DUMPABLE, 1 if dumpable else 0, 0, 0, 0)


def is_dumpable():
    return _LIBRARY.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) != 0


def adopt_orphans():
    """Descendants that lose their parent become children of this process, as they do of PID 1."""
    _LIBRARY.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def pause_holding_the_lock():
    """Waits for a signal while no other thread can run Python code."""
    _HOLDING_LIBRARY.pause()

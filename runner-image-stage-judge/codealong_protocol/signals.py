"""The signal handlers of judge and launcher, each PID 1 of its container."""

import signal


def reset_handlers():
    """Resets every handler but SIGCHLD's to the default, and ignores SIGPIPE.

    The kernel drops a signal that PID 1 gets from inside its container and has no handler for, even
    SIGKILL. So a process beside it can't do anything to it.
    """
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            pass  # Reserved by the C library.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)

"""The signal that says that a child has ended, as a descriptor to wait for."""

import os
import select
import signal

from codealong_protocol import signals

#: All that a pipe holds, at once: a program that sends the signal again and again can't hold up the launcher.
_PIPE_BYTES = 64 * 1024


class ChildSignal:
    """Readable from the end of a child until `take`; there is one in a process."""

    def __init__(self):
        self._reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signals.reset_handlers()
        # The only signal that a program can deliver, and all it does is make the launcher look for
        # children that have ended.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def fileno(self):
        return self._reader

    def wait(self, seconds):
        """Waits until a child has ended since the last `take`, and so long at most."""
        select.select([self], [], [], seconds)

    def take(self):
        """It has been seen: whoever waits now waits for the next one."""
        try:
            os.read(self._reader, _PIPE_BYTES)
        except BlockingIOError:
            pass

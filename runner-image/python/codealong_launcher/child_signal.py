"""The signal that says that a child has ended, as a descriptor to wait for."""

import os
import select
import signal

from codealong_protocol import signals


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
            while os.read(self._reader, 512):
                pass
        except BlockingIOError:
            pass

"""In the learner's process: notes which line of the learner's own bound which port.

`bind` is where the number stands that nobody calls, however the socket came to be: by its own
methods, `create_server`, asyncio, `socketserver`.
"""

import socket
import sys
from _socket import socket as PlainSocket

_getframe = sys._getframe


class BindNotes:
    """Wraps `bind`, once per process."""

    def __init__(self, writer, main_file):
        self._writer = writer
        self._main_file = main_file

    def install(self):
        """Puts the wrapper in place."""
        note, plain_bind = self._note, PlainSocket.bind

        def bind(self, *arguments, **named):
            # As they came: what is wrong with them, Python says in its own words.
            plain_bind(self, *arguments, **named)
            note(self, _getframe(1))

        bind.__qualname__ = plain_bind.__qualname__
        bind.__doc__ = plain_bind.__doc__
        socket.socket.bind = bind

    def _note(self, bound, frame):
        try:
            port = bound.getsockname()[1]
            while frame is not None and frame.f_code.co_filename != self._main_file:
                frame = frame.f_back
            if frame is not None:
                self._writer.bound(port, frame.f_lineno)
        except Exception:
            pass  # A socket of another kind, or one that another thread closed.

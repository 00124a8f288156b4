"""In the learner's process: records which line bound which port.

A program gets its port by `bind`, whether it calls that itself or by `create_server`, asyncio or
`socketserver`.
"""

import socket
import sys
from _socket import socket as PlainSocket

_getframe = sys._getframe


class BindHooks:
    """Wraps `bind`, once per process."""

    def __init__(self, writer, main_file):
        self._writer = writer
        self._main_file = main_file

    def install(self):
        record, plain_bind = self._record, PlainSocket.bind

        def bind(self, *arguments, **named):
            # Passed on as they came, so that Python itself says what is wrong with them.
            plain_bind(self, *arguments, **named)
            record(self, _getframe(1))

        bind.__qualname__ = plain_bind.__qualname__
        bind.__doc__ = plain_bind.__doc__
        socket.socket.bind = bind

    def _record(self, bound, frame):
        try:
            port = bound.getsockname()[1]
            while frame is not None and frame.f_code.co_filename != self._main_file:
                frame = frame.f_back
            if frame is not None:
                self._writer.bound(port, frame.f_lineno)
        except Exception:
            pass  # A socket of another kind, or one that another thread closed.

"""Frames to the server, on the judge's standard output."""

import os

from codealong_protocol import frame


def write(descriptor, kind, **fields):
    """Writes a frame that belongs to no job."""
    _write(descriptor, frame.encode({"frame": kind, **fields}))


class JobFrames:
    """The frames of one job, each with its nonce and a sequence number."""

    def __init__(self, descriptor, nonce):
        self._descriptor = descriptor
        self._nonce = nonce
        self._sequence = 0
        #: Whether a frame is being written, for signal handlers.
        self.is_writing = False

    def write(self, kind, **fields):
        header = {"frame": kind, "nonce": self._nonce, "seq": self._sequence}
        self._sequence += 1
        data = frame.encode(header | fields)
        self.is_writing = True
        try:
            _write(self._descriptor, data)
        finally:
            self.is_writing = False


def _write(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

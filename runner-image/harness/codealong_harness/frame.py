"""Frames to and from the server: a length and that many bytes of JSON (see PROTOCOL.md)."""

import json
import os
import struct

#: The most that one frame holds, in bytes.
MOST_BYTES = 4 * 1024 * 1024

_LENGTH = struct.Struct(">I")


class BrokenFrame(Exception):
    """What came on stdin is no frame."""


class EndOfInput(Exception):
    """The server closed stdin: nobody waits for an answer."""


def read(descriptor):
    """The next frame on `descriptor`, decoded; waits for it."""
    (length,) = _LENGTH.unpack(_exactly(descriptor, _LENGTH.size))
    if length > MOST_BYTES:
        raise BrokenFrame(f"a frame of {length} bytes")
    try:
        return json.loads(_exactly(descriptor, length))
    except ValueError as error:
        raise BrokenFrame(str(error)) from None


def _exactly(descriptor, count):
    parts = []
    while count:
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            raise EndOfInput
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def encode(content):
    """`content` as the bytes of a frame.

    A lone surrogate can't be written in UTF-8 and would break the reader's JSON: it becomes `?`.
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "replace")
    return _LENGTH.pack(len(body)) + body


class FrameWriter:
    """Writes frames to `descriptor`, each with the job's nonce and a sequence number."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._nonce = None
        self._sequence = 0

    def ready(self, limits):
        """The one frame before the job; it has no nonce because none is known yet."""
        self._write(encode({"frame": "ready", "protocol": 1, "limits": limits}))

    def begin(self, nonce):
        """All frames from here on belong to the job with this nonce."""
        self._nonce = nonce

    def write(self, frame, **fields):
        """Writes one frame of the kind `frame`."""
        head = {"frame": frame, "nonce": self._nonce, "seq": self._sequence}
        self._sequence += 1
        self._write(encode(head | fields))

    def _write(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

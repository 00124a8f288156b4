"""Frames: a length and that many bytes of JSON (see PROTOCOL.md)."""

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
    return decode(_exactly(descriptor, length))


def decode(body):
    """What the bytes of a frame say, without their length."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
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

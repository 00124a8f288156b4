"""Frames: a length and that many bytes of JSON (see PROTOCOL.md)."""

import json
import os
import struct

#: The longest body that a frame may have.
BYTES_MAX = 4 * 1024 * 1024

_LENGTH = struct.Struct(">I")


class InvalidFrame(Exception):
    """The bytes are no frame, or not the one that is due."""


class EndOfInput(Exception):
    """The input ended: whoever wrote to it is gone."""


def read(descriptor):
    """Waits for the next frame on `descriptor` and decodes it."""
    (length,) = _LENGTH.unpack(_read_exactly(descriptor, _LENGTH.size))
    if length > BYTES_MAX:
        raise InvalidFrame(f"a frame of {length} bytes")
    return decode(_read_exactly(descriptor, length))


def decode(body):
    """The content of a frame, whose length has been cut off."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidFrame(str(error)) from None


def encode(content):
    """`content` as a frame, length included.

    A lone surrogate can't be written in UTF-8 and would break the reader's JSON: it becomes `?`.
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "replace")
    return _LENGTH.pack(len(body)) + body


def _read_exactly(descriptor, count):
    parts = []
    while count:
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            raise EndOfInput
        parts.append(part)
        count -= len(part)
    return b"".join(parts)

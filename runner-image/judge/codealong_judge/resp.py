"""RESP, the protocol of Redis, version 2: encodes commands, reads replies with their positions."""

import re
from collections import namedtuple

from .formatting import command as format_command
from .formatting import quoted

_INTEGER = re.compile(rb"[-+]?\d*")
_LENGTH = re.compile(rb"-?\d*")
_DEPTH_MAX = 32
_LENGTH_MAX = 512 * 1024 * 1024
#: Elements of one reply, those of nested arrays included: each takes a hundred times its bytes in
#: memory. A reply with more stays incomplete.
_ELEMENTS_MAX = 50_000

_FIRST_BYTE_RULE = "a reply begins with `+`, `-`, `:`, `$` or `*`"


class Reply(namedtuple("Reply", "type value end")):
    """A whole reply: its type in words, its value, and where it ends in the bytes.

    `value` is bytes for strings and errors, an int for integers, None for the two nils, and a
    tuple of replies for arrays.
    """


class Incomplete(namedtuple("Incomplete", "missing")):
    """The bytes are the beginning of a reply; `missing` says in words what has not come."""


class Invalid(namedtuple("Invalid", "offset rule")):
    """The byte at `offset` is wrong; `rule` says in words what is right there."""


class _Stop(Exception):
    def __init__(self, reading):
        self.reading = reading


def read(data, start=0):
    """The reply that begins at `start`: a `Reply`, or why there is none (yet)."""
    try:
        return _reply(data, start, 0, [_ELEMENTS_MAX])
    except _Stop as stop:
        return stop.reading


def _reply(data, start, depth, budget):
    if start >= len(data):
        raise _Stop(Incomplete("the reply" if depth == 0 else "the next element of the array"))
    kind = data[start : start + 1]
    if kind in (b"+", b"-"):
        text, end = _line(data, start + 1)
        return Reply("simple string" if kind == b"+" else "error", text, end)
    if kind == b":":
        number, end = _number(data, start + 1, _INTEGER, "after `:` comes a number in decimal digits")
        return Reply("integer", number, end)
    if kind == b"$":
        return _bulk(data, start)
    if kind == b"*":
        return _array(data, start, depth, budget)
    raise _Stop(Invalid(start, _FIRST_BYTE_RULE))


def _bulk(data, start):
    length, begin = _length(data, start, "the value's length in bytes, in decimal digits")
    if length == -1:
        return Reply("nil", None, begin)
    end = begin + length
    if len(data) < end:
        raise _Stop(Incomplete(f"{end - len(data)} of the value's {_bytes(length)}"))
    rule = f"`${length}` announces {_bytes(length)}, and after them comes `\\r\\n`"
    return Reply("bulk string", bytes(data[begin:end]), _line_end(data, end, rule))


def _array(data, start, depth, budget):
    count, position = _length(data, start, "the number of elements, in decimal digits")
    if count == -1:
        return Reply("nil array", None, position)
    if depth == _DEPTH_MAX:
        raise _Stop(Invalid(start, f"arrays are nested at most {_DEPTH_MAX} deep"))
    elements = []
    for _ in range(count):
        budget[0] -= 1
        if budget[0] < 0:
            raise _Stop(Incomplete("the next element of the array"))
        element = _reply(data, position, depth + 1, budget)
        elements.append(element)
        position = element.end
    return Reply("array", tuple(elements), position)


def _length(data, start, what):
    mark = chr(data[start])
    number, end = _number(data, start + 1, _LENGTH, f"after `{mark}` comes {what}")
    if number < -1 or number > _LENGTH_MAX:
        raise _Stop(Invalid(start + 1, f"after `{mark}` comes {what}, or -1 for nil"))
    return number, end


def _number(data, start, form, rule):
    digits = form.match(data, start).group()
    end = start + len(digits)
    if not digits.lstrip(b"+-"):
        if end == len(data):
            raise _Stop(Incomplete("a number and `\\r\\n`"))
        raise _Stop(Invalid(end, rule))
    if len(digits) > 20:
        raise _Stop(Invalid(start + 20, "a number has at most 64 bits"))
    return int(digits), _line_end(data, end, f"{rule}, and then `\\r\\n`")


def _line_end(data, position, rule):
    if position == len(data):
        raise _Stop(Incomplete("the closing `\\r\\n`"))
    if data[position] != 0x0D:
        raise _Stop(Invalid(position, rule))
    if position + 1 == len(data):
        raise _Stop(Incomplete("the closing `\\n`"))
    if data[position + 1] != 0x0A:
        raise _Stop(Invalid(position + 1, "after `\\r` comes `\\n`"))
    return position + 2


def _line(data, start):
    feed = data.find(b"\n", start)
    carriage = data.find(b"\r", start, feed if feed >= 0 else len(data))
    if carriage >= 0:
        end = _line_end(data, carriage, "")
        return bytes(data[start:carriage]), end
    if feed >= 0:
        raise _Stop(Invalid(feed, "a line ends with `\\r\\n`, and here `\\n` has no `\\r` before it"))
    raise _Stop(Incomplete("the closing `\\r\\n`"))


def describe(reply):
    """A reply as a person says it: `the simple string "PONG"`, `nil`."""
    if reply.type in ("nil", "nil array"):
        return "nil" if reply.type == "nil" else "the nil array"
    if reply.type == "integer":
        return f"the integer {reply.value}"
    if reply.type == "array":
        return f"the array {_element(reply)}" if reply.value else "the empty array"
    return f"the {reply.type} {quoted(reply.value)}"


def _element(reply):
    if reply.type == "array":
        shown = [_element(element) for element in reply.value[:8]]
        more = len(reply.value) - len(shown)
        return f"[{', '.join([*shown, f'and {more} more'] if more else shown)}]"
    if reply.type == "error":
        return describe(reply)
    if reply.type in ("nil", "nil array"):
        return "nil"
    return str(reply.value) if reply.type == "integer" else quoted(reply.value)


def describe_all(data):
    """All of `data` as a person says it, or None where it isn't one or more whole replies."""
    described = []
    position = 0
    while position < len(data):
        reply = read(data, position)
        if not isinstance(reply, Reply) or len(described) == 4:
            return None
        described.append(describe(reply))
        position = reply.end
    return ", then ".join(described) or None


def encode_command(words):
    """A command as a client sends it: an array of bulk strings."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        parts.append(b"$%d\r\n%b\r\n" % (len(word), word))
    return b"".join(parts)


def describe_request(data):
    """Bytes that a client sent as a person says them: the commands in it, else the bytes."""
    described = []
    position = 0
    while position < len(data) and len(described) < 4:
        reply = read(data, position)
        if not isinstance(reply, Reply) or reply.type != "array" or not reply.value:
            return quoted(data)
        if any(element.type != "bulk string" for element in reply.value):
            return quoted(data)
        described.append(format_command([element.value for element in reply.value]))
        position = reply.end
    return ", ".join(described) + (", …" if position < len(data) else "")


def _bytes(count):
    return "1 byte" if count == 1 else f"{count} bytes"

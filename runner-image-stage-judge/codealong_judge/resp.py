"""RESP, the protocol of Redis: encodes commands, reads replies with their positions.

Of version 3, which a client has to ask for, it reads nulls and maps.
"""

import re
from collections import namedtuple

from .formatting import excerpt

#: The beginning of most replies. What is longer, below zero or wrong is read byte by byte.
_BEGINNING = re.compile(rb"([:$*])(0|[1-9]\d{0,7})\r\n")
_INTEGER = re.compile(rb"[-+]?\d*")
_LENGTH = re.compile(rb"-?\d*")
_DEPTH_MAX = 32
_LENGTH_MAX = 512 * 1024 * 1024
#: Elements of one reply, those of nested arrays included: each takes a hundred times its bytes in
#: memory. A reply with more stays incomplete.
_ELEMENTS_MAX = 50_000

#: How many elements of an array are passed on, how many of arrays in arrays together, how many
#: replies or commands in a row, and how many words of a command.
_SHOWN_ELEMENTS_MAX, _SHOWN_NESTED_MAX, _SHOWN_IN_A_ROW_MAX, _SHOWN_WORDS_MAX = 8, 64, 4, 64

#: What an integer's 64 bits can say.
INTEGERS = range(-(1 << 63), 1 << 63)


class Reply(namedtuple("Reply", "type value end")):
    """A whole reply: its `protocol::RespType`, its value, and where it ends in the bytes.

    `value` is bytes for strings and errors, an int for integers, None for the two nils and the null,
    and a tuple of replies for arrays and maps, in which keys and values take turns.
    """


class Incomplete(namedtuple("Incomplete", "missing")):
    """The bytes are the beginning of a reply; `missing` is the `protocol::Missing`.

    None where no byte has come.
    """


class Invalid(namedtuple("Invalid", "offset rule")):
    """The byte at `offset` is wrong; `rule` is the `protocol::RespRule` that it breaks."""


class _Stop(Exception):
    def __init__(self, reading):
        self.reading = reading


def read(data, start=0, version=2):
    """The reply that begins at `start`: a `Reply`, or why there is none (yet).

    `version` is that of the protocol, 2 or 3.
    """
    try:
        return _reply(data, start, 0, [_ELEMENTS_MAX], version)
    except _Stop as stop:
        return stop.reading


def _reply(data, start, depth, budget, version):
    if start >= len(data):
        raise _Stop(Incomplete("element" if depth else None))
    beginning = _BEGINNING.match(data, start)
    if beginning is not None:
        kind, number, position = beginning[1], int(beginning[2]), beginning.end()
        if kind == b":":
            return Reply("integer", number, position)
        if kind == b"*":
            elements, end = _elements(data, start, position, number, depth, budget, version)
            return Reply("array", elements, end)
        end = position + number
        if data[end : end + 2] == b"\r\n":
            return Reply("bulk-string", bytes(data[position:end]), end + 2)
    kind = data[start : start + 1]
    if kind in (b"+", b"-"):
        text, end = _line(data, start + 1)
        return Reply("simple-string" if kind == b"+" else "error", text, end)
    if kind == b":":
        number, end = _number(data, start + 1, _INTEGER, "integer")
        if number not in INTEGERS:
            raise _Stop(Invalid(start + 1, "number-bits"))
        return Reply("integer", number, end)
    if kind == b"$":
        return _bulk(data, start)
    if kind == b"*":
        return _array(data, start, depth, budget, version)
    if version == 3 and kind == b"_":
        return Reply("null", None, _line_end(data, start + 1, "null-end"))
    if version == 3 and kind == b"%":
        return _map(data, start, depth, budget, version)
    raise _Stop(Invalid(start, "first-byte-3" if version == 3 else "first-byte"))


def _bulk(data, start):
    length, begin = _length(data, start, "length")
    if length == -1:
        return Reply("nil", None, begin)
    end = begin + length
    if len(data) < end:
        raise _Stop(Incomplete({"value-bytes": {"bytes": end - len(data), "of": length}}))
    value_end = _line_end(data, end, {"value-end": {"length": length}})
    return Reply("bulk-string", bytes(data[begin:end]), value_end)


def _array(data, start, depth, budget, version):
    count, position = _length(data, start, "count")
    if count == -1:
        return Reply("nil-array", None, position)
    elements, end = _elements(data, start, position, count, depth, budget, version)
    return Reply("array", elements, end)


def _map(data, start, depth, budget, version):
    pairs, position = _length(data, start, "pairs")
    if pairs == -1:
        raise _Stop(Invalid(start + 1, {"range": "pairs"}))
    elements, end = _elements(data, start, position, 2 * pairs, depth, budget, version)
    return Reply("map", elements, end)


def _elements(data, start, position, count, depth, budget, version):
    if depth == _DEPTH_MAX:
        raise _Stop(Invalid(start, {"depth": {"max": _DEPTH_MAX}}))
    elements = []
    for _ in range(count):
        budget[0] -= 1
        if budget[0] < 0:
            raise _Stop(Incomplete("element"))
        element = _reply(data, position, depth + 1, budget, version)
        elements.append(element)
        position = element.end
    return tuple(elements), position


def _length(data, start, what):
    number, end = _number(data, start + 1, _LENGTH, what)
    if number < -1 or number > _LENGTH_MAX:
        raise _Stop(Invalid(start + 1, {"range": what}))
    return number, end


def _number(data, start, form, what):
    digits = form.match(data, start).group()
    end = start + len(digits)
    if not digits.lstrip(b"+-"):
        raise _Stop(Incomplete("number") if end == len(data) else Invalid(end, {"digits": what}))
    if len(digits) > 20:
        raise _Stop(Invalid(start + 20, "number-bits"))
    return int(digits), _line_end(data, end, {"number-end": what})


def _line_end(data, position, rule):
    if position == len(data):
        raise _Stop(Incomplete("line-end"))
    if data[position] != 0x0D:
        raise _Stop(Invalid(position, rule))
    if position + 1 == len(data):
        raise _Stop(Incomplete("line-feed"))
    if data[position + 1] != 0x0A:
        raise _Stop(Invalid(position + 1, "line-feed"))
    return position + 2


def _line(data, start):
    feed = data.find(b"\n", start)
    carriage = data.find(b"\r", start, feed if feed >= 0 else len(data))
    if carriage >= 0:
        return bytes(data[start:carriage]), _line_end(data, carriage, None)
    if feed >= 0:
        raise _Stop(Invalid(feed, "carriage-return"))
    raise _Stop(Incomplete("line-end"))


def value(reply):
    """A reply as a `protocol::RespValue`."""
    return _value(reply, [_SHOWN_NESTED_MAX])


def _value(reply, budget):
    if reply.type in ("nil", "nil-array", "null"):
        return reply.type
    if reply.type == "integer":
        return {"integer": reply.value}
    if reply.type == "map":
        return _map_value(reply, budget)
    if reply.type != "array":
        return {reply.type: excerpt(reply.value)}
    shown = []
    for element in reply.value[:_SHOWN_ELEMENTS_MAX]:
        if not budget[0]:
            break
        budget[0] -= 1
        shown.append(_value(element, budget))
    return {"array": {"elements": shown, "cut_elements": len(reply.value) - len(shown)}}


def _map_value(reply, budget):
    shown = []
    for key, value in list(zip(reply.value[::2], reply.value[1::2]))[:_SHOWN_ELEMENTS_MAX]:
        if budget[0] < 2:
            break
        budget[0] -= 2
        shown.append([_value(key, budget), _value(value, budget)])
    return {"map": {"pairs": shown, "cut_pairs": len(reply.value) // 2 - len(shown)}}


def values(data):
    """All of `data` as a list of `protocol::RespValue`s, or None where it is no few whole replies."""
    found = []
    budget = [_SHOWN_NESTED_MAX]
    position = 0
    while position < len(data):
        # Only to be shown: whether anybody asked for version 3 does not matter.
        reply = read(data, position, version=3)
        if not isinstance(reply, Reply) or len(found) == _SHOWN_IN_A_ROW_MAX:
            return None
        found.append(_value(reply, budget))
        position = reply.end
    return found or None


def encode_command(words):
    """A command as a client sends it: an array of bulk strings."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        parts.append(b"$%d\r\n%b\r\n" % (len(word), word))
    return b"".join(parts)


def request(data):
    """Bytes that a client sent as a `protocol::Request`: the commands in it, else the bytes."""
    commands = []
    position = 0
    while position < len(data) and len(commands) < _SHOWN_IN_A_ROW_MAX:
        reply = read(data, position)
        if not isinstance(reply, Reply) or reply.type != "array" or not reply.value:
            return {"bytes": excerpt(data)}
        if any(element.type != "bulk-string" for element in reply.value):
            return {"bytes": excerpt(data)}
        words = [excerpt(element.value) for element in reply.value[:_SHOWN_WORDS_MAX]]
        commands.append({"words": words, "cut_words": len(reply.value) - len(words)})
        position = reply.end
    return {"commands": {"commands": commands, "has_more": position < len(data)}}

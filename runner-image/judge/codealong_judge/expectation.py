"""What a test can expect of a reply.

Each function here makes an expectation for `client.expect(...)`. Text is sent as UTF-8; a value
that is not text is given as bytes.
"""

import re

from . import resp
from .formatting import excerpt
from .outcome import Misuse


_FIRST_INTEGER = re.compile(rb":(-?\d{1,19})")


class Expectation:
    """A reply that a test expects."""

    #: The `protocol::RespType`; None where replies have no types.
    type = None
    #: The bytes of the reply, or their beginning.
    expected = b""
    #: Whether anything may follow `expected`.
    is_prefix = False
    #: Whether other replies would be as right as the expected one.
    is_example = False
    #: The `protocol::Expected`.
    fact = None

    def read(self, data, start, version):
        """A `resp.Reply`, `resp.Incomplete` or `resp.Invalid` from the bytes that came.

        `version` is that of RESP, which the client has asked for.
        """
        return resp.read(data, start, version)

    def accepts(self, reply, data, start):
        """Whether the whole reply is the expected one."""
        return bytes(data[start : reply.end]) == self.expected

    def beside(self, received):
        """The expected bytes, to stand beside those that came."""
        return self.expected

    def common_length(self, received):
        """How many bytes of what came are as expected: where the first wrong one stands."""
        return _common_length(self.beside(received), received)


class _Exact(Expectation):
    def __init__(self, expected):
        reply = resp.read(expected, version=3)
        self.type = reply.type
        self.expected = expected
        self.fact = {"reply": resp.value(reply)}


class _Error(Expectation):
    """An error. Clients compare its kind, the first word; the others are for people, in any case."""

    type = "error"

    def common_length(self, received):
        return _common_length(_without_case(self.expected), _without_case(received))


class _ExactError(_Error):
    def __init__(self, text):
        self._text = text
        self.expected = b"-%b\r\n" % text
        self.fact = {"reply": resp.value(resp.read(self.expected))}

    def accepts(self, reply, data, start):
        return reply.type == self.type and _without_case(reply.value) == _without_case(self._text)


class _ErrorPrefix(_Error):
    is_prefix = True

    def __init__(self, prefix):
        self._prefix = prefix
        self.expected = b"-" + prefix
        self.fact = {"error-beginning": excerpt(prefix)}

    def accepts(self, reply, data, start):
        beginning = _without_case(self._prefix)
        return reply.type == self.type and _without_case(reply.value).startswith(beginning)


class _IntegerBetween(Expectation):
    type = "integer"
    is_example = True

    def __init__(self, smallest, largest, unlike):
        if not isinstance(unlike, (set, frozenset, list, tuple)):
            raise Misuse(f"`unlike` holds the numbers that came before, it is not {unlike!r}")
        self._range = range(smallest, largest + 1)
        # As it is now: a test may go on to fill it.
        self._unlike = frozenset(unlike)
        # The greatest, because numbers that count up leave it to the last.
        example = next(filter(self._is_right, reversed(self._range)), None)
        if example is None:
            raise Misuse(f"there is no whole number from {smallest} to {largest} to expect")
        self.expected = b":%d\r\n" % example
        self.fact = {"integer-between": {"min": smallest, "max": largest, "is_new": bool(unlike)}}

    def accepts(self, reply, data, start):
        return reply.type == self.type and self._is_right(reply.value)

    def beside(self, received):
        # The number that came, where what is wrong comes after it.
        found = _FIRST_INTEGER.match(received)
        if found and self._is_right(int(found[1])):
            return b":%b\r\n" % found[1]
        return self.expected

    def common_length(self, received):
        # No digit of a wrong number is right.
        beside = self.beside(received)
        return _common_length(beside if beside is not self.expected else beside[:1], received)

    def _is_right(self, number):
        return number in self._range and number not in self._unlike


class _Pairs(Expectation):
    """Keys and values among which are these, in any order: an array of both in turns, or a map."""

    is_example = True

    def __init__(self, kind, pairs):
        if not isinstance(pairs, dict) or not pairs:
            raise Misuse(f"a dictionary of what must be there is needed here, not {pairs!r}")
        self.type = kind
        elements = [as_bytes(key) for key in pairs], [_element(value) for value in pairs.values()]
        self._pairs = dict(zip(*elements))
        head = b"%%%d\r\n" % len(pairs) if kind == "map" else b"*%d\r\n" % (2 * len(pairs))
        self.expected = head + b"".join(bulk(key).expected + value.expected for key, value in self._pairs.items())
        shown = resp.value(resp.read(self.expected, version=3))
        self.fact = {"pairs": shown}

    def accepts(self, reply, data, start):
        return reply.type == self.type and self._wrong(reply, data, start) is None

    def common_length(self, received):
        reply = resp.read(received, version=3)
        if not isinstance(reply, resp.Reply) or reply.type != self.type:
            return _common_length(self.expected[:1], received)
        return self._wrong(reply, received, 0) or 0

    def _wrong(self, reply, data, start):
        """Where the first value stands that is not as expected, from the reply's beginning; 0 where a key
        is missing, and None where nothing is wrong."""
        found = {}
        for key, value in zip(reply.value[::2], reply.value[1::2]):
            if key.type in ("bulk-string", "simple-string"):
                found.setdefault(key.value, (key.end, value.end))
        for key, value in self._pairs.items():
            if key not in found:
                return 0
            begin, end = found[key]
            if bytes(data[begin:end]) not in (value.expected, _as_simple(value)):
                return begin - start
        return None


class _Bytes(Expectation):
    def __init__(self, expected):
        self.expected = expected
        self.fact = {"bytes": excerpt(expected)}

    def read(self, data, start, version):
        end = start + len(self.expected)
        received = bytes(data[start:end])
        if received == self.expected:
            return resp.Reply(None, received, end)
        if self.expected.startswith(received):
            return resp.Incomplete({"bytes": {"bytes": end - len(data), "of": len(self.expected)}})
        return resp.Reply(None, bytes(data[start:]), len(data))


def simple(text):
    """The simple string `text`: `simple("PONG")` is `+PONG\\r\\n`."""
    return _Exact(b"+%b\r\n" % as_bytes(text))


def error(beginning):
    """An error whose text begins with `beginning`; case counts in the first word alone.

    `error("ERR unknown command")` takes `-ERR Unknown command 'FOO'\\r\\n`. To expect the whole
    text, see `exact_error`.
    """
    return _ErrorPrefix(as_bytes(beginning))


def exact_error(text):
    """The error `text` and nothing after it: `-text\\r\\n`; case counts in the first word alone."""
    return _ExactError(as_bytes(text))


def integer(number):
    """The integer `number`: `integer(3)` is `:3\\r\\n`."""
    return _Exact(b":%d\r\n" % _whole_number(number))


def integer_between(smallest, largest, unlike=()):
    """An integer from `smallest` to `largest`, both included, that is none of those in `unlike`.

    `integer_between(90, 100)` takes the seconds that are left of 100, however slow the machine is:
    a run takes 10 s at the most. `unlike` are numbers that replies of this test have had already.
    """
    return _IntegerBetween(_whole_number(smallest), _whole_number(largest), unlike)


def bulk(value):
    """The bulk string `value` (text or bytes): `bulk("hé")` is `$3\\r\\nh\\xc3\\xa9\\r\\n`."""
    value = as_bytes(value)
    return _Exact(b"$%d\r\n%b\r\n" % (len(value), value))


#: The answer "there is nothing": `$-1\r\n`.
nil = _Exact(b"$-1\r\n")

#: The answer "there is nothing" to a client that has asked for version 3: `_\r\n`.
null = _Exact(b"_\r\n")

#: The array that is not there, as from a blocking command that ran out of time: `*-1\r\n`.
nil_array = _Exact(b"*-1\r\n")


def array(elements):
    """An array: `array(["a", 1, nil, ["b"]])`.

    Text and bytes stand for bulk strings, whole numbers for integers, lists for arrays; any
    other element is an expectation itself. Expectations that take more than one reply can't be
    elements.
    """
    if not isinstance(elements, (list, tuple)):
        raise Misuse(f"a list is needed here, not {elements!r}")
    parts = [b"*%d\r\n" % len(elements)]
    for element in elements:
        parts.append(_element(element).expected)
    return _Exact(b"".join(parts))


def pairs(expected):
    """An array of keys and values in turns that has these: `pairs({"server": "redis", "proto": 2})`.

    Others may stand beside them, and their order is free.
    """
    return _Pairs("array", expected)


def map_with(expected):
    """A map of version 3 that has these pairs: `map_with({"proto": 3})`; see `pairs`."""
    return _Pairs("map", expected)


def as_redis(reply):
    """A reply that a real redis-server gave, as bytes; of an error, case counts in the first word alone."""
    return _ExactError(reply[1:-2]) if reply.startswith(b"-") else _Exact(reply)


def exactly(data):
    """These bytes, in a protocol that is not RESP: `exactly(b"hello\\n")`."""
    return _Bytes(as_bytes(data))


def _as_simple(value):
    """A short text may come as a simple string as well, or None."""
    if value.type != "bulk-string":
        return None
    return b"+%b\r\n" % resp.read(value.expected).value


def _whole_number(number):
    if isinstance(number, bool) or not isinstance(number, int):
        raise Misuse(f"a whole number is needed here, not {number!r}")
    if number not in resp.INTEGERS:
        raise Misuse(f"an integer of RESP has 64 bits, and {number} has more")
    return number


def _without_case(text):
    """The first word, which is an error's kind, as it is; what follows in small letters."""
    kind, blank, words = bytes(text).partition(b" ")
    return kind + blank + words.lower()


def _common_length(left, right):
    for index, (one, other) in enumerate(zip(left, right)):
        if one != other:
            return index
    return min(len(left), len(right))


def _element(element):
    if isinstance(element, Expectation):
        if element.is_prefix or element.is_example or element.type is None:
            raise Misuse("an expectation that is no single reply of RESP can't be an element of an array")
        return element
    if isinstance(element, bool):
        raise Misuse("an element of an array is text, bytes, a number, a list or an expectation")
    if isinstance(element, int):
        return integer(element)
    if isinstance(element, (list, tuple)):
        return array(element)
    return bulk(element)


def as_bytes(value):
    """Text as UTF-8, bytes as they are."""
    if isinstance(value, str):
        try:
            return value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Misuse(f"text that has no form in UTF-8: {error}") from None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise Misuse(f"text or bytes are needed here, not {value!r}")


def as_milliseconds(value):
    """A number of milliseconds that a test gives, checked."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
        raise Misuse(f"milliseconds are a number that is not below 0, not {value!r}")
    return value

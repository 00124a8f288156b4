"""What a test can expect of a reply, where several replies are right."""

import re

from . import resp
from .expectation import Exact, Expectation, array, as_bytes, as_element, bulk, common_length_of, whole_number
from .outcome import Misuse

#: So that a sentence can name them all.
_ALTERNATIVES_MAX = 4

_FIRST_INTEGER = re.compile(rb":(-?\d{1,19})")


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
        return common_length_of(beside if beside is not self.expected else beside[:1], received)

    def _is_right(self, number):
        return number in self._range and number not in self._unlike


class _Pairs(Expectation):
    """Keys and values among which are these, in any order: an array of both in turns, or a map."""

    is_example = True

    def __init__(self, kind, pairs):
        if not isinstance(pairs, dict) or not pairs:
            raise Misuse(f"a dictionary of what must be there is needed here, not {pairs!r}")
        self.type = kind
        elements = [as_bytes(key) for key in pairs], [as_element(value) for value in pairs.values()]
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
            return common_length_of(self.expected[:1], received)
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


class _Unordered(Expectation):
    """An array of these elements, whatever their order."""

    type = "array"
    is_example = True

    def __init__(self, elements):
        exact = array(elements)
        self.expected, self.fact = exact.expected, {"unordered": exact.fact["reply"]}
        self._elements = _elements_in(resp.read(self.expected, version=3), self.expected, 0)

    def accepts(self, reply, data, start):
        return reply.type == self.type and sorted(_elements_in(reply, data, start)) == sorted(self._elements)

    def beside(self, received):
        """Those that came stand as they came, as far as they are right; then those that did not come."""
        reply = resp.read(received, version=3)
        if not isinstance(reply, resp.Reply) or reply.type != self.type:
            return self.expected
        missing, right = list(self._elements), []
        for element in _elements_in(reply, received, 0):
            if element not in missing:
                break
            missing.remove(element)
            right.append(element)
        return b"*%d\r\n" % len(self._elements) + b"".join(right + missing)


class _AnyOf(Expectation):
    """One of several replies."""

    is_example = True

    def __init__(self, alternatives):
        if not 2 <= len(alternatives) <= _ALTERNATIVES_MAX:
            raise Misuse(f"any_of takes 2 to {_ALTERNATIVES_MAX} replies, not {len(alternatives)}")
        self._alternatives = [as_element(alternative) for alternative in alternatives]
        self.type, self.expected = self._alternatives[0].type, self._alternatives[0].expected
        self.fact = {"any-of": [alternative.fact for alternative in self._alternatives]}

    def is_of_other_type(self, reply):
        # Of two types that may come, none is "the" right one.
        return {alternative.type for alternative in self._alternatives} == {self.type} != {reply.type}

    def accepts(self, reply, data, start):
        return any(alternative.accepts(reply, data, start) for alternative in self._alternatives)

    def beside(self, received):
        """The one that is right for the longest."""
        return max(self._alternatives, key=lambda one: one.common_length(received)).expected


class _Matching(Expectation):
    """A reply like an example, whose text a regular expression describes."""

    is_example = True

    def __init__(self, example, pattern, said):
        if not isinstance(example, Exact) or example.type not in ("simple-string", "error", "bulk-string"):
            raise Misuse("an example is needed here that is a simple string, an error or a bulk string")
        if not isinstance(said, str) or not said or "`" in said:
            raise Misuse("what the reply should be is said in words, without backticks")
        try:
            self._pattern = re.compile(as_bytes(pattern), re.DOTALL)
        except re.error as error:
            raise Misuse(f"{pattern!r} is no regular expression: {error}") from None
        self.type, self.expected = example.type, example.expected
        self.fact = {"described": {"type": example.type, "text": said}}
        if self._pattern.fullmatch(resp.read(self.expected).value) is None:
            raise Misuse(f"the example does not match {pattern!r}")

    def accepts(self, reply, data, start):
        return reply.type == self.type and self._pattern.fullmatch(reply.value) is not None

    def common_length(self, received):
        """The text as a whole is wrong; of an expression nobody knows how far it holds."""
        if received[:1] != self.expected[:1]:
            return 0
        return received.find(b"\r\n") + 2 if self.type == "bulk-string" and b"\r\n" in received else 1


def integer_between(smallest, largest, unlike=()):
    """An integer from `smallest` to `largest`, both included, that is none of those in `unlike`.

    `integer_between(90, 100)` takes the seconds that are left of 100, however slow the machine is:
    a run takes 10 s at the most. `unlike` are numbers that replies of this test have had already.
    """
    return _IntegerBetween(whole_number(smallest), whole_number(largest), unlike)


def pairs(expected):
    """An array of keys and values in turns that has these: `pairs({"server": "redis", "proto": 2})`.

    Others may stand beside them, and their order is free.
    """
    return _Pairs("array", expected)


def map_with(expected):
    """A map of version 3 that has these pairs: `map_with({"proto": 3})`; see `pairs`."""
    return _Pairs("map", expected)


def unordered(elements):
    """An array of these elements in any order: `unordered(["a", "b"])`; see `array`."""
    return _Unordered(elements)


def any_of(*alternatives):
    """One of these replies: `any_of(integer(0), nil)`, `any_of("a", "b")`.

    Each may be what an element of an `array` may be.
    """
    return _AnyOf(alternatives)


def matching(example, pattern, said):
    """A reply of the example's type whose whole text matches a regular expression.

    `matching(simple("OFFSET 7"), r"OFFSET \\d+", "OFFSET and a number")`. The example is what the learner
    sees beside a reply that does not match, and `said` what the reply should be, in words, which follow
    "a simple string of the form".
    """
    return _Matching(example, pattern, said)


def _elements_in(reply, data, start):
    """The bytes of each element of an array that stands at `start`."""
    begin, found = bytes(data).index(b"\r\n", start) + 2, []
    for element in reply.value:
        found.append(bytes(data[begin : element.end]))
        begin = element.end
    return found


def _as_simple(value):
    """A short text may come as a simple string as well, or None."""
    if value.type != "bulk-string":
        return None
    return b"+%b\r\n" % resp.read(value.expected).value

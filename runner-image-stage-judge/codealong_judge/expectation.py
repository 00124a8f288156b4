"""What a test can expect of a reply.

Each function here makes an expectation for `client.expect(...)`. Text is sent as UTF-8; a value
that is not text is given as bytes.
"""

from . import resp
from .formatting import excerpt
from .outcome import Misuse


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

    def is_of_other_type(self, reply):
        """Whether the whole reply is of a type that can't be right."""
        return reply.type != self.type

    def accepts(self, reply, data, start):
        """Whether the whole reply is the expected one."""
        return bytes(data[start : reply.end]) == self.expected

    def beside(self, received):
        """The expected bytes, to stand beside those that came."""
        return self.expected

    def common_length(self, received):
        """How many bytes of what came are as expected: where the first wrong one stands."""
        return common_length_of(self.beside(received), received)


class Exact(Expectation):
    def __init__(self, expected):
        reply = resp.read(expected, version=3)
        self.type = reply.type
        self.expected = expected
        self.fact = {"reply": resp.value(reply)}


class _Error(Expectation):
    """An error. Clients compare its kind, the first word; the others are for people, in any case."""

    type = "error"

    def common_length(self, received):
        return common_length_of(_without_case(self.expected), _without_case(received))


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
    return Exact(b"+%b\r\n" % as_bytes(text))


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
    return Exact(b":%d\r\n" % whole_number(number))


def bulk(value):
    """The bulk string `value` (text or bytes): `bulk("hé")` is `$3\\r\\nh\\xc3\\xa9\\r\\n`."""
    value = as_bytes(value)
    return Exact(b"$%d\r\n%b\r\n" % (len(value), value))


#: The answer "there is nothing": `$-1\r\n`.
nil = Exact(b"$-1\r\n")

#: The answer "there is nothing" to a client that has asked for version 3: `_\r\n`.
null = Exact(b"_\r\n")

#: The array that is not there, as from a blocking command that ran out of time: `*-1\r\n`.
nil_array = Exact(b"*-1\r\n")


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
        parts.append(as_element(element).expected)
    return Exact(b"".join(parts))


def as_redis(reply):
    """A reply that a real redis-server gave, as bytes; of an error, case counts in the first word alone."""
    return _ExactError(reply[1:-2]) if reply.startswith(b"-") else Exact(reply)


def exactly(data):
    """These bytes, in a protocol that is not RESP: `exactly(b"hello\\n")`."""
    return _Bytes(as_bytes(data))


def whole_number(number):
    if isinstance(number, bool) or not isinstance(number, int):
        raise Misuse(f"a whole number is needed here, not {number!r}")
    if number not in resp.INTEGERS:
        raise Misuse(f"an integer of RESP has 64 bits, and {number} has more")
    return number


def _without_case(text):
    """The first word, which is an error's kind, as it is; what follows in small letters."""
    kind, blank, words = bytes(text).partition(b" ")
    return kind + blank + words.lower()


def common_length_of(left, right):
    for index, (one, other) in enumerate(zip(left, right)):
        if one != other:
            return index
    return min(len(left), len(right))


def as_element(element):
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

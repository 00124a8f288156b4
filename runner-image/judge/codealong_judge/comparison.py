"""What should have come beside what came, in the form of `protocol::Comparison`."""

from . import resp
from .formatting import byte_string, quoted
from .outcome import u32

_SHOWN_BYTES_MAX = 16 * 1024


def of_reply(expectation, received, request, offset=None, reply=None):
    """The comparison with a reply that is wrong or incomplete.

    `offset` is the byte to look at, by default the first that differs; `reply` is what `received`
    was read as, where it could be.
    """
    if offset is None:
        offset = _common_length(expectation.expected, received)
    received_decoded = None
    if reply is not None:
        received_decoded = resp.describe(reply) if reply.type else f"the bytes {quoted(received)}"
    expected = expectation.expected
    # Any text may follow, but not nothing: the missing end of the line is shown.
    lacks_end = expectation.is_prefix and reply is None and received.startswith(expected)
    if lacks_end:
        expected = received.rstrip(b"\r\n") + b"\r\n"
    return {
        "expected": byte_string(expected[:_SHOWN_BYTES_MAX]),
        "expected_is_prefix": (expectation.is_prefix and not lacks_end) or len(expected) > _SHOWN_BYTES_MAX,
        **_received(received),
        "offset": u32(offset),
        "expected_decoded": expectation.description,
        "received_decoded": received_decoded,
        "request": request,
    }


def of_extra_bytes(received, expected_length, expected_decoded, request, is_resp):
    """The comparison with `received`, of which only the first `expected_length` bytes were due."""
    return {
        "expected": byte_string(received[:expected_length][:_SHOWN_BYTES_MAX]),
        "expected_is_prefix": False,
        **_received(received),
        "offset": u32(expected_length),
        "expected_decoded": expected_decoded,
        "received_decoded": resp.describe_all(received) if is_resp else None,
        "request": request,
    }


def _received(received):
    return {
        "received": byte_string(received[:_SHOWN_BYTES_MAX]),
        "cut_bytes": u32(len(received) - _SHOWN_BYTES_MAX),
    }


def _common_length(left, right):
    for index, (one, other) in enumerate(zip(left, right)):
        if one != other:
            return index
    return min(len(left), len(right))

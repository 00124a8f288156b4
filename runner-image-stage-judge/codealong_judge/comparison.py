"""What should have come beside what came, in the form of `protocol::Comparison`."""

from .formatting import byte_string
from .outcome import u32

_SHOWN_BYTES_MAX = 16 * 1024


def of_reply(expectation, received, request, offset=None, is_whole=False):
    """The comparison with a reply that is wrong or incomplete.

    `offset` is the byte to look at, by default the first that differs; `is_whole` says whether
    `received` could be read as a reply.
    """
    if offset is None:
        offset = expectation.common_length(received)
    expected = expectation.beside(received)
    # Any text may follow, but not nothing: the missing end of the line is shown.
    lacks_end = expectation.is_prefix and not is_whole and expectation.common_length(received) == len(expected)
    if lacks_end:
        expected = received.rstrip(b"\r\n") + b"\r\n"
    return {
        "expected": byte_string(expected[:_SHOWN_BYTES_MAX]),
        "expected_is_prefix": (expectation.is_prefix and not lacks_end) or len(expected) > _SHOWN_BYTES_MAX,
        "expected_is_example": expectation.is_example,
        **_received(received),
        "offset": u32(offset),
        "request": request,
    }


def of_extra_bytes(received, expected_length, request):
    """The comparison with `received`, of which only the first `expected_length` bytes were due."""
    return {
        "expected": byte_string(received[:expected_length][:_SHOWN_BYTES_MAX]),
        "expected_is_prefix": False,
        **_received(received),
        "offset": u32(expected_length),
        "request": request,
    }


def of_output(expected, received, dropped_bytes):
    """The comparison with what a real client has printed; `dropped_bytes` came after that."""
    offset = next(
        (at for at, (one, other) in enumerate(zip(expected, received)) if one != other),
        min(len(expected), len(received)),
    )
    cut = _received(received)
    return {
        "expected": byte_string(expected[:_SHOWN_BYTES_MAX]),
        "expected_is_prefix": len(expected) > _SHOWN_BYTES_MAX,
        **cut,
        "cut_bytes": u32(cut["cut_bytes"] + dropped_bytes),
        "offset": u32(offset),
        "request": None,
    }


def _received(received):
    return {
        "received": byte_string(received[:_SHOWN_BYTES_MAX]),
        "cut_bytes": u32(len(received) - _SHOWN_BYTES_MAX),
    }

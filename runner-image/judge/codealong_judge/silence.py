"""Waits for nothing to come."""

from time import monotonic

from .expectation import as_milliseconds

#: How long nothing may come, at a test's own step and, once the program has come to rest, in the runs of
#: later ones.
_SILENCE_MS, _SILENCE_AGAIN_MS = 30, 5


def expect_silence(attempt, clients, for_ms):
    """For `for_ms` nothing may come to any of the clients; what comes is "extra bytes"."""
    if for_ms is None and not attempt.is_of_own_step:
        # So short a time must not be one in which the program got no turn.
        for_ms = _SILENCE_AGAIN_MS if attempt.settle() else _SILENCE_MS
    elif for_ms is None:
        for_ms = _SILENCE_MS
    until = monotonic() + as_milliseconds(for_ms) / 1000
    while True:
        for client in clients:
            client.refuse_extra_bytes()
        sockets = [client.readable_socket() for client in clients]
        sockets = [socket for socket in sockets if socket is not None]
        if not sockets or monotonic() >= until:
            return
        attempt.event_loop.wait(until, sockets)

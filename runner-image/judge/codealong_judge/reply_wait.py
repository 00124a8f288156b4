"""Waits for a reply, for as long as bytes of it keep coming."""

from time import monotonic

from . import resp

#: With more unread bytes than this nothing is waited for: the judge keeps them in its memory.
UNREAD_BYTES_MAX = 4 * 1024 * 1024


def wait_for_reply(attempt, connection, expectation, start, resp_version, limit):
    """What was read of the reply that begins at `start`, and the deadline that it was waited for by.

    `limit` is in seconds: a slow reply, of which bytes keep coming, is not one that never comes, and has
    three times as long.
    """
    deadline, end_max = attempt.deadline(limit), monotonic() + 3 * limit
    late = attempt.timeouts.late_ms / 1000
    while True:
        reading = expectation.read(connection.received, start, resp_version)
        if not isinstance(reading, resp.Incomplete) or connection.end is not None:
            return reading, deadline
        unread_bytes = len(connection.received) - start
        latest = end_max + deadline.seconds_lost()
        if monotonic() >= latest or unread_bytes > UNREAD_BYTES_MAX + len(expectation.expected):
            return reading, deadline  # A reply that goes on and on is no reply.
        if connection.wait_to_receive(min(deadline.until, latest)):
            connection.receive_long_reply(start)
            deadline.restart()
        elif attempt.is_program_finished():
            return reading, deadline
        elif not deadline.has_passed():
            continue
        elif late and not unread_bytes:
            deadline.extend(late)
            late = 0
        else:
            return reading, deadline

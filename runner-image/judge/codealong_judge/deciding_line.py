"""Which line of the program decided on a wrong reply: the one to change, where it can be told.

Many programs send all replies in one line, or by a function of their own. What tells a wrong reply
from those that were right is then the call that led to it, or the branch that made it. Where nothing
tells them apart, it is the line that sent.
"""


class RightReplies:
    """What the program went through for replies that were as expected."""

    def __init__(self):
        #: The lines of the calls that led to them.
        self._calls = set()
        #: All lines that led to them, of traced programs.
        self._paths = set()

    def take(self, attempt):
        """Takes those of an attempt that has come to its end."""
        for client in attempt.clients:
            for begin, frames in attempt.sends(client.port):
                if begin < client.accepted_bytes:
                    self._calls.update(line for line, _ in frames)
            for begin, lines in attempt.paths(client.port):
                if begin < client.accepted_bytes:
                    self._paths.update(lines)

    def deciding_call(self, frames):
        """The line of the innermost call that led to no right reply, or None."""
        if not self._calls:
            return None
        return next((line for line, _ in frames if line not in self._calls), None)

    def deciding_line(self, attempt, port, offset):
        """The last line that led to the wrong byte at `offset` and to no right reply, or None."""
        client = next(client for client in attempt.clients if client.port == port)
        path = []
        for begin, lines in attempt.paths(port):
            if client.accepted_bytes <= begin <= offset:
                path += lines
        return next((line for line in reversed(path) if self._paths and line not in self._paths), None)

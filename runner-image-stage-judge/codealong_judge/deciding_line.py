"""Which line of the program decided on a wrong reply: the one to change, where it can be told.

Many programs send all replies in one line, or by a function of their own. What tells a wrong reply
from those that were right is then the call that led to it, or the branch that made it. Where nothing
tells it from right replies to the same command, it is the last line that no other command's went
through; and where there is none, the line that sent.
"""


class RightReplies:
    """What the program went through for replies that were as expected."""

    def __init__(self):
        #: The lines of the calls that led to them.
        self._calls = set()
        #: All lines that led to them, of traced programs, by the command that was answered.
        self._paths = {}

    def take(self, attempt, wrong=None):
        """Takes those of an attempt that has come to its end, at a `wrong` byte: its port and offset."""
        for client in attempt.clients:
            sends = attempt.sends(client.port)
            for begin, frames in _right(sends, client, wrong):
                self._calls.update(line for line, _ in frames)
            for begin, lines in _right(attempt.paths(client.port), client, wrong):
                self._paths.setdefault(client.command_at(begin), set()).update(line for line, _ in lines)

    def deciding_call(self, frames):
        """The line of the innermost call that led to no right reply, or None."""
        if not self._calls:
            return None
        return next((line for line, _ in frames if line not in self._calls), None)

    def deciding_line(self, attempt, port, offset, is_value):
        """The last line that led to the wrong byte at `offset` and to no right reply, or None.

        Where the reply is well-formed and `is_value` is what is wrong, a line that forms replies of
        values gives way to the one that gave it these.
        """
        client = next(client for client in attempt.clients if client.port == port)
        sends = attempt.paths(port)
        first = min(client.accepted_bytes, _begin_of_send_at(sends, offset))
        path = [line for begin, lines in sends if first <= begin <= offset for line in lines]
        command = client.last_command
        others = [lines for name, lines in self._paths.items() if name not in (command, None)]
        # First against all right replies, then against those to other commands.
        for right in (self._paths.values(), others if command is not None else ()):
            passed = set().union(*right)
            found = ((line, caller) for line, caller in reversed(path) if passed and line not in passed)
            line, caller = next(found, (None, 0))
            if line is not None:
                return caller if is_value and caller and caller not in passed else line
        return None


def _right(sends, client, wrong):
    """Of sends on a client's connection, those of right replies only."""
    first_wrong = client.accepted_bytes
    if wrong is not None and wrong[0] == client.port:
        first_wrong = min(first_wrong, _begin_of_send_at(sends, wrong[1]))
    return [send for send in sends if send[0] < first_wrong]


def _begin_of_send_at(sends, offset):
    """Where the send begins that the byte at `offset` was part of; `offset` itself where none is known."""
    return max((begin for begin, _ in sends if begin <= offset), default=offset)

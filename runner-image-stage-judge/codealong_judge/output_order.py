"""The order in which a program wrote to its two streams of output.

What comes out of two pipes has no order of its own. The program takes note of each switch from one
stream to the other before it writes, so the bytes that a switch waits for are in their pipe or have
been read. The records are the program's: they order what it printed, and nothing else.
"""

from collections import deque

from codealong_protocol.output_switches import STREAM, WITHIN_A_LINE

_STREAMS = ("stdout", "stderr")
_LINE_FEED = ord("\n")

#: How much is held back for what a switch waits for, and by how many switches.
_HELD_BYTES, _SWITCHES_MAX = 64 * 1024, 4096


class OutputOrder:
    """The output of one start of the program.

    `records` is a `codealong_protocol.output_switches.SwitchReader`; `feed` takes a stream's name, bytes
    and the time.
    """

    def __init__(self, records, feed):
        self._records = records
        self._feed = feed
        self._held = {name: bytearray() for name in _STREAMS}
        self._passed_on = dict.fromkeys(_STREAMS, 0)
        # Where there are too many, the first are dropped: what they ordered is passed on with what the
        # next ones order.
        self._switches, self._next_number = deque(maxlen=_SWITCHES_MAX), 0
        self._current = "stdout"
        # Bytes that no record knows, as those of a program that was started by this one.
        self._unrecorded = dict.fromkeys(_STREAMS, 0)

    def take(self, stream, data, now):
        """Passes on what can be, and holds back what comes after bytes that are yet to be read."""
        self._held[stream].extend(data)
        found, self._next_number = self._records.switches(self._next_number)
        self._switches.extend(found)
        while self._switches:
            *before, switched_to = self._switches[0]
            if not self._pass_on_until(before, switched_to & WITHIN_A_LINE, now):
                if sum(map(len, self._held.values())) > _HELD_BYTES:
                    self.release(now)
                return
            self._switches.popleft()
            self._current = "stderr" if switched_to & STREAM == 2 else "stdout"
        self.release(now)
        for name, count in zip(_STREAMS, self._records.written_bytes() or ()):
            self._unrecorded[name] = max(self._unrecorded[name], self._passed_on[name] - count)

    def release(self, now):
        """Passes on all that is held back, that of the present stream first."""
        self._switches.clear()
        for name in sorted(_STREAMS, key=lambda name: name != self._current):
            self._pass_on(name, len(self._held[name]), now)

    def _pass_on_until(self, before, is_within_a_line, now):
        """Whether so many bytes of each stream have been passed on, after what can be of them.

        Where a line should end with them and none does, there are bytes that no record knows: then
        the line is passed on as a whole.
        """
        is_there = True
        for name, count in zip(_STREAMS, before):
            missing = count + self._unrecorded[name] - self._passed_on[name]
            is_there = is_there and missing <= len(self._held[name])
            self._pass_on(name, missing if is_within_a_line else self._whole_lines(name, missing), now)
        return is_there

    def _whole_lines(self, name, size):
        held = self._held[name]
        if not 0 < size < len(held) or held[size - 1] == _LINE_FEED:
            return size
        return held.find(_LINE_FEED, size) + 1 or len(held)

    def _pass_on(self, name, size, now):
        held = self._held[name]
        data = bytes(held[: max(size, 0)])
        if data:
            del held[: len(data)]
            self._passed_on[name] += len(data)
            self._feed(name, data, now)

"""What the learner's program prints in a session: as it comes, and so much in each second."""

import codecs

#: Of both streams of a start, in each second. What comes beyond it is dropped, and counted once a second.
_BYTES, _SECONDS = 32 * 1024, 1.0

_CHUNK_SECONDS = 0.02


class SessionOutput:
    """All output of a session; `write` takes the fields of an `output` frame."""

    def __init__(self, write):
        self._write = write
        self._decoders = {}
        # `[launch, stream, texts]` in order.
        self._pending = []
        self._dropped = 0
        self._last = 0, "stdout"
        self._left, self._renewed = _BYTES, 0.0
        #: When the pending text is to be written, on the monotonic clock, or None.
        self.due = None

    def feed(self, launch, stream, data, now):
        """Takes bytes that came at `now`."""
        if now > self._renewed + _SECONDS or launch != self._last[0]:
            self._left, self._renewed = _BYTES, now
        self._last = launch, stream
        shown = data[: self._left]
        self._left -= len(shown)
        self._dropped += len(data) - len(shown)
        if shown:
            text = self._decoder(launch, stream).decode(shown)
            if self._pending and self._pending[-1][:2] == [launch, stream]:
                self._pending[-1][2].append(text)
            else:
                self._pending.append([launch, stream, [text]])
        due = now + _CHUNK_SECONDS if shown else self._renewed + _SECONDS
        self.due = due if self.due is None else min(self.due, due)

    def flush(self, now=None):
        """Writes what is pending; at the end also what was dropped since it was told last."""
        pending, self._pending = self._pending, []
        tell_by = self._renewed + _SECONDS
        is_due = now is None or now >= tell_by
        dropped, self._dropped = (self._dropped, 0) if is_due else (0, self._dropped)
        self.due = tell_by if self._dropped else None
        if dropped and not pending:
            pending = [[*self._last, []]]
        for at, (launch, stream, texts) in enumerate(pending, 1):
            dropped_here = dropped if at == len(pending) else 0
            self._write(launch=launch, stream=stream, text="".join(texts), dropped_bytes=dropped_here)

    def _decoder(self, launch, stream):
        if (launch, stream) not in self._decoders:
            self._decoders = {key: kept for key, kept in self._decoders.items() if key[0] == launch}
            self._decoders[launch, stream] = codecs.getincrementaldecoder("utf-8")("replace")
        return self._decoders[launch, stream]

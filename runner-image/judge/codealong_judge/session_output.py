"""What the learner's program prints in a session: as it comes, and so much in each second."""

import codecs

#: Of each start's streams together, in each second. What comes beyond it is dropped, and counted.
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
        self._last = launch, stream
        if now > self._renewed + _SECONDS:
            self._left, self._renewed = _BYTES, now
        shown = data[: self._left]
        self._left -= len(shown)
        self._dropped += len(data) - len(shown)
        if shown:
            text = self._decoder(launch, stream).decode(shown)
            if self._pending and self._pending[-1][:2] == [launch, stream]:
                self._pending[-1][2].append(text)
            else:
                self._pending.append([launch, stream, [text]])
        if self.due is None:
            self.due = now + _CHUNK_SECONDS

    def flush(self):
        """Writes what is pending."""
        pending, self._pending = self._pending, []
        dropped, self._dropped = self._dropped, 0
        self.due = None
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

"""The exchanges of a test, in the form of `protocol::Exchange`."""

from time import monotonic

from . import resp
from .formatting import byte_string
from .outcome import u32

_EXCHANGE_BYTES_MAX = 1024
_EXCHANGES_MAX = 200


class Trace:
    """What passed between a test's clients and the program, in order."""

    def __init__(self, began):
        #: The beginning of all its times, on the monotonic clock.
        self.began = began
        self._exchanges = []

    def add(self, client, action, **fields):
        """Adds one exchange of the client in lane `client`."""
        at_us = u32((monotonic() - self.began) * 1_000_000)
        self._exchanges.append({"client": client, "at_us": at_us, "action": action, **fields})

    def sent(self, client, data, decoded):
        """Bytes that a client sent, and the `protocol::Request` that they are by themselves, or None."""
        self.add(client, "sent", bytes=data, decoded=decoded)

    def received(self, client, data, offset, port):
        """Bytes that a client received, `offset` bytes into the connection from `port`."""
        last = self._exchanges[-1] if self._exchanges else None
        if not (last and last["action"] == "received" and last["client"] == client):
            self.add(client, "received", bytes=bytearray(), count=0, offset=offset, port=port)
            last = self._exchanges[-1]
        # A program that sends without end must not fill the judge's memory.
        last["bytes"] += data[: max(_EXCHANGE_BYTES_MAX - len(last["bytes"]), 0)]
        last["count"] += len(data)

    def snapshot(self):
        """The exchanges until now, for `return_to`."""
        return [_copy(exchange) for exchange in self._exchanges]

    def return_to(self, snapshot):
        """Drops all exchanges but these."""
        self._exchanges = [_copy(exchange) for exchange in snapshot]

    def to_json(self, calls_of, speaks_resp):
        """The exchanges as JSON values; `calls_of(port, offset)` are the calls that sent a byte, the
        innermost first, each a line and its function's name."""
        shown = self._exchanges
        left_out = len(shown) - _EXCHANGES_MAX
        if left_out > 0:
            half = _EXCHANGES_MAX // 2
            first, last = shown[:half], shown[-half:]
            gap = {"client": 0, "at_us": last[0]["at_us"], "action": "left-out", "count": left_out}
            shown = [*first, gap, *last]
        return [_to_json(exchange, calls_of, speaks_resp) for exchange in shown]


def _copy(exchange):
    """The exchange without the bytes that may yet be added to it."""
    return {**exchange, "bytes": bytearray(exchange["bytes"])} if "bytes" in exchange else exchange


def _to_json(exchange, calls_of, speaks_resp):
    if "bytes" not in exchange:
        return exchange
    data = bytes(exchange["bytes"])
    shown = data[:_EXCHANGE_BYTES_MAX]
    fields = {
        "client": exchange["client"],
        "at_us": exchange["at_us"],
        "action": exchange["action"],
        "bytes": byte_string(shown),
        "cut_bytes": u32(exchange.get("count", len(data)) - len(shown)),
    }
    if exchange["action"] == "received":
        fields["decoded"] = resp.values(data) if speaks_resp else None
        calls = calls_of(exchange["port"], exchange["offset"])
        fields["line"] = calls[0][0] if calls else None
        callers = [{"line": line, "function": name} for line, name in calls[1:]]
        if callers:
            fields["callers"] = callers
    else:
        fields["decoded"] = exchange["decoded"]
    return fields

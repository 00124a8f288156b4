"""How many sockets there may be in the lane's network namespace.

What waits in sockets is kernel memory, which version 1 of cgroups charges to nobody. It is bounded by
how much one socket holds, and by their number.
"""

import os
import re

from . import outcome
from .outcome import Failed

#: How often they are counted while the judge waits.
CHECK_SECONDS = 0.02

#: Far more than any server of a course needs, the judge's clients included, by `protocol::SocketKind`.
#: `other` is all but TCP sockets: UDP and unix sockets, and sockets that were taken out of the
#: kernel's tables and keep what they hold.
_SOCKETS_MAX = {"tcp": 256, "udp": 64, "other": 128}

_PATHS = ("/proc/net/sockstat", "/proc/net/sockstat6")
_IN_USE = re.compile(rb"^(sockets|TCP6?|UDP6?): (?:used|inuse) (\d+)", re.MULTILINE)
_KINDS = {b"sockets": "sockets", b"TCP": "tcp", b"TCP6": "tcp", b"UDP": "udp", b"UDP6": "udp"}


def check():
    """Raises the failure of a program that has too many."""
    counts = _counts()
    counts["other"] = counts.pop("sockets") - counts["tcp"]
    for kind, limit in _SOCKETS_MAX.items():
        if counts[kind] > limit:
            raise Failed(outcome.too_many_sockets(kind, limit))


def _counts():
    counts = {"sockets": 0, "tcp": 0, "udp": 0}
    for path in _PATHS:
        try:
            # "sockets: used 9", "TCP: inuse 5 orphan 0 …", "UDP6: inuse 0".
            for name, count in _IN_USE.findall(_read(path)):
                counts[_KINDS[name]] += int(count)
        except OSError:
            continue
    return counts


def _read(path):
    """The bytes of a file of `/proc`, without what `open` has to do for a text."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)

"""Which ports the program listens on, as the kernel tells."""

import os

_LISTEN = "0A"


def ports(pids=None):
    """The listening TCP ports as `(IPv4 ports, IPv6 ports)`, each a sorted list.

    In a container all of them are the program's. Elsewhere `pids` says whose sockets count.
    """
    sockets = None if pids is None else _sockets(pids)
    return _read("/proc/net/tcp", sockets), _read("/proc/net/tcp6", sockets)


def _read(path, sockets):
    found = set()
    try:
        with open(path) as file:
            next(file, None)
            for line in file:
                fields = line.split()
                if len(fields) < 10 or fields[3] != _LISTEN:
                    continue
                if sockets is None or fields[9] in sockets:
                    found.add(int(fields[1].rpartition(":")[2], 16))
    except (OSError, ValueError):
        pass
    return sorted(found)


def _sockets(pids):
    """The inode numbers of the processes' sockets, as text."""
    found = set()
    for pid in pids:
        try:
            for name in os.listdir(f"/proc/{pid}/fd"):
                link = os.readlink(f"/proc/{pid}/fd/{name}")
                if link.startswith("socket:["):
                    found.add(link[8:-1])
        except OSError:
            continue
    return found

"""Which ports the program listens on, as the kernel tells."""

_LISTEN = "0A"


def ports():
    """The listening TCP ports as `(IPv4 ports, IPv6 ports)`, each a sorted list."""
    return _read("/proc/net/tcp"), _read("/proc/net/tcp6")


def _read(path):
    found = set()
    try:
        with open(path) as file:
            next(file, None)
            for line in file:
                fields = line.split()
                if len(fields) > 3 and fields[3] == _LISTEN:
                    found.add(int(fields[1].rpartition(":")[2], 16))
    except (OSError, ValueError):
        pass
    return sorted(found)

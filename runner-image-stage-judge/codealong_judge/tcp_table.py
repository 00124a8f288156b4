"""The kernel's table of TCP sockets: where the program listens, and what it left unread."""

import os
import socket
import struct

_PATHS = ("/proc/net/tcp", "/proc/net/tcp6")

_LISTEN = "0A"


def listening_ports(pids=None):
    """The ports that are listened on, as `(IPv4 ports, IPv6 ports)`, each a sorted list.

    In a container all of them are the program's. Elsewhere `pids` says whose sockets count.
    """
    inodes = None if pids is None else _socket_inodes(pids)
    on_ipv4, on_ipv6 = (_listening_ports(path, inodes) for path in _PATHS)
    return on_ipv4, on_ipv6


def receipt(port, client_port):
    """What became of what the client at `client_port` sent to `port`, or None.

    The `protocol::Receipt`: whether the program has accepted the client, and how many bytes wait to
    be read.
    """
    for path in _PATHS:
        for fields in _rows(path):
            if (_port_of(fields[1]), _port_of(fields[2])) == (port, client_port):
                # Until it is accepted, a connection has no inode.
                return {"is_accepted": fields[9] != "0", "unread_bytes": int(fields[4].partition(":")[2], 16)}
    return None


def user_of(address, other_port):
    """The user whose socket at this address of IPv4, `(host, port)`, is connected to `other_port`, or None."""
    host, port = address
    # As the kernel writes it: the four bytes as one number of the machine's.
    (number,) = struct.unpack("=I", socket.inet_aton(host))
    written = f"{number:08X}:{port:04X}"
    for fields in _rows(_PATHS[0]):
        if fields[1] == written and _port_of(fields[2]) == other_port:
            return int(fields[7])
    return None


def _listening_ports(path, inodes):
    found = set()
    for fields in _rows(path):
        if fields[3] == _LISTEN and (inodes is None or fields[9] in inodes):
            found.add(_port_of(fields[1]))
    return sorted(found)


def _rows(path):
    """The fields of each line but the first, as in proc_pid_net(5)."""
    try:
        with open(path) as file:
            return [fields for fields in map(str.split, file.readlines()[1:]) if len(fields) >= 10]
    except OSError:
        return []


def _port_of(address):
    return int(address.rpartition(":")[2], 16)


def _socket_inodes(pids):
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

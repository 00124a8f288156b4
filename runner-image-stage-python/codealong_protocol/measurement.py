"""What judge and launcher measure of their own containers: the limits that hold."""

import os
import resource
import socket

from . import kernel

_PROBED_FOLDERS = ("/", "/etc", "/usr", "/opt")

#: Where something may be mounted that can be written to; what else can is measured as well.
_PLACES = ("/code", "/tmp", "/dev/shm")

#: More than a socket may hold.
_PROBE_BYTES = 1 << 20


def measure(container):
    """The field `limits` of `ready` and `hello`; see PROTOCOL.md.

    `container` says whether this is one. On a plain host neither mounts nor terminals are tried.
    """
    status = _status()
    memory, swap = _memory()
    quota, period = _cpu()
    mounts = _mounts()
    writable = sorted(path for path in mounts if _can_create(path)) if container else []
    capabilities = 0
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        capabilities |= int(status.get(name, "0"), 16)
    return {
        "memory_bytes": memory,
        "memory_swap_bytes": swap,
        "cpu_quota_us": quota,
        "cpu_period_us": period,
        "processes": _limit(_cgroup_text("pids/pids.max", "pids.max")),
        "uid": os.getuid(),
        "gid": os.getgid(),
        "groups": sorted(os.getgroups()),
        "capabilities": capabilities,
        "no_new_privileges": status.get("NoNewPrivs") == "1",
        "seccomp_mode": int(status.get("Seccomp", "0")),
        "read_only_root": not any(_can_create(folder) for folder in _PROBED_FOLDERS),
        "interfaces": _interfaces(),
        "tmpfs": {path: _tmpfs(path, mounts) for path in {*_PLACES, *writable} if path in mounts},
        "writable": writable,
        "ulimits": {
            name: _hard_limit(number)
            for name, number in (
                ("nofile", resource.RLIMIT_NOFILE),
                ("core", resource.RLIMIT_CORE),
                ("fsize", resource.RLIMIT_FSIZE),
            )
        },
        "pid": os.getpid(),
        "dumpable": kernel.is_dumpable(),
        "terminals": _terminals() if container else 0,
        "socket_buffers": {
            "send_bytes": _tcp_buffer_max("tcp_wmem"),
            "receive_bytes": _tcp_buffer_max("tcp_rmem"),
            "held_bytes": _held_bytes(),
            "datagram_bytes": _held_by_datagrams(),
            "unix_bytes": _held_by_unix_sockets(),
        },
        "time_wait_max": _limit(_text("/proc/sys/net/ipv4/tcp_max_tw_buckets")),
    }


def _cgroup_text(*names):
    """The text of the first of these files that exists, or None."""
    found = (_text(f"/sys/fs/cgroup/{name}") for name in names)
    return next((text for text in found if text is not None), None)


def _text(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return None


def _terminals():
    """1 where a pseudo-terminal can be opened, which stands for any number, else 0."""
    try:
        os.close(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return 0
    return 1


def _tcp_buffer_max(name):
    """The last of the three numbers of `net.ipv4.tcp_wmem` or `tcp_rmem`."""
    fields = (_text(f"/proc/sys/net/ipv4/{name}") or "").split()
    return _limit(fields[-1]) if fields else None


def _held_bytes():
    """How many unread bytes one connection takes, with the largest buffers that it can get."""
    with socket.socket() as listener, socket.socket() as sender:
        _ask_for_large_buffers(listener, sender)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        sender.connect(listener.getsockname())
        receiver, _ = listener.accept()
        with receiver:
            return _fill(sender, bytes(1 << 16))


def _held_by_datagrams():
    """How many unread bytes a UDP socket takes: the kernel drops what comes beyond."""
    with socket.socket(type=socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as sender:
        _ask_for_large_buffers(receiver, sender)
        receiver.bind(("127.0.0.1", 0))
        sender.connect(receiver.getsockname())
        receiver.setblocking(False)
        data = bytes(1 << 14)
        _fill(sender, data)
        held = 0
        try:
            while True:
                held += len(receiver.recv(len(data)))
        except BlockingIOError:
            return held


def _held_by_unix_sockets():
    """How many unread bytes a pair of unix sockets takes in one direction."""
    sender, receiver = socket.socketpair()
    with sender, receiver:
        _ask_for_large_buffers(sender, receiver)
        return _fill(sender, bytes(1 << 14))


def _ask_for_large_buffers(*sockets):
    for end in sockets:
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            try:
                end.setsockopt(socket.SOL_SOCKET, option, _PROBE_BYTES)
            except OSError:
                pass  # Refused, so the default is all that a program gets.


def _fill(sender, data):
    """Sends until the kernel takes no more, or far more than it should; says how many bytes it took."""
    sender.setblocking(False)
    held = 0
    try:
        while held < _PROBE_BYTES:
            held += sender.send(data)
    except BlockingIOError:
        pass
    return held


def _limit(text):
    """A limit as an integer; None where there is none (`max`, or about 2^63)."""
    if text is None or not text.isdigit() or int(text) >= 1 << 62:
        return None
    return int(text)


def _memory():
    memory = _limit(_cgroup_text("memory/memory.limit_in_bytes"))
    if memory is not None:
        return memory, _limit(_cgroup_text("memory/memory.memsw.limit_in_bytes"))
    memory = _limit(_cgroup_text("memory.max"))
    swap = _limit(_cgroup_text("memory.swap.max"))
    return memory, memory + swap if memory is not None and swap is not None else None


def _cpu():
    quota = _cgroup_text("cpu/cpu.cfs_quota_us")
    if quota is not None:
        return _limit(quota), _limit(_cgroup_text("cpu/cpu.cfs_period_us"))
    fields = (_cgroup_text("cpu.max") or "").split()
    return (_limit(fields[0]), _limit(fields[1])) if len(fields) == 2 else (None, None)


def _status():
    with open("/proc/self/status") as file:
        pairs = (line.split(":", 1) for line in file if ":" in line)
        return {name: value.strip() for name, value in pairs}


def _mounts():
    """The type and the options of each mount, by its path."""
    found = {}
    with open("/proc/self/mounts") as file:
        for line in file:
            fields = line.split()
            path = fields[1].replace("\\040", " ")
            found[path] = (fields[2], fields[3].split(","))
    return found


def _can_create(folder):
    if not os.path.isdir(folder) or folder.startswith(("/proc", "/sys")):
        return False
    path = os.path.join(folder, ".codealong-probe")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC))
        os.unlink(path)
    except OSError:
        return False
    return True


def _tmpfs(path, mounts):
    fs_type, options = mounts[path]
    sizes = os.statvfs(path)
    return {
        "bytes": sizes.f_blocks * sizes.f_frsize if fs_type == "tmpfs" else 0,
        "inodes": sizes.f_files,
        "options": options,
    }


def _interfaces():
    with open("/proc/net/dev") as file:
        return sorted(line.split(":")[0].strip() for line in file if ":" in line)


def _hard_limit(number):
    hard = resource.getrlimit(number)[1]
    return None if hard == resource.RLIM_INFINITY else hard

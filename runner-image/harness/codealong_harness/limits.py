"""What the harness measures of its own container: the limits that hold, and when one was hit."""

import os
import resource

from . import kernel

_PROBED_FOLDERS = ("/", "/etc", "/usr", "/opt")


def measure(place):
    """The field `limits` of the frame `ready`; see PROTOCOL.md."""
    status = _status()
    memory, swap = _memory()
    quota, period = _cpu()
    mounts = _mounts()
    capabilities = 0
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        capabilities |= int(status.get(name, "0"), 16)
    return {
        "memory_bytes": memory,
        "memory_swap_bytes": swap,
        "cpu_quota_us": quota,
        "cpu_period_us": period,
        "processes": _number(_first("pids/pids.max", "pids.max")),
        "uid": os.getuid(),
        "gid": os.getgid(),
        "groups": sorted(os.getgroups()),
        "capabilities": capabilities,
        "no_new_privileges": status.get("NoNewPrivs") == "1",
        "seccomp_mode": int(status.get("Seccomp", "0")),
        "read_only_root": not any(_can_create(folder) for folder in _PROBED_FOLDERS),
        "interfaces": _interfaces(),
        "tmpfs": {path: _tmpfs(path, mounts) for path in ("/code", "/tmp") if path in mounts},
        "writable": sorted(path for path in mounts if _can_create(path)) if place.container else [],
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
        "shared_memory_bytes": _size("/dev/shm") if "/dev/shm" in mounts else 0,
    }


class LimitHits:
    """What the kernel counts of this container, ever growing: refusals, memory, processor time."""

    def __init__(self):
        self._oom = _open("memory/memory.oom_control", "memory.events")
        self._pids = _open("pids/pids.events", "pids.events")
        self._peak = ("memory/memory.max_usage_in_bytes", "memory.peak")
        self._cpu = _open("cpu/cpu.stat", "cpu.stat")
        self._cpu_used = _open("cpuacct/cpuacct.usage")
        self.memory_bytes = _memory()[0]
        self.processes = _number(_first("pids/pids.max", "pids.max"))

    def counts(self):
        """`(processes killed for want of memory, processes refused)`, 0 where not known."""
        return _counter(self._oom, b"oom_kill"), _counter(self._pids, b"max")

    def memory_peak_bytes(self):
        """The most memory that the container ever used, or None."""
        return _number(_first(*self._peak))

    def cpu_us(self):
        """Processor time of all that ran in the container so far, or None."""
        if self._cpu_used is None:
            return _counted(self._cpu, b"usage_usec")
        try:
            return int(os.pread(self._cpu_used, 64, 0)) // 1000
        except (OSError, ValueError):
            return None

    def throttled_us(self):
        """Time in which the container had used up its share of a processor so far, or None."""
        throttled_us = _counted(self._cpu, b"throttled_usec")
        if throttled_us is not None:
            return throttled_us
        throttled_ns = _counted(self._cpu, b"throttled_time")
        return None if throttled_ns is None else throttled_ns // 1000


def _first(*names):
    for name in names:
        try:
            with open(f"/sys/fs/cgroup/{name}") as file:
                return file.read().strip()
        except OSError:
            continue
    return None


def _open(*names):
    for name in names:
        try:
            return os.open(f"/sys/fs/cgroup/{name}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
    return None


def _counter(descriptor, name):
    """What a file of counters says by a name, 0 where it does not."""
    return _counted(descriptor, name) or 0


def _counted(descriptor, name):
    if descriptor is None:
        return None
    try:
        for line in os.pread(descriptor, 4096, 0).splitlines():
            fields = line.split()
            if len(fields) == 2 and fields[0] == name:
                return int(fields[1])
    except (OSError, ValueError):
        pass
    return None


def _number(text):
    """A limit as an integer; None where there is none (`max`, or as much as fits)."""
    if text is None or not text.isdigit() or int(text) >= 1 << 62:
        return None
    return int(text)


def _memory():
    memory = _number(_first("memory/memory.limit_in_bytes"))
    if memory is not None:
        return memory, _number(_first("memory/memory.memsw.limit_in_bytes"))
    memory = _number(_first("memory.max"))
    swap = _number(_first("memory.swap.max"))
    return memory, memory + swap if memory is not None and swap is not None else None


def _cpu():
    quota = _first("cpu/cpu.cfs_quota_us")
    if quota is not None:
        return _number(quota), _number(_first("cpu/cpu.cfs_period_us"))
    fields = (_first("cpu.max") or "").split()
    return (_number(fields[0]), _number(fields[1])) if len(fields) == 2 else (None, None)


def _status():
    with open("/proc/self/status") as file:
        pairs = (line.split(":", 1) for line in file if ":" in line)
        return {name: value.strip() for name, value in pairs}


def _mounts():
    """The options of each mount by its path."""
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
    kind, options = mounts[path]
    sizes = os.statvfs(path)
    return {
        "bytes": sizes.f_blocks * sizes.f_frsize if kind == "tmpfs" else 0,
        "inodes": sizes.f_files,
        "options": options,
    }


def _size(path):
    sizes = os.statvfs(path)
    return sizes.f_blocks * sizes.f_frsize


def _interfaces():
    with open("/proc/net/dev") as file:
        return sorted(line.split(":")[0].strip() for line in file if ":" in line)


def _hard_limit(number):
    hard = resource.getrlimit(number)[1]
    return None if hard == resource.RLIM_INFINITY else hard

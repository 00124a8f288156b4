"""The judge's first process: it lives on, and forks one process for each learner's container."""

import fcntl
import gc
import os
import select
import sys
from time import monotonic, sleep

from codealong_protocol import frame, kernel, measurement, signals
from codealong_protocol.channel import LANE, PROTOCOL, Closed

from . import frames, lane
from .job import Job
from .output import ProgramOutput
from .program import Programs
from .pump import Pump
from .run import Run

_STDIN = 0

#: Sockets of the run before may take a moment to end.
_CLEAN_SECONDS = 0.5

_SOCKET_TABLES = ("tcp", "tcp6", "udp", "udp6", "unix", "raw", "raw6", "udplite", "udplite6", "packet")


def main():
    """Gets ready, says so, and serves one learner's container after the other, until it is left."""
    name = _lane_of(sys.argv[1:])
    # A test that prints must not write between the frames.
    stdout = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 3)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    is_container = os.getpid() == 1
    kernel.set_dumpable(False)
    measured = measurement.measure(is_container)
    if measured["dumpable"]:
        sys.exit("the judge can't make itself unreadable")
    signals.reset_handlers()
    # Not collected before: looking at each object would write to its page.
    gc.freeze()
    frames.write(stdout, "ready", protocol=PROTOCOL, limits=measured)
    while True:
        try:
            user = _opened(frame.read(_STDIN))
        except frame.EndOfInput:
            os._exit(0)
        if is_container:
            _require_clean()
        server = os.fork()
        if not server:
            _serve(name, user, stdout)
        _, status = os.waitpid(server, 0)
        if status:
            # It has said why.
            os._exit(1)


def _lane_of(arguments):
    if not arguments:
        return LANE
    if len(arguments) == 2 and arguments[0] == "--lane":
        return arguments[1]
    sys.exit("usage: python3 judge/__main__.py [--lane NAME]")


def _opened(read):
    if not isinstance(read, dict) or read.get("frame") != "open" or not isinstance(read.get("user"), int):
        sys.exit(f"no learner's container was opened: {str(read)[:200]}")
    return read["user"]


def _require_clean():
    """Ends the judge where its namespace or its processes are not as they were at first."""
    end = monotonic() + _CLEAN_SECONDS
    while found := _left_behind():
        if monotonic() > end:
            sys.exit(f"the lane is not clean: {found}")
        sleep(0.01)


def _left_behind():
    for table in _SOCKET_TABLES:
        try:
            with open(f"/proc/net/{table}") as file:
                sockets = file.readlines()[1:]
        except OSError:
            continue
        if sockets:
            return f"{table} sockets: {' '.join(sockets[0].split())}"
    others = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
    return f"processes: {others}" if others else None


def _serve(name, user, stdout):
    """What a forked process does; never returns."""
    try:
        joined = lane.join(name, user, _STDIN, stdout)
        job = _job(joined)
        began = monotonic()
        _judge(joined, job, began, stdout)
    except (frame.EndOfInput, lane.Left):
        os._exit(0)
    except Closed as closed:
        sys.stderr.write(f"the launcher is gone: {closed}\n")
        os._exit(1)
    except SystemExit as stop:
        if isinstance(stop.code, str):
            sys.stderr.write(f"{stop.code}\n")
        os._exit(1)
    except BaseException:
        # A fault of the judge's own.
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(1)


def _job(joined):
    """The job; whatever the launcher does before it, is its end."""
    while True:
        ready, _, _ = select.select([_STDIN, joined.channel], [], [])
        if joined.channel in ready:
            joined.channel.read()
            raise Closed("it spoke before it was asked")
        if _STDIN in ready:
            return Job.parse(frame.read(_STDIN))


def _judge(joined, job, began, stdout):
    sent = frames.JobFrames(stdout, job.nonce)
    output = ProgramOutput(lambda **fields: sent.write("output", **fields))
    pump = Pump(_STDIN, output)
    programs = Programs(joined, joined.notes, pump, output)
    run = Run(job, sent, pump, output, programs, joined.notes, joined.counters, began)
    run.all_tests()
    run.finish()
    programs.end()
    # The learner's container stays for as long as the server lets it: to remove it takes the
    # processor time that other runs may want.
    joined.until_left(_STDIN)
    os._exit(0)

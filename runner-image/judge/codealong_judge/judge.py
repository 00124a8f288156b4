"""The judge's first process: it lives on, and forks one process for each learner's container."""

import fcntl
import gc
import os
import select
import sys
from time import monotonic, sleep

from codealong_protocol import frame, kernel, measurement, signals
from codealong_protocol.channel import LANE, PROTOCOL, ChannelClosed

from . import course, frames, lane, support
from .event_loop import EventLoop
from .job import Job, SessionJob
from .launcher import Launcher
from .output import ProgramOutput
from .random_values import RandomValues
from .run import Run
from .session import Session
from .session_output import SessionOutput

_STDIN = 0

_WARM_UP = """
from codealong import simple, test

@test("answers PING")
def _(server):
    simple("PONG")
"""

#: Sockets of the last run may take a moment to end.
_CLEAN_SECONDS = 0.5

#: Where the kernel counts the sockets of a table: the file and its line. For the table itself it walks
#: through all of its hash table, 3 ms each time.
_SOCKET_COUNTS = {"tcp": ("sockstat", "TCP:"), "tcp6": ("sockstat6", "TCP6:")}

_SOCKET_TABLES = ("tcp", "tcp6", "udp", "udp6", "unix", "raw", "raw6", "udplite", "udplite6", "packet")


def main():
    """Serves one learner's container after the other, until the server closes standard input."""
    name = _lane_name(sys.argv[1:])
    # A test that prints must not write between the frames.
    stdout = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 3)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    is_container = os.getpid() == 1
    kernel.set_dumpable(False)
    # It sleeps for a tenth of a millisecond, some hundred times in a run.
    kernel.set_timer_slack(1)
    measured = measurement.measure(is_container)
    if measured["dumpable"]:
        sys.exit("the judge can't make itself unreadable")
    signals.reset_handlers()
    # A collection would write to the page of each object, and unshare it.
    gc.freeze()
    frames.write(stdout, "ready", protocol=PROTOCOL, limits=measured)
    while True:
        try:
            user = _user_of(frame.read(_STDIN))
        except frame.EndOfInput:
            os._exit(0)
        if is_container:
            _require_clean()
        child = os.fork()
        if not child:
            _serve(name, user, stdout)
        _, status = os.waitpid(child, 0)
        if status:
            # It has said why.
            os._exit(1)


def _reap_orphans():
    """Takes the statuses of processes that outlived the run that started them."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass  # There is none.


def _lane_name(arguments):
    if not arguments:
        return LANE
    if len(arguments) == 2 and arguments[0] == "--lane":
        return arguments[1]
    sys.exit("usage: python3 judge/__main__.py [--lane NAME]")


def _user_of(opened):
    """The user of an `open` frame."""
    is_open = isinstance(opened, dict) and opened.get("frame") == "open"
    if not is_open or not isinstance(opened.get("user"), int):
        sys.exit(f"no learner's container was opened: {str(opened)[:200]}")
    return opened["user"]


def _require_clean():
    """Ends the judge where its namespace or its processes are not as they were at first."""
    end = monotonic() + _CLEAN_SECONDS
    while leftover := _leftover():
        if monotonic() > end:
            sys.exit(f"the lane is not clean: {leftover}")
        sleep(0.01)


def _leftover():
    """A socket or process of the last run, in words, or None."""
    _reap_orphans()
    for table in _SOCKET_TABLES:
        if is_counted_empty(table):
            continue
        try:
            with open(f"/proc/net/{table}") as file:
                sockets = file.readlines()[1:]
        except OSError:
            continue
        if sockets:
            return f"{table} sockets: {' '.join(sockets[0].split())}"
    pids = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
    return f"processes: {pids}" if pids else None


def is_counted_empty(table, folder="/proc/net"):
    """Whether the kernel counts no socket in the table; False where it doesn't count."""
    file_name, line_name = _SOCKET_COUNTS.get(table, (None, None))
    if file_name is None:
        return False
    try:
        with open(f"{folder}/{file_name}") as file:
            lines = [line.split() for line in file]
    except OSError:
        return False
    for name, *fields in lines:
        if name == line_name:
            counts = dict(zip(fields[::2], fields[1::2]))
            return counts.get("inuse") == "0" and counts.get("tw", "0") == "0"
    return False


def _serve(name, user, stdout):
    """What a forked process does; never returns."""
    try:
        joined = lane.open_lane(name, user, _STDIN, stdout)
        _warm_up()
        job = _read_job(joined)
        began = monotonic()
        if isinstance(job, SessionJob):
            _serve_session(joined, job, stdout)
        else:
            _run(joined, job, began, stdout)
        # The learner's container stays for as long as the server lets it: to remove it takes processor
        # time that other runs may want.
        joined.wait_until_closed(_STDIN)
        os._exit(0)
    except (frame.EndOfInput, lane.ServerGone):
        os._exit(0)
    except ChannelClosed as closed:
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


def _warm_up():
    """Does what each run begins with, before there is a job.

    A forked process pays for each page that it is the first to touch. During the run, that would be
    a sixth of what a short run takes.
    """
    for test in course.load("warm-up", _WARM_UP):
        test.function(None)
    RandomValues("warm-up")


def _read_job(joined):
    """Waits for the job; a launcher that sends anything before it is lost."""
    while True:
        ready, _, _ = select.select([_STDIN, joined.channel], [], [])
        if joined.channel in ready:
            joined.channel.read()
            raise ChannelClosed("it spoke before it was asked")
        if _STDIN in ready:
            job = frame.read(_STDIN)
            is_session = isinstance(job, dict) and job.get("frame") == "session"
            return SessionJob.parse(job) if is_session else Job.parse(job)


def _run(joined, job, began, stdout):
    job_frames = frames.JobFrames(stdout, job.nonce)
    output = ProgramOutput(lambda **fields: job_frames.write("output", **fields))
    event_loop = EventLoop(_STDIN, output)
    launcher = Launcher(joined, event_loop, output)
    support.install(job.support)
    run = Run(job, job_frames, event_loop, output, launcher, joined, began)
    event_loop.before_exit = run.oracle.stop
    try:
        run.run_tests()
        run.finish()
        run.find_lines()
    finally:
        run.oracle.stop()
    launcher.try_kill()


def _serve_session(joined, job, stdout):
    job_frames = frames.JobFrames(stdout, job.nonce)
    output = SessionOutput(lambda **fields: job_frames.write("output", **fields))
    # Standard input has frames, which the session reads.
    event_loop = EventLoop(None, output)
    launcher = Launcher(joined, event_loop, output)
    Session(job, job_frames, event_loop, output, launcher, joined, _STDIN).serve()
    launcher.try_kill()

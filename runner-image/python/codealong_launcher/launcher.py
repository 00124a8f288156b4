"""Joins a lane, and starts and ends a learner's program as the judge asks."""

import os
import select
import signal
import socket
import sys
import time
import traceback

from codealong_protocol import kernel, measurement, notes, signals
from codealong_protocol.channel import MOST_FROM_JUDGE, MOST_FROM_LAUNCHER, PROTOCOL, Channel, Closed

from . import imports
from .environment import Environment
from .folder import Folder, FolderError
from .processes import Processes, ProcessesError

#: The judge listens before this container is started; on a host, whoever starts both may be quicker.
_JOIN_SECONDS = 10.0

#: The counters of the control group that are handed to the judge: of version 1, else of version 2.
_COUNTERS = (
    ("memory/memory.oom_control", "memory.events"),
    ("pids/pids.events", "pids.events"),
    ("cpuacct/cpuacct.usage",),
    ("cpu/cpu.stat", "cpu.stat"),
    ("memory/memory.max_usage_in_bytes", "memory.peak"),
)


def main():
    """Gets ready, joins, does what is asked, ends with the judge."""
    environment = Environment.from_arguments(sys.argv[1:])
    kernel.set_dumpable(False)
    if not environment.container:
        kernel.adopt_orphans()
    measured = measurement.measure(environment.container)
    if measured["dumpable"]:
        sys.exit("the launcher can't make itself unreadable")
    channel, memory = _join(environment.lane)
    wake = _hear_of_children()
    processes = Processes(environment, memory)
    launcher = Launcher(channel, wake, processes, Folder(environment))
    code = 1
    try:
        launcher.say_hello(environment, measured)
        launcher.serve()
    except Closed:
        code = 0  # The judge is gone, and with it whoever waits for anything here.
    except BaseException:
        traceback.print_exc()
    finally:
        processes.end()
        os._exit(code)


def _join(lane):
    """The socket on which all is said, and the memory of the notes."""
    end = time.monotonic() + _JOIN_SECONDS
    while True:
        named = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            named.connect(f"\0{lane}")
            break
        except OSError as error:
            named.close()
            if time.monotonic() > end:
                sys.exit(f"no judge listens at {lane}: {error.strerror}")
            time.sleep(0.01)
    door = Channel(named, MOST_FROM_JUDGE)
    try:
        welcome, descriptors = door.receive()
    except Closed as closed:
        sys.exit(f"the judge does not take this launcher: {closed}")
    if welcome.get("protocol") != PROTOCOL or len(descriptors) != 2:
        sys.exit(f"the judge speaks another protocol: {welcome}")
    door.close()
    connection = socket.socket(fileno=descriptors[0])
    return Channel(connection, MOST_FROM_JUDGE), notes.mapped(descriptors[1])


def _hear_of_children():
    """A descriptor that can be read when a child has ended."""
    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signals.reset_handlers()
    # The only signal that a program can deliver, and all it does is make the launcher look for
    # children.
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    return wake


class Launcher:
    """One run's launcher: it answers one request after the other."""

    def __init__(self, channel, wake, processes, folder):
        self._channel = channel
        self._wake = wake
        self._processes = processes
        self._folder = folder
        processes.on_end = self._tell_end
        self._has_files = False

    def say_hello(self, environment, measured):
        """Tells the judge what it will have to look at by itself."""
        counters, descriptors = [], [os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
        for names in _COUNTERS:
            for name in names:
                try:
                    descriptors.append(os.open(f"/sys/fs/cgroup/{name}", os.O_RDONLY | os.O_CLOEXEC))
                except OSError:
                    continue
                counters.append(name.rpartition("/")[2])
                break
        self._processes.make_ahead()
        self._channel.send(
            "hello",
            descriptors,
            protocol=PROTOCOL,
            limits=measured,
            pid=os.getpid(),
            container=environment.container,
            waiting=self._processes.waiting_pids(),
            counters=counters,
        )
        for descriptor in descriptors:
            os.close(descriptor)

    def serve(self):
        """Does what is asked; raises Closed when the judge is gone."""
        while True:
            ready, _, _ = select.select([self._channel, self._wake], [], [])
            if self._wake in ready:
                self._drain_wake()
                self._processes.bury()
            if self._channel in ready:
                self._channel.read()
                for request, _ in self._channel.take():
                    self._answer(request)

    def _answer(self, request):
        kind = request["message"]
        try:
            if kind == "start":
                self._start(request["number"], request["files"])
            elif kind == "kill":
                self._processes.kill()
                self._channel.send("killed", waiting=self._processes.waiting_pids())
            elif kind == "ask":
                self._processes.ask()
        except (FolderError, ProcessesError) as error:
            self._channel.send("failed", detail=str(error))

    def _start(self, number, files):
        self._processes.kill()
        if files is not None:
            files = {name: text.encode("utf-8", "replace") for name, text in files.items()}
            self._folder.write(files)
            if not self._has_files:
                self._has_files = True
                self._processes.import_first(imports.named_in(files))
        pid, stdout, stderr = self._processes.start(number)
        self._channel.send(
            "started",
            [stdout, stderr],
            number=number,
            pid=pid,
            waiting=self._processes.waiting_pids(),
        )
        os.close(stdout)
        os.close(stderr)

    def _tell_end(self, number, status):
        self._channel.send("ended", number=number, status=status)

    def _drain_wake(self):
        try:
            while os.read(self._wake, 512):
                pass
        except BlockingIOError:
            pass

"""Joins a lane, and starts and ends a learner's program as the judge asks."""

import os
import select
import socket
import sys
import time
import traceback

from codealong_protocol import kernel, measurement, shared_memory
from codealong_protocol.channel import JUDGE_MESSAGE_BYTES_MAX, PROTOCOL, Channel, ChannelClosed

from . import imports
from .child_signal import ChildSignal
from .environment import Environment
from .failure import Failure
from .folder import Folder
from .processes import Processes

#: The judge listens before this container is started; on a host, the launcher may be quicker.
_JOIN_SECONDS = 10.0

#: The cgroup's counters that the judge gets to read: of version 1, else of version 2.
_COUNTERS = (
    ("memory/memory.oom_control", "memory.events"),
    ("pids/pids.events", "pids.events"),
    ("pids/pids.current", "pids.current"),
    ("cpuacct/cpuacct.usage",),
    ("cpu/cpu.stat", "cpu.stat"),
    ("memory/memory.max_usage_in_bytes", "memory.peak"),
)


def main():
    """Joins the lane, serves the judge's requests, and ends with the judge."""
    environment = Environment.from_arguments(sys.argv[1:])
    kernel.set_dumpable(False)
    if not environment.is_container:
        kernel.become_subreaper()
    measured = measurement.measure(environment.is_container)
    if measured["dumpable"]:
        sys.exit("the launcher can't make itself unreadable")
    channel, memory = _join(environment.lane)
    child_signal = ChildSignal()
    processes = Processes(environment, memory, child_signal)
    launcher = Launcher(channel, child_signal, processes, Folder(environment))
    code = 1
    try:
        launcher.send_hello(environment, measured)
        launcher.serve()
    except ChannelClosed:
        code = 0  # The judge is gone, and with it whoever waits for anything here.
    except BaseException:
        traceback.print_exc()
    finally:
        processes.kill_descendants()
        os._exit(code)


def _join(lane):
    """The channel to the judge, and the memory that is shared with it."""
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
    named_channel = Channel(named, JUDGE_MESSAGE_BYTES_MAX)
    try:
        accepted, descriptors = named_channel.receive()
    except ChannelClosed as closed:
        sys.exit(f"the judge does not take this launcher: {closed}")
    if accepted.get("protocol") != PROTOCOL or len(descriptors) != 2:
        sys.exit(f"the judge speaks another protocol: {accepted}")
    named_channel.close()
    connection = socket.socket(fileno=descriptors[0])
    return Channel(connection, JUDGE_MESSAGE_BYTES_MAX), shared_memory.map_and_close(descriptors[1])


class Launcher:
    """One run's launcher: serves one request after the other."""

    def __init__(self, channel, child_signal, processes, folder):
        self._channel = channel
        self._child_signal = child_signal
        self._processes = processes
        self._folder = folder
        processes.on_end = self._send_ended
        processes.on_preforked_end = self._send_preforked
        self._has_files = False

    def send_hello(self, environment, measured):
        """Hands the judge what it reads from the kernel without any further help."""
        counters, descriptors = [], [os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
        for names in _COUNTERS:
            for name in names:
                try:
                    descriptors.append(os.open(f"/sys/fs/cgroup/{name}", os.O_RDONLY | os.O_CLOEXEC))
                except OSError:
                    continue
                counters.append(name.rpartition("/")[2])
                break
        self._processes.prefork()
        self._channel.send(
            "hello",
            descriptors,
            protocol=PROTOCOL,
            limits=measured,
            pid=os.getpid(),
            container=environment.is_container,
            preforked=self._processes.preforked_pids(),
            counters=counters,
        )
        for descriptor in descriptors:
            os.close(descriptor)

    def serve(self):
        """Serves requests; raises ChannelClosed when the judge is gone."""
        while True:
            ready, _, _ = select.select([self._channel, self._child_signal], [], [])
            if self._child_signal in ready:
                self._processes.reap()
            if self._channel in ready:
                self._channel.read()
                for request, _ in self._channel.messages():
                    self._handle(request)

    def _handle(self, request):
        message = request["message"]
        try:
            if message == "start":
                self._start(request["number"], request["files"], request["arguments"], request["another"])
            elif message == "kill":
                self._processes.kill()
                self._channel.send("killed", preforked=self._processes.preforked_pids())
            elif message == "terminate":
                self._processes.terminate()
            elif message == "open":
                self._open(request["name"], request["is_written"])
            elif message == "probe":
                self._processes.probe_stack()
        except Failure as failure:
            self._channel.send("failed", **failure.facts)

    def _start(self, number, files, arguments, another):
        self._processes.kill()
        if files is not None:
            files = {name: text.encode("latin-1") for name, text in files.items()}
            self._folder.write(files)
            if not self._has_files:
                self._has_files = True
                self._processes.import_named(imports.named_in(files))
        pid, stdout, stderr = self._processes.start(number, arguments)
        preforked = self._processes.preforked_pids()
        forks_ahead = another and not preforked
        self._channel.send(
            "started",
            [stdout, stderr],
            number=number,
            pid=pid,
            preforked=preforked,
            forks_ahead=forks_ahead,
        )
        os.close(stdout)
        os.close(stderr)
        if forks_ahead:
            self._processes.prefork_next()
            self._send_preforked()

    def _open(self, name, is_written):
        try:
            file = None if name is None else self._folder.open(name, is_written)
        except OSError as error:
            self._channel.send("opened", errno=error.errno, names=self._folder.names())
            return
        if file is None:
            self._channel.send("opened", errno=None, names=self._folder.names())
            return
        self._channel.send("opened", [file], errno=None, names=[])
        os.close(file)

    def _send_preforked(self):
        self._channel.send("preforked", preforked=self._processes.preforked_pids())

    def _send_ended(self, number, status):
        self._channel.send("ended", number=number, status=status)

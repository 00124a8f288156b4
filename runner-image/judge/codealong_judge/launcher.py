"""The launcher as the judge uses it: starts the learner's program, and ends it."""

import fcntl
import os
from time import monotonic

from codealong_protocol.channel import ChannelClosed
from codealong_protocol.shared_memory import PLAIN, RECORDED, TRACED

from . import socket_limits, tcp_table
from .outcome import Interference, LauncherLost
from .output_order import OutputOrder
from .program import Program

#: A program that prints much should not wait while the judge is busy.
_PIPE_BYTES = 256 * 1024

#: So that a launcher that sends without end can't hold up the judge.
_READS_MAX = 16

#: Long on purpose: a busy machine must not look like a program that can't be started or ended.
_REPLY_SECONDS = 10.0

#: What a launcher may fail to do.
_FAILURES = ("no-process", "processes-stay", "files-not-written", "leftovers-stay", "too-many-leftovers")

#: How long the program has to answer a probe: on a busy machine, and once it has failed to.
_PROBE_SECONDS, _PROBE_AGAIN_SECONDS = 0.5, 0.01


class Launcher:
    """Runs one start of the program at a time, with nothing of the one before left."""

    def __init__(self, lane, event_loop, output):
        self._channel = lane.channel
        self._processes = lane.processes
        self._counters = lane.counters
        self._records = lane.records
        self._event_loop = event_loop
        self._output = output
        #: The present start of the program, or None.
        self.program = None
        #: How often the program was started; while it is 0, not a line of the learner's has run.
        self.launches = 0
        # The status of each start's first process that has ended, by the start's number.
        self._statuses = {}
        self._order = None
        self._probe_seconds = _PROBE_SECONDS
        #: What the program found at its last fresh start.
        self.files = None
        #: Whether a test has changed files since.
        self.are_files_changed = False
        #: What it is started with, besides.
        self.arguments = ()
        #: Whether the starts to come record the lines that lead to each reply; what they print is
        #: not passed on.
        self.is_traced = False
        #: Whether those that are not traced record all their lines, with values.
        self.is_recorded = False
        # The program that the launcher has been told to kill, until its end has been waited for, and
        # whether the answer has come meanwhile.
        self._killed, self._has_ended = None, False
        # Whether it is about to fork ahead: there may be a process more than the judge knows of.
        self._forks_ahead = False
        event_loop.watch(self._channel, self.check)
        if self._processes.is_container:
            event_loop.call_every(socket_limits.CHECK_SECONDS, self.check_limits)

    def start(self, files=None, arguments=None, another=False):
        """Kills the program and starts it again.

        With `files` they are all that it finds; without, its files stay as they are, as do its arguments.
        `another` says that one more start will follow, which the launcher then prepares.
        """
        self.kill()
        if arguments is not None:
            self.arguments = tuple(arguments)
        self._counters.forget_processes()
        number = self.launches + 1
        self._records.reset(number, self._manner())
        texts = None
        if files is not None:
            self.files, self.are_files_changed = files, False
            # Each byte as one character: a file need not be text.
            texts = {name: data.decode("latin-1") for name, data in files.items()}
        refusals_before = self._counters.refusals()
        reply, descriptors = self._request(
            "started", "start", number=number, files=texts, arguments=self.arguments, another=another
        )
        if len(descriptors) != 2 or not isinstance(reply.get("pid"), int):
            raise LauncherLost("it started something else")
        self.launches = number
        program = Program(number, reply["pid"], descriptors, refusals_before, self._statuses)
        self.program = program
        self._order = OutputOrder(self._records.output, self._feed_callback(program))
        for stream, descriptor in zip(("stdout", "stderr"), descriptors):
            try:
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            except OSError:
                pass
            self._event_loop.add_stream(descriptor, self._output_callback(program, stream))

    def start_afresh(self):
        """Kills the program and starts it again with the files that it was first given."""
        self.start(self.files)

    def begin_to_kill(self):
        """Has the launcher kill the program, and does not wait for its end, as `kill` does. From now on there is
        no program."""
        program, self.program = self.program, None
        if program is None:
            return
        self._killed, self._has_ended = program, False
        try:
            self._send("kill")
        except LauncherLost:
            pass  # Whoever waits for the answer meets it.

    def kill(self):
        """Kills the program with all its processes, and takes the last of its output."""
        self.begin_to_kill()
        program, self._killed = self._killed, None
        if program is None:
            return
        try:
            if not self._has_ended:
                self._receive("killed")
        finally:
            for descriptor in program.descriptors:
                self._event_loop.remove_stream(descriptor)
                os.close(descriptor)
            self.release_output()
            self._event_loop.close_lingering()

    def release_output(self):
        """Passes on what is held back of the output of the last start."""
        if self._order is not None:
            self._order.release(monotonic())

    def terminate(self):
        """Asks the program to end, as `kill` does without a number: by SIGTERM."""
        self._send("terminate")

    def open_file(self, name, is_written=False):
        """A descriptor of a file in the program's folder, or the number of an error and the names there.

        One that is written is made where it is missing. Without a name nothing is opened. `(descriptor or None,
        errno or None, names)`; names are as the launcher tells them.
        """
        reply, descriptors = self._request("opened", "open", name=name, is_written=is_written)
        self.are_files_changed = self.are_files_changed or is_written
        errno, names = reply.get("errno"), reply.get("names")
        is_opened = name is not None and errno is None
        is_sound = errno is None or (type(errno) is int and 0 < errno < 4096)
        if not is_sound or not isinstance(names, list) or len(descriptors) != is_opened:
            for descriptor in descriptors:
                os.close(descriptor)
            raise LauncherLost("it opened something else")
        return descriptors[0] if is_opened else None, errno, [str(name) for name in names]

    def try_kill(self):
        """After the run: nothing should use the processor any more, and no failure counts."""
        try:
            self.kill()
        except (Interference, LauncherLost):
            pass

    def check(self):
        """Takes messages that came by themselves; raises LauncherLost where the launcher is gone."""
        try:
            for _ in range(_READS_MAX):
                if not self._channel.is_readable():
                    return
                self._channel.read()
                for message, descriptors in self._channel.messages():
                    self._handle(message, descriptors)
        except ChannelClosed as closed:
            raise LauncherLost(str(closed)) from None

    def descendant_pids(self):
        """The program's processes besides its first."""
        self._await_preforked()
        first = None if self.program is None else self.program.pid
        return [pid for pid in self._processes.program_pids() if pid != first]

    def is_program_asleep(self):
        """Whether every thread of the program waits or has ended: nothing is on its way then."""
        self._await_preforked()
        program = self.program
        first = program.pid if program is not None and program.status is None else None
        return self._processes.are_asleep(first, self._counters.threads)

    def has_first_process_ended(self):
        """Whether the launcher says so, and the kernel too."""
        return self.program.status is not None and self._processes.is_dead(self.program.pid)

    def cpu_us(self):
        """The processor time of the lane's program so far, or None: on a host nobody counts it."""
        return self._counters.cpu_us() if self._processes.is_container else None

    def cpu_share(self):
        """How much of a processor the program may use, as far as it is held to less than one."""
        return self._counters.cpu_share

    def throttled_us(self):
        """How long the lane's program was held back because it had used up its share, or None."""
        return self._counters.throttled_us() if self._processes.is_container else None

    def thread_schedules(self):
        """The `procfs.ThreadSchedule` of each of the program's threads, by process and thread."""
        self._await_preforked()
        found = {}
        for pid in self._processes.program_pids():
            found.update(self._processes.thread_schedules(pid))
        return found

    def probe_stack(self):
        """The line that the program is at, or None."""
        program = self.program
        if program is None or program.status is not None:
            return None
        self._send("probe")
        end = monotonic() + self._probe_seconds
        while not self._records.has_probed_line():
            if monotonic() > end:
                # It can't answer, and would not the next time.
                self._probe_seconds = _PROBE_AGAIN_SECONDS
                break
            self._event_loop.sleep(0.001)
        return self._records.probed_line()

    def listening_ports(self):
        """The ports that the program listens on, as `tcp_table.listening_ports` has them."""
        if self._processes.is_container:
            return tcp_table.listening_ports()
        return tcp_table.listening_ports(self._processes.program_pids())

    def _manner(self):
        if self.is_traced:
            return TRACED
        return RECORDED if self.is_recorded else PLAIN

    def _request(self, reply, message, **fields):
        """Sends a request and waits for `reply`: the message and its descriptors."""
        self._send(message, **fields)
        return self._receive(reply)

    def _send(self, message, **fields):
        try:
            self._channel.send(message, **fields)
        except ChannelClosed as closed:
            raise LauncherLost(str(closed)) from None

    def _await_preforked(self):
        """Waits until it has said which process it has forked ahead: the program runs meanwhile."""
        end = monotonic() + _REPLY_SECONDS
        while self._forks_ahead:
            if not self._event_loop.wait(end, is_over_when_handled=True) and monotonic() >= end:
                raise LauncherLost("it does not answer")

    def _receive(self, name):
        """Waits for the message of this name, and handles those around it."""
        try:
            end = monotonic() + _REPLY_SECONDS
            while monotonic() < end:
                found = None
                for message, descriptors in self._channel.messages():
                    if found is None and message["message"] == name:
                        found = message, descriptors
                        if "preforked" in message:
                            self._take_preforked(message)
                    elif message["message"] == "failed":
                        raise interference_of(message)
                    else:
                        self._handle(message, descriptors)
                if found is not None:
                    return found
                if self._event_loop.wait_for_reply(self._channel, end):
                    self._channel.read()
        except ChannelClosed as closed:
            raise LauncherLost(str(closed)) from None
        raise LauncherLost("it does not answer")

    def _handle(self, message, descriptors):
        for descriptor in descriptors:
            os.close(descriptor)  # Nobody asked for any.
        if message["message"] == "killed":
            self._has_ended = True
        if message["message"] in ("killed", "preforked"):
            self._take_preforked(message)
            return
        number, status = message.get("number"), message.get("status")
        is_end = message["message"] == "ended" and isinstance(number, int) and isinstance(status, int)
        if is_end and 0 < number <= self.launches + 1 and -256 < status < 256:
            self._statuses.setdefault(number, status)

    def _take_preforked(self, message):
        self._forks_ahead = message.get("forks_ahead") is True
        preforked = message.get("preforked")
        self._processes.set_preforked(preforked if isinstance(preforked, list) else ())

    def check_limits(self):
        """Raises the failure of a program that has too many sockets; on a host there is no limit."""
        if not self._processes.is_container:
            return
        # Read while the container exists; `refusals` remembers the largest numbers.
        self._counters.refusals()
        socket_limits.check()

    def _output_callback(self, program, stream):
        def take(data, now):
            program.printed_bytes += len(data)
            self._order.take(stream, data, now)

        return take

    def _feed_callback(self, program):
        def feed(stream, data, now):
            if not self.is_traced:
                self._output.feed(program.number, stream, data, now)

        return feed


def interference_of(failed):
    """What a launcher's `failed` says, checked; one that says anything else is lost."""
    what, errno, folder = (failed.get(key) for key in ("what", "errno", "folder"))
    if what not in _FAILURES or type(errno) is not int or not 0 <= errno < 4096:
        return LauncherLost("it failed at what it was not asked for")
    return Interference(what, errno=errno, folder=str(folder)[:100])

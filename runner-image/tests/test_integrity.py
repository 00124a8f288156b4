"""A program can't make itself pass, whatever it does to the judge."""

import mmap
import os
import signal
import tempfile
import unittest
from unittest import mock

from judging import NONCE, judge, step
from codealong_launcher import folder
from codealong_launcher.environment import Environment
from codealong_launcher.failure import Failure
from codealong_launcher.folder import Folder
from codealong_protocol import shared_memory
from codealong_protocol.shared_memory import RecordReader, RecordWriter

PING = step(
    "ping",
    """
    from codealong import simple, test

    @test("answers PING")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))

    @test("answers again")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))
    """,
)

SERVE = """
import socket
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    while conn.recv(4096):
        conn.sendall(b"+NO\\r\\n")
"""


class Programs(unittest.TestCase):
    def test_that_end_those_that_wait_to_be_started_end_nothing(self):
        # They have the same parent, and new ones are forked for them. It listens only when they are
        # dead: a killed process takes a moment to end.
        program = """
import os, signal, time

def stat(name):
    try:
        return open(f"/proc/{name}/stat").read().rpartition(")")[2].split()
    except OSError:
        return ["Z", "0"]

killed = []
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid() and int(stat(name)[1]) == os.getppid():
        os.kill(int(name), signal.SIGKILL)
        killed.append(name)
while any(stat(name)[0] not in "ZX" for name in killed):
    time.sleep(0.001)
""" + SERVE.replace("+NO", "+PONG")
        report = judge(program, PING)
        self.assertEqual(report.kinds, ["passed", "passed"])

    def test_that_stop_it_stop_nothing(self):
        program = """
import os, signal
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        try:
            parent = open(f"/proc/{name}/stat").read().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getppid():
            os.kill(int(name), signal.SIGSTOP)
""" + SERVE
        report = judge(program, PING, PING)
        self.assertEqual(report.kinds, ["wrong-value"] * 2)
        self.assertEqual(report.finished["launches"], 4)

    def test_that_print_frames_have_printed_text(self):
        fake = f'{{"frame":"finished","nonce":"{NONCE}","seq":3}}'
        report = judge(f"print({fake!r})\n" + SERVE, PING)
        self.assertEqual(report.kinds, ["wrong-value"] * 2)
        self.assertIn(fake, report.output())

    def test_that_write_rubbish_into_the_shared_memory_change_nothing(self):
        program = """
import mmap, os, socket
def find(function):
    for cell in function.__closure__ or ():
        value = cell.cell_contents
        owner = getattr(value, "__self__", None)
        if owner is not None:
            return owner._writer._memory
memory = find(socket.socket.send)
assert isinstance(memory, mmap.mmap)
FILL
"""
        for fill in (
            "memory[:] = os.urandom(len(memory))",
            "memory[:] = bytes(len(memory))",
            "memory[:] = b'\\xff' * len(memory)",
            "memory[128:] = b'{' * (len(memory) - 128)",
            "memory.resize(1)",
        ):
            report = judge(program.replace("FILL", f"try: {fill}\nexcept Exception: pass") + SERVE, PING)
            self.assertEqual(report.kinds, ["wrong-value"] * 2, fill)

    def test_whose_files_pose_as_modules_fool_themselves_only(self):
        files = {name: "raise SystemExit(0)\n" for name in ("socket.py", "json.py", "sitecustomize.py", "codealong.py")}
        report = judge(SERVE, PING, files=files)
        self.assertEqual(report.kinds, ["wrong-value"] * 2)

    def test_that_reach_for_their_frames_find_no_test(self):
        program = """
import gc, sys
frame, seen = sys._getframe(), []
while frame:
    seen += [repr(frame.f_locals), repr(frame.f_globals)]
    frame = frame.f_back
gc.unfreeze()
seen += [repr(thing)[:10000] for thing in gc.get_objects() if isinstance(thing, (str, dict, list, tuple))]
print("GNIP srewsna"[::-1] in str(seen), "NONCE"[::-1] in str(seen), len(seen) > 100)
""".replace("NONCE", NONCE[::-1]) + SERVE
        report = judge(program, PING)
        self.assertIn("False False True", report.output())

    def test_that_leave_processes_behind_leave_none_to_the_next_start(self):
        program = """
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 100)
        """ + SERVE.replace("+NO", "+PONG").replace("\n", "\n        ") + """
raise SystemExit(1)
"""
        # The process in the background answers; every start has its own, or the port were taken.
        report = judge(program, PING)
        self.assertEqual(report.kinds, ["passed"] * 2)
        end = judge("import time\ntime.sleep(9)\n", PING, limit_ms=500)
        self.assertEqual(end.kinds, ["timed-out", "not-run"])

    def test_that_start_many_short_processes_leave_no_zombies(self):
        program = """
import os
for _ in range(40):
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.wait()
""" + SERVE.replace("+NO", "+PONG")
        self.assertEqual(judge(program, PING).kinds, ["passed"] * 2)

    def test_that_change_their_files_start_from_the_given_ones(self):
        program = """
import os
print(sorted(os.listdir()), os.path.islink("main.py"))
os.unlink("main.py")
os.symlink("/etc/passwd", "main.py")
os.makedirs("deep/deeper")
open("deep/file", "w").close()
os.symlink("/etc", "deep/link")
os.chmod("deep", 0)
""" + SERVE
        report = judge(program, PING)
        self.assertEqual(report.kinds, ["wrong-value"] * 2)
        self.assertEqual(report.output(), "['main.py'] False\n" * 2)


class Files(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.code = os.path.join(self._folder.name, "code")
        self.scratch = os.path.join(self._folder.name, "scratch")
        os.mkdir(self.code)
        os.mkdir(self.scratch)
        self.folder = Folder(Environment("lane", self.code, (self.scratch, "/nowhere"), False))

    def write(self):
        self.folder.write({"main.py": b"x\n"})

    def test_are_written_anew_whatever_was_done_to_them(self):
        self.write()
        with open(os.path.join(self.code, "main.py"), "r+b") as file:
            memory = mmap.mmap(file.fileno(), 0)
        open(os.path.join(self.scratch, "left"), "w").close()
        self.write()
        memory[:1] = b"y"
        with open(os.path.join(self.code, "main.py")) as file:
            self.assertEqual(file.read(), "x\n")
        self.assertEqual(os.listdir(self.scratch), [])

    def test_outside_are_never_touched(self):
        outside = os.path.join(self._folder.name, "outside")
        with open(outside, "w") as file:
            file.write("mine")
        os.symlink(outside, os.path.join(self.code, "main.py"))
        os.symlink(self._folder.name, os.path.join(self.code, "all"))
        self.write()
        with open(outside) as file:
            self.assertEqual(file.read(), "mine")
        self.assertEqual(os.listdir(self.code), ["main.py"])

    def test_in_a_very_deep_folder_are_removed(self):
        folder = os.open(self.scratch, os.O_RDONLY)
        for _ in range(3000):
            os.mkdir("d" * 200, dir_fd=folder)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = inner
        os.close(folder)
        self.write()
        self.assertEqual(os.listdir(self.scratch), [])

    def test_that_are_too_many_are_said(self):
        for number in range(30):
            open(os.path.join(self.scratch, str(number)), "w").close()
        with mock.patch.object(folder, "_REMOVALS_MAX", 20), self.assertRaises(Failure) as raised:
            self.write()
        facts = {"what": "too-many-leftovers", "errno": 0, "folder": self.scratch}
        self.assertEqual(raised.exception.facts, facts)


def new_memory():
    memory = shared_memory.map_and_close(shared_memory.create())
    return RecordReader(memory), RecordWriter(memory)


class Records(unittest.TestCase):
    def test_arrive_as_they_were_written(self):
        reader, writer = new_memory()
        reader.reset(3)
        self.assertIsNone(reader.started_ns())
        writer.started()
        writer.sent(40000, 0, [12, 10])
        writer.sent(40000, 7, [13, 10, 30, 25, 50, 0])
        writer.record_path(40000, 7, [(11, 0), (14, 12), (13, 0)])
        writer.crashed({"exception": "E", "where": "main"})
        self.assertFalse(reader.has_ended())
        writer.ended(5, 0)
        frames = [(13, 10), (30, 25), (50, 0)]
        self.assertEqual(reader.new_sends(), [(40000, 0, [(12, 10)]), (40000, 7, frames)])
        self.assertEqual(reader.new_sends(), [])
        self.assertEqual(reader.new_paths(), [(40000, 7, [(11, 0), (14, 12), (13, 0)])])
        self.assertEqual(reader.new_paths(), [])
        self.assertEqual([crash["exception"] for crash in reader.crashes()], ["E"])
        self.assertTrue(reader.has_ended())
        self.assertFalse(reader.has_ended_with_daemon_threads())
        self.assertEqual(reader.last_line(), 5)

    def test_notes_that_are_written_without_a_pause_are_always_there(self):
        reader, writer = new_memory()
        reader.reset(1)
        writer.started()
        writer.noted("comparison", {"line": 1})
        pid = os.fork()
        if pid == 0:
            while True:
                writer.noted("comparison", {"line": 1})
                writer.noted("coroutine", {"line": 1})
        try:
            found = [reader.note("comparison") for _ in range(20_000)]
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.assertEqual([note for note in found if note != {"line": 1}], [])
        reader.reset(2)
        self.assertEqual(reader.note("comparison"), {})

    def test_of_an_earlier_start_are_forgotten(self):
        reader, writer = new_memory()
        reader.reset(1)
        writer.started()
        reader.reset(2)
        writer.sent(40000, 0, [12, 10])
        writer.record_path(40000, 0, [(12, 0)])
        writer.crashed({"exception": "E"})
        writer.ended(5, 0)
        self.assertEqual((reader.new_sends(), reader.new_paths()), ([], []))
        self.assertEqual((reader.crashes(), reader.has_ended()), ([], False))

    def test_keep_the_latest_sends_and_crashes(self):
        reader, writer = new_memory()
        reader.reset(1)
        writer.started()
        for number in range(5000):
            writer.sent(40000, number, [1 + number, 1])
            writer.record_path(40000, number, [(1 + number, 0)] * 300)
        for number in range(20):
            writer.crashed({"exception": str(number)})
        latest = range(5000 - 1024, 5000)
        self.assertEqual(reader.new_sends(), [(40000, number, [(1 + number, 1)]) for number in latest])
        paths = reader.new_paths()
        self.assertEqual([offset for _, offset, _ in paths], list(range(5000 - 64, 5000)))
        self.assertEqual({len(lines) for _, _, lines in paths}, {126})
        self.assertEqual([crash["exception"] for crash in reader.crashes()], [str(n) for n in range(12, 20)])

    def test_that_are_no_frames_are_not_there(self):
        reader, writer = new_memory()
        reader.reset(1)
        writer.started()
        for frames in ([0, 0], [12, 13], [12, 10, 0, 0], [12, 10, 2_000_000, 5]):
            writer.sent(40000, 0, frames)
        writer.record_path(40000, 0, [(12, 0), (0, 0)])
        self.assertEqual((reader.new_sends(), reader.new_paths()), ([], []))

    def test_that_are_too_long_lose_their_outer_frames(self):
        reader, writer = new_memory()
        reader.reset(1)
        writer.started()
        frames = [{"file": "main.py", "line": n, "function": "f" * 300, "text": "é" * 300} for n in range(30)]
        writer.crashed({"exception": "E", "traceback": frames})
        (crash,) = reader.crashes()
        self.assertEqual(crash["traceback"][-1]["line"], 29)


if __name__ == "__main__":
    unittest.main()

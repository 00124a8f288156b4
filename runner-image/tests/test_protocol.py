"""The judge keeps to PROTOCOL.md: its frames, their order, and its end."""

import json
import os
import socket
import struct
import subprocess
import time
import unittest

from judging import PROTOCOL, NONCE, Judge, Report, descendants, free_port, job, judge, lives, step
from codealong_protocol import frame
from codealong_protocol.channel import Channel, ChannelClosed
from codealong_judge import launcher
from codealong_judge.job import Job
from codealong_judge.outcome import Interference, LauncherLost

LISTEN = step("listen", 'from codealong import test\n@test("a")\ndef _(server):\n    server.connect()\n')
PROGRAM = "import socket\nserver = socket.create_server(('localhost', 6379))\n"


class Frames(unittest.TestCase):
    def test_are_a_length_and_json(self):
        data = frame.encode({"a": "é"})
        self.assertEqual(struct.unpack(">I", data[:4])[0], len(data) - 4)
        self.assertEqual(json.loads(data[4:]), {"a": "é"})

    def test_never_hold_half_a_character(self):
        text = frame.encode({"text": "\ud800\udc00 \udfff"})[4:].decode("utf-8")
        self.assertEqual(json.loads(text), {"text": "?? ?"})

    def test_that_are_none_are_refused(self):
        for data, error in (
            (b"", frame.EndOfInput),
            (b"\0\0", frame.EndOfInput),
            (b"\0\0\0\5{}", frame.EndOfInput),
            (b"\0\0\0\2{]", frame.InvalidFrame),
            (b"\xff\xff\xff\xff", frame.InvalidFrame),
        ):
            reader, writer = os.pipe()
            os.write(writer, data)
            os.close(writer)
            with self.assertRaises(error):
                frame.read(reader)
            os.close(reader)

    def test_of_a_run_are_numbered_and_carry_the_nonce(self):
        report = judge(PROGRAM + "print('hello')\n", LISTEN)
        self.assertEqual([f["seq"] for f in report.frames], list(range(len(report.frames))))
        self.assertEqual({f["nonce"] for f in report.frames}, {NONCE})
        kinds = [f["frame"] for f in report.frames]
        self.assertEqual(kinds[:2], ["started", "test-started"])
        self.assertEqual(kinds[-1], "finished")
        self.assertEqual(set(kinds[2:-1]), {"output", "test-finished"})

    def test_say_what_the_run_took(self):
        finished = judge(PROGRAM, LISTEN).finished
        self.assertEqual(finished["launches"], 1)
        self.assertGreater(finished["timings"]["launch_us"], 0)
        self.assertGreater(finished["timings"]["listen_us"], 0)
        self.assertGreater(finished["duration_us"], finished["timings"]["listen_us"])
        never = judge("x =", LISTEN).finished
        self.assertEqual(never["timings"], {"launch_us": None, "listen_us": None})


class Jobs(unittest.TestCase):
    def test_that_are_none_are_refused(self):
        good = job("", [LISTEN], 6379)
        Job.parse(good)
        for change in (
            {"protocol": 2},
            {"frame": "open"},
            {"files": {}},
            {"files": {"main.py": "", "../main.py": ""}},
            {"files": {"main.py": "", "a/b.py": ""}},
            {"files": {"main.py": 5}},
            {"steps": [{}]},
            {"seed": "x"},
            {"nonce": None, "steps": None},
        ):
            with self.assertRaises(frame.InvalidFrame, msg=str(change)):
                Job.parse({**good, **change})
        for nothing in (None, [], "job", 5):
            with self.assertRaises(frame.InvalidFrame):
                Job.parse(nothing)


MEASURED = set(
    "memory_bytes memory_swap_bytes cpu_quota_us cpu_period_us processes uid gid groups "
    "capabilities no_new_privileges seccomp_mode read_only_root interfaces tmpfs writable "
    "ulimits pid dumpable terminals socket_buffers time_wait_max".split()
)


class Failures(unittest.TestCase):
    def test_of_a_launcher_are_facts(self):
        failed = {"what": "leftovers-stay", "errno": 39, "folder": "/tmp"}
        interference = launcher.interference_of(failed)
        self.assertIsInstance(interference, Interference)
        self.assertEqual(interference.fact, failed)

    def test_that_no_honest_launcher_has_are_its_end(self):
        for failed in (
            {},
            {"what": ["no-process"], "errno": 1},
            {"what": "an order", "errno": 1},
            {"what": "no-process", "errno": "1"},
            {"what": "no-process", "errno": True},
            {"what": "no-process", "errno": 1 << 40},
        ):
            self.assertIsInstance(launcher.interference_of(failed), LauncherLost, failed)


class TheJudge(unittest.TestCase):
    def test_says_what_it_and_the_launcher_measure(self):
        with Judge() as process:
            ready, joined = process.ready, process.joined
        self.assertEqual((ready["frame"], ready["protocol"], joined["frame"]), ("ready", PROTOCOL, "joined"))
        for said in (ready, joined):
            self.assertEqual(set(said["limits"]), MEASURED)
            self.assertIs(said["limits"]["dumpable"], False)
            self.assertNotIn("nonce", said)

    def test_serves_one_launcher_after_the_other(self):
        with Judge() as process:
            for _ in range(3):
                process.send(job(PROGRAM, [LISTEN], free_port()))
                self.assertEqual(Report(process.frames()).kinds, ["passed"])
                self.assertEqual(process.join()["frame"], "joined")

    def test_takes_no_launcher_of_another_user(self):
        with Judge(joined=False) as process:
            process.open(user=os.getuid() + 1)
            process.start_launcher()
            self.assertEqual(process.launcher.wait(30), 1)

    def test_ends_with_its_input_at_every_stage_and_with_it_the_launcher(self):
        for stage in ("ready", "listening", "joined", "started"):
            with self.subTest(stage):
                process = Judge(joined=stage in ("joined", "started"))
                if stage == "listening":
                    process.open()
                if stage == "started":
                    process.send(job("import time\ntime.sleep(60)\n", [LISTEN], free_port()))
                    while process.read()["frame"] != "test-started":
                        pass
                before = descendants(process.pid)
                if process.launcher is not None:
                    before += [process.launcher.pid, *descendants(process.launcher.pid)]
                    self.assertGreaterEqual(len(before), 4)
                process.__exit__()
                end = time.monotonic() + 20
                while any(lives(pid) for pid in before) and time.monotonic() < end:
                    time.sleep(0.01)
                self.assertEqual([pid for pid in before if lives(pid)], [])

    def test_says_so_where_the_launcher_goes_before_the_job(self):
        with Judge(stderr=subprocess.PIPE) as process:
            process.end_launcher()
            self.assertIsNone(process.read())
            code, complaint = process.end()
        self.assertEqual(code, 1)
        self.assertIn("the launcher is gone", complaint)

    def test_gives_no_verdict_where_the_launcher_goes_during_the_run(self):
        with Judge(stderr=subprocess.PIPE) as process:
            process.send(job("import time\ntime.sleep(60)\n", [LISTEN], free_port()))
            while process.read()["frame"] != "test-started":
                pass
            process.end_launcher()
            report = Report(process.frames())
            self.assertEqual(report.kinds, [])
            code, complaint = process.end()
        self.assertEqual(code, 1)
        self.assertIn("the launcher", complaint)

    def test_and_the_launcher_are_unreadable_for_others_of_the_same_user(self):
        with Judge() as process:
            ours = [process.pid, *descendants(process.pid), process.launcher.pid]
            for pid in [*ours, *descendants(process.launcher.pid)]:
                self.assertEqual(os.stat(f"/proc/{pid}/mem").st_uid, 0)


class AChannel(unittest.TestCase):
    def read(self, data):
        """The messages in these bytes, and why the channel is closed after them."""
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(data)
        channel = Channel(ours, 1000)
        self.addCleanup(channel.close)
        found = []
        try:
            while True:
                channel.read()
                found += [message for message, _ in channel.messages()]
        except ChannelClosed as closed:
            return found, str(closed)

    def test_takes_messages_and_refuses_all_else(self):
        good = frame.encode({"message": "ended", "number": 1})
        self.assertEqual(self.read(good)[0], [{"message": "ended", "number": 1}])
        self.assertEqual(self.read(good + good[:9]), ([{"message": "ended", "number": 1}], "it closed its end"))
        for bad in (
            b"\xff\xff\xff\xff",
            (1001).to_bytes(4, "big"),
            frame.encode([]),
            frame.encode({"message": 5}),
            frame.encode({"message": "ended", "descriptors": 1}),
            frame.encode({"message": "ended", "descriptors": -1}),
            frame.encode({"message": "ended", "descriptors": "1"}),
            b"\0\0\0\2{]",
        ):
            found, why = self.read(bad)
            self.assertEqual(found, [], bad)
            self.assertNotEqual(why, "it closed its end", bad)


if __name__ == "__main__":
    unittest.main()

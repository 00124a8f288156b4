"""The harness keeps to PROTOCOL.md: its frames, their order, and its end."""

import json
import os
import struct
import time
import unittest

from judging import NONCE, Harness, Report, free_port, job, judge, lives, processes_below, step
from codealong_harness import frame
from codealong_harness.job import Job

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
            (b"\0\0\0\2{]", frame.BrokenFrame),
            (b"\xff\xff\xff\xff", frame.BrokenFrame),
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
            {"files": {}},
            {"files": {"main.py": "", "../main.py": ""}},
            {"files": {"main.py": "", "a/b.py": ""}},
            {"files": {"main.py": 5}},
            {"steps": [{}]},
            {"seed": "x"},
            {"nonce": None, "steps": None},
        ):
            with self.assertRaises(frame.BrokenFrame, msg=str(change)):
                Job.parse({**good, **change})
        for nothing in (None, [], "job", 5):
            with self.assertRaises(frame.BrokenFrame):
                Job.parse(nothing)


class TheHarness(unittest.TestCase):
    def test_says_ready_with_what_it_measures(self):
        with Harness() as harness:
            ready = harness.ready
        self.assertEqual((ready["frame"], ready["protocol"]), ("ready", 1))
        self.assertEqual(
            set(ready["limits"]),
            set(
                "memory_bytes memory_swap_bytes cpu_quota_us cpu_period_us processes uid gid groups "
                "capabilities no_new_privileges seccomp_mode read_only_root interfaces tmpfs writable "
                "ulimits pid dumpable shared_memory_bytes".split()
            ),
        )
        self.assertIs(ready["limits"]["dumpable"], False)
        self.assertNotIn("nonce", ready)

    def test_ends_with_its_input_before_a_job_and_during_one(self):
        for program in (None, "import time\ntime.sleep(60)\n"):
            harness = Harness()
            if program:
                harness.send(job(program, [LISTEN], free_port()))
                while harness.read()["frame"] != "test-started":
                    pass
            before = processes_below(harness.pid)
            self.assertGreaterEqual(len(before), 3)
            began = time.monotonic()
            harness.__exit__()
            self.assertLess(time.monotonic() - began, 1)
            end = time.monotonic() + 2
            while any(lives(pid) for pid in before) and time.monotonic() < end:
                time.sleep(0.01)
            self.assertEqual([pid for pid in before if lives(pid)], [])

    def test_reads_no_second_frame(self):
        with Harness() as harness:
            port = free_port()
            harness.send(job(PROGRAM, [LISTEN], port))
            harness.send(job(PROGRAM, [LISTEN, LISTEN], port))
            report = Report(harness.frames())
        self.assertEqual(report.kinds, ["passed"])

    def test_is_unreadable_for_others_of_the_same_user(self):
        with Harness() as harness:
            for pid in [harness.pid, *processes_below(harness.pid)]:
                self.assertEqual(os.stat(f"/proc/{pid}/mem").st_uid, 0)


if __name__ == "__main__":
    unittest.main()

"""What programs print is kept within bounds, whole characters only, and said when cut."""

import unittest

from judging import ANSWERS_PING, judge, step
from codealong_judge.output import ProgramOutput
from codealong_judge.output_order import OutputOrder

LISTEN = step("listen", 'from codealong import test\n@test("a")\ndef _(server):\n    server.connect()\n')


class Kept:
    def __init__(self):
        self.chunks = []
        self.output = ProgramOutput(lambda **fields: self.chunks.append(fields))

    def text(self, stream="stdout"):
        return "".join(chunk["text"] for chunk in self.chunks if chunk["stream"] == stream)


class Output(unittest.TestCase):
    def test_is_joined_into_chunks(self):
        kept = Kept()
        for number in range(100):
            kept.output.feed(1, "stdout", b"%d\n" % number, now=0.0)
        self.assertEqual(kept.chunks, [])
        self.assertEqual(kept.output.due, 0.025)
        kept.output.flush()
        self.assertEqual(len(kept.chunks), 1)
        self.assertIsNone(kept.output.due)

    def test_keeps_its_order_across_streams_and_launches(self):
        kept = Kept()
        for launch, stream, data in ((1, "stdout", b"a"), (1, "stderr", b"b"), (1, "stdout", b"c"), (2, "stdout", b"d")):
            kept.output.feed(launch, stream, data, now=0.0)
        kept.output.flush()
        self.assertEqual([(c["launch"], c["stream"], c["text"]) for c in kept.chunks],
                         [(1, "stdout", "a"), (1, "stderr", "b"), (1, "stdout", "c"), (2, "stdout", "d")])

    def test_is_cut_in_the_middle_and_counted(self):
        kept = Kept()
        data = b"".join(b"%08d\n" % number for number in range(100_000))
        for start in range(0, len(data), 5000):
            kept.output.feed(1, "stdout", data[start : start + 5000], now=0.0)
        kept.output.feed(1, "stderr", b"short", now=0.0)
        kept.output.finish()
        self.assertEqual(len(kept.text()), 64 * 1024)
        self.assertTrue(kept.text().startswith("00000000\n"))
        self.assertTrue(kept.text().endswith("00099999\n"))
        self.assertEqual(kept.output.dropped_bytes, len(data) - 64 * 1024)
        self.assertEqual(kept.text("stderr"), "short")
        self.assertLessEqual(max(len(chunk["text"]) for chunk in kept.chunks), 8192)

    def test_that_comes_at_the_end_names_its_test(self):
        kept = Kept()
        for launch, test in ((1, "ping.1"), (1, "ping.2"), (2, "ping.3")):
            kept.output.test = test
            kept.output.feed(launch, "stdout", b"x" * (48 * 1024) if launch == 1 else b"y", now=0.0)
        kept.output.finish()
        self.assertEqual({chunk["text"][0] for chunk in kept.chunks if "test" not in chunk}, {"x"})
        tails = [(c["launch"], c["test"], c["text"][-1]) for c in kept.chunks if "test" in c]
        self.assertEqual(sorted(set(tails)), [(1, "ping.2", "x"), (2, "ping.3", "y")])

    def test_shows_half_characters_and_other_bytes_as_replaced(self):
        kept = Kept()
        for byte in "é€😀".encode() + b"\xff\xed\xa0\x80\0\x1b[31m":
            kept.output.feed(1, "stdout", bytes([byte]), now=0.0)
        kept.output.finish()
        self.assertEqual(kept.text(), "é€😀\ufffd\ufffd\ufffd\ufffd\0\x1b[31m")
        kept.text().encode("utf-8")

    def test_of_a_launch_does_not_complete_the_character_of_another(self):
        kept = Kept()
        kept.output.feed(1, "stdout", b"\xc3", now=0.0)
        kept.output.feed(2, "stdout", b"\xa9", now=0.0)
        kept.output.finish()
        self.assertEqual([c["launch"] for c in kept.chunks if "\ufffd" in c["text"]][-1], 2)

    def test_that_is_printed_as_clients_leave_is_of_their_test(self):
        program = """
            import socket
            server = socket.create_server(("localhost", 6379))
            while True:
                conn, _ = server.accept()
                conn.recv(4096)
                conn.sendall(b"+PONG\\r\\n")
                print("answered", flush=True)
                conn.recv(4096)
                print("left", flush=True)
            """
        tests = ANSWERS_PING + "".join(ANSWERS_PING.replace("answers", f"answers {number}") for number in range(4))
        pings = step("ping", tests)
        for test in pings["tests"]:
            test["fresh"] = True
        report = judge(program, pings)
        self.assertEqual(set(report.kinds), {"passed"})
        begun, texts = None, {}
        for frame in report.frames:
            if frame["frame"] == "test-started":
                begun = frame["id"]
            elif frame["frame"] == "output":
                texts[begun] = texts.get(begun, "") + frame["text"]
        self.assertEqual(texts, {test["id"]: "answered\nleft\n" for test in pings["tests"]})

    def test_that_was_printed_before_the_last_answer_is_there(self):
        program = """
            import socket
            server = socket.create_server(("localhost", 6379))
            conn, _ = server.accept()
            for number in range(3):
                conn.recv(4096)
                print("answers", number, flush=True)
                conn.sendall(b"+PONG\\r\\n")
            conn.recv(1)
            """
        thrice = step(
            "ping",
            """
            from codealong import simple, test

            @test("answers")
            def _(server):
                client = server.connect()
                for _ in range(3):
                    client.send("PING")
                    client.expect(simple("PONG"))
            """,
        )
        for _ in range(5):
            self.assertEqual(judge(program, thrice).output("stdout"), "answers 0\nanswers 1\nanswers 2\n")

    def test_of_a_program_is_seen_without_a_flush_line_by_line(self):
        # All is printed before the program listens: once the test has passed, it is killed.
        program = """
            import os, socket, sys, time
            print("é", "printed", sep="-")
            sys.stdout.buffer.write(b"bytes \\xff\\n")
            print("no end of line", end="", file=sys.stderr, flush=True)
            print("kept back", end="")
            print(" until now")
            os.write(1, b"\\xed\\xa0\\x80")
            print("\\udcff")
            server = socket.create_server(("localhost", 6379))
            time.sleep(60)
            """
        report = judge(program, LISTEN)
        self.assertEqual(report.output("stderr"), "no end of line")
        self.assertEqual(
            report.output("stdout"), "é-printed\nbytes \ufffd\nkept back until now\n\ufffd\ufffd\ufffd\ufffd\n"
        )

    def test_of_both_streams_is_seen_in_the_order_in_which_it_was_written(self):
        program = """
            import os, socket, subprocess, sys, threading
            for number in range(500):
                print("out", number)
                print("err", number, file=sys.stderr)
            if os.fork() == 0:
                for _ in range(50):
                    print("child")
                    print("child", file=sys.stderr)
                os._exit(0)
            os.wait()
            subprocess.run(["/bin/echo", "not noted"])
            for number in range(500, 510):
                print("out", number)
                print("err", number, file=sys.stderr)
            server = socket.create_server(("localhost", 6379))
            server.accept()[0].recv(1)
            """
        for _ in range(3):
            lines = judge(program, LISTEN).output().splitlines()
            by_turns = [f"{name} {number}" for number in range(510) for name in ("out", "err")]
            self.assertEqual(lines[:1000], by_turns[:1000])
            self.assertEqual(lines[1000:1100], ["child"] * 100)
            # From here on, which of two neighbours comes first may not be known.
            rest = lines[1100:]
            self.assertIn("not noted", rest)
            for name in ("out", "err"):
                expected = [line for line in by_turns[1000:] if line.startswith(name)]
                self.assertEqual([line for line in rest if line.startswith(name)], expected)
            self.assertEqual(len(rest), 21)

    def test_of_half_a_line_is_seen_when_python_writes_it(self):
        program = """
            import os, socket, sys
            print("half a line", end=" ")
            print("err", file=sys.stderr)
            print("and its rest", end=" ", flush=True)
            os.write(2, b"err by os.write\\n")
            os.write(1, b"os.write\\n")
            sys.stdout.buffer.write(b"in the buffer\\n")
            print("err", file=sys.stderr)
            server = socket.create_server(("localhost", 6379))
            server.accept()[0].recv(1)
            """
        self.assertEqual(
            judge(program, LISTEN).output(),
            "err\nhalf a line and its rest err by os.write\nos.write\nin the buffer\nerr\n",
        )

    def test_of_a_program_whose_notes_lie_is_all_there_and_within_bounds(self):
        class Lies:
            def switches(self, number):
                return [(1 << 60, 1 << 60, 7)] * 4096, number + 4096

            def written_bytes(self):
                return 1 << 60, 0

        got = []
        order = OutputOrder(Lies(), lambda stream, data, now: got.append((stream, data)))
        for _ in range(50):
            order.take("stdout", b"a", 0.0)
            self.assertLessEqual(len(order._switches), 4096)
        order.take("stderr", b"b" * 70_000, 0.0)
        order.take("stdout", b"c", 0.0)
        order.release(0.0)
        self.assertEqual(b"".join(data for stream, data in got if stream == "stdout"), b"a" * 50 + b"c")
        self.assertEqual(sum(len(data) for stream, data in got if stream == "stderr"), 70_000)

    def test_of_what_can_t_be_written_python_itself_says_why(self):
        program = """
            import os, socket, sys
            for write in (lambda text: os.write(1, text), sys.stdout.buffer.write):
                try:
                    write("text")
                except TypeError as error:
                    print(error)
            server = socket.create_server(("localhost", 6379))
            server.accept()[0].recv(1)
            """
        said = "a bytes-like object is required, not 'str'\n"
        self.assertEqual(judge(program, LISTEN).output(), said * 2)


if __name__ == "__main__":
    unittest.main()

"""While a test lets time go by, others are made: what they show is what it is without."""

import unittest

from judging import judge, step

#: Answers `ECHO` and what the line below makes of it, and prints it; `MANY` says how it serves its clients.
PROGRAM = r"""
import socket, threading
def serve(conn):
    while data := conn.recv(1 << 16):
        text = data.split(b"\r\n")[-2]
        print(text.decode(), flush=True)
        ANSWER
        conn.sendall(b"+%b\r\n" % text)
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    MANY
"""

THREADS = "threading.Thread(target=serve, args=(conn,), daemon=True).start()"

#: The first test has the program's first start, which is no used one.
TESTS = """
from codealong import simple, test

def echo(client, text):
    client.send("ECHO", text)
    client.expect(simple(text))

@test("first")
def _(server):
    echo(server.connect(), "first")

@test("waits")
def _(server):
    client = server.connect()
    echo(client, "waits")
    server.later(200)
    echo(client, "has waited")

@test("waits too")
def _(server):
    client = server.connect()
    echo(client, "waits too")
    server.later(200)
    echo(client, "has waited too")

@test("meanwhile")
def _(server):
    echo(server.connect(), "meanwhile")
"""


def run(tests=TESTS, answer="", many=THREADS, **options):
    return judge(PROGRAM.replace("ANSWER", answer).replace("MANY", many), step("one", tests), **options)


class TestsAhead(unittest.TestCase):
    def check_order(self, report):
        """Each test is reported as if it had been made in its turn."""
        order = [(frame["frame"], frame["id"]) for frame in report.frames if frame["frame"].startswith("test-")]
        numbers = range(1, len(report.results) + 1)
        self.assertEqual(order, [(frame, f"one.{n}") for n in numbers for frame in ("test-started", "test-finished")])

    def test_one_that_fails_meanwhile_does_not_find_its_own_traces_later(self):
        # It answers each text rightly from its second time on: tried once more on the same program, and
        # with the same values, the test would pass.
        seen = "new = text == b'meanwhile' and text not in seen; seen.add(text); text = b'new' if new else text"
        many = f"seen = globals().setdefault('seen', set()); {THREADS}"
        report = run(answer=seen, many=many)
        self.assertEqual(report.kinds, ["passed", "passed", "passed", "wrong-value"], report.results)

    def test_two_that_wait_do_so_at_once(self):
        report = run()
        self.assertEqual(set(report.kinds), {"passed"}, report.results)
        self.check_order(report)
        self.assertEqual(report.finished["launches"], 1)
        times = [result["duration_us"] for result in report.results.values()]
        self.assertLess(sum(times), report.finished["duration_us"])
        # One after the other they would take 400 ms, and each of them takes its 200 ms but for the other's.
        waited = times[1] + times[2]
        self.assertGreaterEqual(waited, 200_000)
        self.assertLess(waited, 350_000)

    def test_each_has_its_own_exchange_lines_and_output(self):
        report = run()
        for test, texts in ((2, ["waits", "has waited"]), (3, ["waits too", "has waited too"]), (4, ["meanwhile"])):
            exchanges = report[f"one.{test}"]["exchanges"]
            received = [one for one in exchanges if one["action"] == "received"]
            self.assertEqual([one["bytes"] for one in received], [f"+{text}\\r\\n" for text in texts])
            self.assertEqual({one["line"] for one in received}, {8})
            self.assertEqual({one["client"] for one in exchanges}, {1})
        ahead = {}
        for frame in report.frames:
            if frame["frame"] == "output" and "test" in frame:
                ahead[frame["test"]] = ahead.get(frame["test"], "") + frame["text"]
        self.assertEqual(ahead["one.4"], "meanwhile\n")
        self.assertIn("waits too\n", ahead["one.3"])
        self.assertNotIn("one.2", ahead)

    def test_in_a_run_of_its_own_step_a_test_waits_alone(self):
        steps = step("one", TESTS)
        for test in steps["tests"]:
            test["fresh"] = True
        report = judge(PROGRAM.replace("ANSWER", "").replace("MANY", THREADS), steps)
        self.assertEqual((set(report.kinds), report.finished["launches"]), ({"passed"}, 4))
        self.assertFalse([frame for frame in report.frames if frame["frame"] == "output" and "test" in frame])

    def test_what_goes_wrong_beside_another_does_not_count(self):
        # A program that serves one client after the other is right for these tests, each for itself.
        report = run(many="serve(conn)")
        self.assertEqual(set(report.kinds), {"passed"}, report.results)
        self.check_order(report)

    def test_what_goes_wrong_alone_is_told(self):
        report = run(answer='text = text.replace(b"has waited too", b"late").replace(b"meanwhile", b"no")')
        self.assertEqual(report.kinds, ["passed", "passed", "wrong-value", "wrong-value"], report.results)
        self.check_order(report)
        # A test that fails shows all of its exchange, as made alone.
        sent = [one for one in report["one.3"]["exchanges"] if one["action"] == "sent"]
        self.assertEqual(len(sent), 2)

    def test_a_crash_by_one_is_not_told_of_the_other(self):
        report = run(answer='if text == b"meanwhile": __import__("os")._exit(3)')
        self.assertEqual(report.kinds, ["passed", "passed", "passed", "stopped"], report.results)
        self.check_order(report)

    def test_one_that_starts_the_program_again_is_made_in_its_turn(self):
        for end in ("server.restart()", "server.stop()\n    server.start()"):
            restarts = f'\n@test("restarts")\ndef _(server):\n    {end}\n    echo(server.connect(), "again")\n'
            report = run(TESTS + restarts)
            self.assertEqual(set(report.kinds), {"passed"}, report.results)
            self.check_order(report)
            # Only the one that could not be made beside another begins on a fresh start.
            self.assertEqual(report.finished["launches"], 3)
            echoed = [one["bytes"] for one in report["one.2"]["exchanges"] if one["action"] == "received"]
            self.assertEqual(echoed, ["+waits\\r\\n", "+has waited\\r\\n"])

    def test_one_that_loops_meanwhile_is_the_courses_fault(self):
        loops = '\n@test("loops")\ndef _(server):\n    while True:\n        pass\n'
        tests = TESTS.replace('\n@test("waits too")', loops + '\n@test("waits too")')
        report = run(tests, limit_ms=1500)
        self.assertEqual(report.kinds, ["passed", "test-broken", "not-run", "not-run", "not-run"], report.results)
        self.check_order(report)

    def test_the_runs_limit_holds_meanwhile(self):
        endless = '\n@test("endless")\ndef _(server):\n    server.later(5_000)\n'
        report = run(TESTS + endless, limit_ms=3000)
        self.assertEqual(report.kinds, ["passed"] * 4 + ["timed-out"], report.results)
        self.check_order(report)
        # Where nobody knows any more, the run ends all the same.
        report = run(TESTS + endless, limit_ms=700)
        self.assertEqual((report.kinds[0], report.kinds.count("timed-out")), ("passed", 1), report.results)
        self.check_order(report)


if __name__ == "__main__":
    unittest.main()

"""A recording changes nothing of what the program does, and nothing of its results."""

import re
import unittest

from judging import ANSWERS_PING, PING_TWICE, step
from recorded import SERVER, record, run, serving


class ARecordedRun(unittest.TestCase):
    def check_same(self, program, *steps, **options):
        """The results with a recording and without are the same; those without."""
        plain, without = run(program, *steps, record=None, **options)
        recorded, recording = run(program, *steps, **options)
        self.assertIsNone(without)
        self.assertIsNotNone(recording)
        self.assertEqual(_without_times(recorded), _without_times(plain))
        self.assertEqual(_output(recorded), _output(plain))
        return plain, recording

    def test_ends_as_one_without(self):
        for program in (
            SERVER,
            serving("print('started')"),
            SERVER.replace('b"+PONG"', 'b"+PING"'),
            "print(1)\n1 / 0\n",
            "import sys\nprint('out')\nsys.exit('why')\n",
            SERVER.replace("conn.sendall(reply)", "conn.sendall('text')"),
        ):
            self.check_same(program, PING_TWICE)

    def test_closes_sockets_when_one_without_does(self):
        closes = step("close", """
            from codealong import test
            @test("closes")
            def _(server):
                server.connect().expect_closed()
            """)
        for let_go in (
            "def serve():\n    conn, _ = server.accept()\n    conn.recv(0)\nserve()",
            "conn, _ = server.accept()\ndel conn",
            "def serve():\n    conn, _ = server.accept()\n    conn = None\n    time.sleep(60)\nserve()",
            "def serve():\n    conn, _ = server.accept()\n    del conn\n    time.sleep(60)\nserve()",
            "def serve():\n    raise ValueError(server.accept()[0])\ntry:\n    serve()\nexcept ValueError:\n    pass",
            "def take():\n    conn, _ = server.accept()\n    yield conn\ntaken = take()\nnext(taken)\ndel taken",
            "def serve():\n    conn, _ = server.accept()\n    def drop():\n        nonlocal conn\n        conn = None\n        time.sleep(60)\n    drop()\nserve()",
            "try:\n    deeper = lambda conn: deeper(conn)\n    deeper(server.accept()[0])\nexcept RecursionError:\n    pass",
            "class Client:\n    def __init__(self, conn):\n        self.conn = conn\nclient = Client(server.accept()[0])\nclient = 1",
        ):
            program = f"import socket, time\nserver = socket.create_server(('localhost', 6379))\n{let_go}\ntime.sleep(60)\n"
            plain, _ = self.check_same(program, closes)
            self.assertEqual(plain.kinds, ["passed"], let_go)

    def test_keeps_what_threads_share(self):
        program = serving("""
import sys, threading
def main():
    count, lock = 0, threading.Lock()
    def add():
        nonlocal count
        for _ in range(500):
            with lock:
                count += 1
    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        pass
    print(count)
sys.setswitchinterval(0.00001)
main()
sys.setswitchinterval(0.005)
""")
        report, _ = run(program, limit_ms=20_000)
        self.assertEqual((report.kinds, report.output()), (["passed"], "2000\n"))

    def test_forks_children_that_are_not_recorded(self):
        recorded = record("""
            import os, socket, threading, time
            def busy():
                while True:
                    time.sleep(0)
            threading.Thread(target=busy, daemon=True).start()
            server = socket.create_server(("localhost", 6379))
            conn, _ = server.accept()
            for _ in range(50):
                if os.fork() == 0:
                    child = True
                    print("child")
                    os._exit(0)
                os.wait()
            for _ in range(20_000):
                pass
            conn.sendall(conn.recv(100) and b"+PONG\\r\\n")
            conn.recv(1)
            """)
        self.assertTrue(recorded.frame["has_forked"])
        self.assertEqual(recorded.changes(".child"), [])
        self.assertEqual(recorded.facts_of("printed"), [])
        # One that runs more lines than there are, while the parent waits.
        recorded = record("""
            import os
            if os.fork() == 0:
                for child in range(30_000):
                    pass
                os._exit(0)
            os.wait()
            """, kinds=["exited"])
        self.assertEqual(recorded.changes(".child"), [])
        self.assertEqual(recorded.lines(""), [2, 3, 7, 7])

    def test_lets_signals_handlers_print_and_raise(self):
        program = serving("""
import signal
def tick(*_):
    # Not before it has printed: Python can't print within a print.
    print("tick")
    signal.setitimer(signal.ITIMER_REAL, 0.0003)
class Late(Exception): pass
def late(*_):
    raise Late
signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.0003)
for number in range(5000):
    pass
signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGALRM, late)
caught = 0
for _ in range(5):
    try:
        # What is raised comes in the middle of a line's record, as a rule, and must not be lost there.
        signal.setitimer(signal.ITIMER_REAL, 0.002)
        while True:
            pass
    except Late:
        caught += 1
print("caught", caught)
""")
        report, _ = run(program)
        self.assertEqual(report.kinds, ["passed"])
        self.assertEqual(report.output().splitlines()[-1], "caught 5")

    def test_lets_finalizers_complain_at_any_time(self):
        program = serving("""
import gc
class Noisy:
    def __init__(self):
        self.itself = self
    def __del__(self):
        raise ValueError
gc.set_threshold(3)
for _ in range(200):
    Noisy()
gc.set_threshold(700)
gc.collect()
""")
        report, _ = run(program, limit_ms=5000)
        self.assertEqual(report.kinds, ["passed"])
        self.assertEqual(report.output("stderr").count("raise ValueError"), 200)

    def test_ends_its_recording_where_the_program_traces_itself(self):
        report, recorded = run(serving("import sys\nsys.settrace(None)\ndef unseen():\n    pass\nunseen()"))
        self.assertEqual(report.kinds, ["passed"])
        self.assertEqual(recorded.lines("unseen"), [])

    def test_has_no_recording_unless_it_is_asked_for(self):
        for asked in (None, False, "yes", 1):
            report, recorded = run(SERVER, record=asked)
            self.assertEqual((report.kinds, recorded), (["passed"], None), asked)

    def test_announces_no_lines(self):
        # `+PING` is sent by the line that sends right replies: without a recording that is looked into.
        two = step("two", ANSWERS_PING + """
    @test("fails")
    def _(server):
        client = server.connect()
        client.send("ECHO", "x")
        client.expect(simple("x"))
    """)
        program = "import socket\nserver = socket.create_server(('localhost', 6379))\nwhile True:\n    conn, _ = server.accept()\n    while conn.recv(100):\n        conn.sendall(b'+PONG\\r\\n')\n"
        self.assertTrue(run(program, two, record=None)[0].finished["lines_follow"])
        report, recorded = run(program, two)
        self.assertFalse(report.finished["lines_follow"])
        self.assertEqual(recorded.frame["id"], "two.2")


def _output(report):
    """What was printed, without the name of the folder of that run."""
    return re.sub(r"/tmp/\w+/", "", report.output())


def _without_times(report):
    """The results and exchanges, without what differs from run to run."""
    def cleaned(value):
        if isinstance(value, dict):
            return {key: cleaned(item) for key, item in value.items() if key not in ("at_us", "waited_ms", "duration_us")}
        return [cleaned(item) for item in value] if isinstance(value, list) else value

    ours = ("seq",)
    return {test: cleaned({k: v for k, v in result.items() if k not in ours}) for test, result in report.results.items()}


if __name__ == "__main__":
    unittest.main()

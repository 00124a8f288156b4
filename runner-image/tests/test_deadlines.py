"""A program that gets no processor is waited for as long as it had none, within bounds."""

import os
import subprocess
import sys
import unittest

from judging import judge, step

PING = step(
    "ping",
    """
    from codealong import simple, test

    @test("answers")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))

    @test("answers once more")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))
    """,
)

#: The first processor that this process may use.
PROCESSOR = min(os.sched_getaffinity(0))

SERVER = f"""
import os, socket, time
os.sched_setaffinity(0, {{{PROCESSOR}}})
server = socket.create_server(("localhost", 6379))

def work(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass

while True:
    conn, _ = server.accept()
    while conn.recv(100):
"""


class Deadlines(unittest.TestCase):
    def setUp(self):
        program = f"import os; os.sched_setaffinity(0, {{{PROCESSOR}}})\nwhile os.getppid() == {os.getpid()}: pass"
        # The kernel may share the processor among sessions.
        self.others = [
            subprocess.Popen([sys.executable, "-c", program], start_new_session=True) for _ in range(3)
        ]

    def tearDown(self):
        for other in self.others:
            other.kill()
            other.wait()

    def test_a_reply_that_waits_for_a_processor_is_not_late(self):
        report = judge(SERVER + '        work(0.3)\n        conn.sendall(b"+PONG\\r\\n")\n', PING)
        self.assertEqual(report.kinds, ["passed", "passed"])
        took_us = max(result["duration_us"] for result in report.results.values())
        self.assertGreater(took_us, 1_000_000, "no test waited for a processor, and nothing was tried")

    def test_a_program_that_never_answers_is_waited_for_within_bounds(self):
        report = judge(SERVER + "        work(60)\n", PING)
        # Else the second would have no time left.
        self.assertEqual(report.kinds, ["silent", "silent"])


if __name__ == "__main__":
    unittest.main()

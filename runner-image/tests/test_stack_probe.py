"""A quiet program is probed for its line; where that is not clear, none is named."""

import unittest

from judging import PING_TWICE, judge

IMPORTS = "import asyncio, socket, threading, time\n"


class TheLine(unittest.TestCase):
    def check(self, program, kind, line):
        report = judge(program, PING_TWICE, limit_ms=4000)
        span = report["ping.1"]["span"]
        self.assertEqual((report.kinds, span and span["line"]), ([kind], line), program)
        return report.outcome("ping.1")

    def test_of_a_program_that_never_listens(self):
        busy = self.check("x = 1\nwhile True:\n    pass\n", "refused", 2)
        self.assertEqual((busy["line"], busy["is_busy"]), (2, True))
        waits = self.check(IMPORTS + "def wait():\n    time.sleep(60)\nwait()\n", "refused", 3)
        self.assertEqual((waits["line"], waits["is_busy"]), (3, False))

    def test_of_one_that_waits_for_the_next_client_instead_of_the_next_request(self):
        self.check(
            f"""{IMPORTS}
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    conn.recv(100)
    conn.sendall(b"+PONG\\r\\n")
    kept, conn = conn, None
""",
            "silent",
            5,
        )

    def test_of_the_thread_that_serves_not_the_one_that_accepts(self):
        self.check(
            f"""{IMPORTS}
def serve(conn):
    conn.recv(100)
    conn.sendall(b"+PONG\\r\\n")
    while conn.recv(100):
        pass
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1]).start()
""",
            "silent",
            6,
        )

    def test_of_the_task_that_serves(self):
        self.check(
            f"""{IMPORTS}
async def serve(reader, writer):
    await reader.read(100)
    writer.write(b"+PONG\\r\\n")
    await asyncio.sleep(60)
async def main():
    server = await asyncio.start_server(serve, "localhost", 6379)
    await server.serve_forever()
asyncio.run(main())
""",
            "silent",
            6,
        )

    def test_is_not_named_where_several_could_be_to_blame(self):
        self.check(
            f"""{IMPORTS}
threading.Thread(target=lambda: time.sleep(60)).start()
server = socket.create_server(("localhost", 6379))
conn, _ = server.accept()
conn.recv(100)
time.sleep(60)
""",
            "silent",
            None,
        )

    def test_is_probed_for_when_time_is_up(self):
        report = judge("while True:\n    pass\n", PING_TWICE, limit_ms=300)
        self.assertEqual(report.kinds, ["timed-out"])
        self.assertEqual(report["ping.1"]["span"]["line"], 1)

    def test_of_one_that_blocks_the_probe_is_unknown(self):
        program = f"{IMPORTS}import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\ntime.sleep(60)\n"
        self.check(program, "refused", None)


if __name__ == "__main__":
    unittest.main()

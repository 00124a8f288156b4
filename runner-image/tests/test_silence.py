"""The outcome of a silent program says how far it came: accepted, read, busy or waiting."""

import unittest

from judging import ANSWERS_PING, PING_TWICE, judge, step

PING = step("ping", ANSWERS_PING)

PING_BYTES = len(b"*1\r\n$4\r\nPING\r\n")

SERVER = 'import socket, time\nserver = socket.create_server(("localhost", 6379))\n'


class Silence(unittest.TestCase):
    def check(self, program, is_accepted, unread_bytes, line, is_busy=False, tests=PING):
        report = judge(program, tests, limit_ms=4000)
        silent = report.outcome("ping.1")
        self.assertEqual(silent["kind"], "silent", program)
        receipt = {"is_accepted": is_accepted, "unread_bytes": unread_bytes}
        self.assertEqual((silent["receipt"], silent["line"], silent["is_busy"]), (receipt, line, is_busy), program)
        self.assertEqual((report["ping.1"]["span"] or {}).get("line"), line)

    def test_of_a_program_that_does_not_accept(self):
        self.check(SERVER + "while True:\n    time.sleep(60)\n", False, PING_BYTES, 4)
        self.check(SERVER + "while True:\n    pass\n", False, PING_BYTES, 3, is_busy=True)

    def test_of_one_that_accepts_and_does_not_read(self):
        self.check(SERVER + "conn, _ = server.accept()\nserver.accept()\n", True, PING_BYTES, 4)
        self.check(SERVER + "conn, _ = server.accept()\nwhile True:\n    pass\n", True, PING_BYTES, 4, is_busy=True)

    def test_of_one_that_reads_a_part(self):
        self.check(SERVER + "conn, _ = server.accept()\nconn.recv(4)\ntime.sleep(60)\n", True, PING_BYTES - 4, 5)

    def test_of_one_that_reads_and_does_not_answer(self):
        self.check(SERVER + "conn, _ = server.accept()\nwhile conn.recv(100):\n    pass\n", True, 0, 4)
        self.check(SERVER + "conn, _ = server.accept()\nconn.recv(100)\nwhile True:\n    pass\n", True, 0, 5, is_busy=True)

    def test_of_one_that_reads_the_first_request_alone(self):
        program = 'conn, _ = server.accept()\nconn.recv(100)\nconn.sendall(b"+PONG\\r\\n")\nserver.accept()\n'
        self.check(SERVER + program, True, PING_BYTES, 6, tests=PING_TWICE)

    def test_of_one_that_listens_for_ipv6_and_ipv4(self):
        dual = 'import socket\nserver = socket.create_server(("", 6379), family=socket.AF_INET6, dualstack_ipv6=True)\n'
        self.check(dual + "conn, _ = server.accept()\nserver.accept()\n", True, PING_BYTES, 4)


if __name__ == "__main__":
    unittest.main()

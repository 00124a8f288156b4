"""Replies that are made to fool the judge, to fill its memory or to hold it up."""

import unittest

from judging import judge, step

# `judging` has put the judge on the path.
from codealong_judge.timeouts import Timeouts  # noqa: E402

SERVER = """
import os, socket, time
server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    client.recv(1000)
    {body}
"""

EXPECTS_AN_ERROR = step(
    "unknown",
    """
    from codealong import error, test
    @test("refuses an unknown command")
    def _(server):
        client = server.connect()
        client.send("FOO")
        client.expect(error("ERR unknown command"))
    """,
)

SENDS_MUCH = step(
    "much",
    """
    from codealong import simple, test
    @test("takes much")
    def _(server):
        client = server.connect()
        client.send("SET", "key", b"x" * 8_000_000)
        client.expect(simple("OK"))
    """,
)


class HostileReplies(unittest.TestCase):
    def answered(self, body):
        return judge(SERVER.format(body=body), EXPECTS_AN_ERROR).outcome("unknown.1")

    def test_an_error_is_taken_as_one(self):
        self.assertEqual(self.answered(r'client.sendall(b"-ERR unknown command\r\n")')["kind"], "passed")

    def test_the_text_of_an_error_in_another_type_is_no_error(self):
        for reply in (
            r"+ERR unknown command\r\n",
            r"$19\r\nERR unknown command\r\n",
            r"$-1\r\n",
            r":19\r\n",
            r"*0\r\n",
            r"*-1\r\n",
        ):
            with self.subTest(reply):
                outcome = self.answered(f'client.sendall(b"{reply}")')
                self.assertEqual(outcome["kind"], "wrong-type")

    def test_replies_without_end_are_wrong_and_not_waited_for(self):
        outcome = self.answered(r'while True: client.sendall(b"+PONG\r\n" * 50000)')
        self.assertEqual(outcome["kind"], "wrong-type")
        outcome = self.answered(
            'client.sendall(b"+")\n    while True: client.sendall(b"a" * 65536)'
        )
        self.assertEqual(outcome["kind"], "incomplete")

    def test_a_program_that_stops_sending_and_never_reads_does_not_use_up_the_run(self):
        program = SERVER.format(body="client.shutdown(socket.SHUT_WR); time.sleep(100)")
        report = judge(program, SENDS_MUCH, EXPECTS_AN_ERROR)
        self.assertNotIn(report.outcome("much.1")["kind"], ("passed", "timed-out"))
        self.assertNotEqual(report.outcome("unknown.1")["kind"], "not-run")

    def test_a_slow_starter_is_given_its_time_again(self):
        program = "import time\ntime.sleep(0.5)\n" + SERVER.format(
            body='server.close(); client.sendall(b"-ERR unknown command\\r\\n"); client.close(); break'
        )
        twice = step(
            "twice",
            """
            from codealong import error, test
            @test("one client", fresh=True)
            def _(server):
                server.connect()
            @test("a second after the end", fresh=True)
            def _(server):
                client = server.connect()
                client.send("FOO")
                client.expect(error("ERR"))
                client.close()
                server.connect()
            @test("and again", fresh=True)
            def _(server):
                server.connect()
            """,
        )
        report = judge(program, twice)
        self.assertEqual(report.outcome("twice.1")["kind"], "passed")
        self.assertNotEqual(report.outcome("twice.2")["kind"], "passed")
        self.assertEqual(report.outcome("twice.3")["kind"], "passed")

    def test_the_slowest_start_bounds_the_timeout_from_below(self):
        timeouts = Timeouts()
        timeouts.record_connection(500)
        timeouts.record_no_connection()
        timeouts.shorten(9000, 4, 5)
        self.assertGreaterEqual(timeouts.connect_ms, 500)

    def test_a_program_that_never_listened_is_found_out_sooner(self):
        timeouts = Timeouts()
        timeouts.record_no_connection()
        timeouts.shorten(9000, 4, 5)
        self.assertLessEqual(timeouts.connect_ms, 300)


if __name__ == "__main__":
    unittest.main()

"""A reply that can't have been waited for is too early; a slow machine never makes one so."""

import os
import signal
import threading
import time
import unittest

from judging import NONCE, Judge, Report, descendants, free_port, job, judge, step

#: Answers what begins with WAIT after so many milliseconds.
WAITS = r"""
import socket, threading, time
def serve(conn):
    while data := conn.recv(1 << 16):
        if b"WAIT" in data:
            time.sleep(MS / 1000)
        conn.sendall(b"*-1\r\n")
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
"""


def waits(ms):
    return WAITS.replace("MS", str(ms))


def one(body):
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    source = f"from codealong import *\n@test(\"one\")\ndef _(server):\n    client = server.connect()\n{lines}\n"
    return step("one", source)


ASKS = one("client.send('WAIT')\nclient.expect(nil_array, not_before_ms=100)")


class LowerBounds(unittest.TestCase):
    def test_a_reply_that_was_waited_for_is_right(self):
        for ms in (100, 96):
            self.assertEqual(judge(waits(ms), ASKS).kinds, ["passed"], ms)

    def test_one_that_was_not_is_too_early(self):
        for ms in (0, 50, 85):
            report = judge(waits(ms), ASKS)
            outcome = report.outcome("one.1")
            self.assertEqual((outcome["kind"], outcome["at_least_ms"]), ("too-early", 100), outcome)
            self.assertTrue(ms <= outcome["took_ms"] < 95, outcome)
            self.assertEqual(outcome["request"]["commands"]["commands"][0]["words"][0]["bytes"], "WAIT")
            self.assertEqual(report["one.1"]["span"]["line"], 7)

    def test_a_wrong_reply_is_wrong_however_early_it_is(self):
        body = "client.send('WAIT')\nclient.expect(simple('OK'), not_before_ms=100)"
        self.assertEqual(judge(waits(0), one(body)).outcome("one.1")["kind"], "wrong-type")

    def test_it_counts_from_the_beginning_of_the_request(self):
        # What is sent behind it does not begin it anew.
        body = """
client.send_bytes(command("WAIT"))
server.pause(60)
client.send_more(command("PING"))
client.expect(nil_array, not_before_ms=100)
"""
        self.assertEqual(judge(waits(100), one(body)).kinds, ["passed"])

    def test_of_requests_in_a_row_the_first_one_counts(self):
        body = """
client.send("WAIT")
server.pause(60)
client.send("PING")
client.expect(nil_array, not_before_ms=100)
"""
        self.assertEqual(judge(waits(100), one(body)).kinds, ["passed"])

    def test_many_requests_before_make_none_late(self):
        # Of many commands in a row the trace tells the first four alone, but each has its reply.
        program = waits(100).replace('conn.sendall(b"*-1', 'conn.sendall(data.count(b"PING") * b"+PONG\\r\\n" or b"*-1')
        body = """
client.send_bytes(command("PING") * 6)
for _ in range(6):
    client.expect(simple("PONG"))
client.send("WAIT")
server.pause(60)
client.send("OTHER")
client.expect(nil_array, not_before_ms=100)
"""
        self.assertEqual(judge(program, one(body)).kinds, ["passed"])

    def test_a_reply_that_is_read_late_is_no_early_one(self):
        # Whoever looks late can't know.
        body = "client.send('WAIT')\nserver.pause(150)\nclient.expect(nil_array, not_before_ms=100)"
        self.assertEqual(judge(waits(0), one(body)).kinds, ["passed"])

    def test_without_a_request_nothing_is_early(self):
        greets = 'import socket\nserver = socket.create_server(("localhost", 6379))\nconn, _ = server.accept()\nconn.sendall(b"*-1\\r\\n")\nserver.accept()\n'
        outcome = judge(greets, one("client.expect(nil_array, not_before_ms=100)")).outcome("one.1")
        self.assertEqual(outcome["kind"], "test-broken")
        self.assertIn("no request yet", outcome["detail"])

    def test_a_judge_that_is_held_up_calls_no_reply_early(self):
        port = free_port()
        with Judge() as held:
            held.send(job(waits(100), [ASKS], port))
            ends = threading.Event()
            # The process that serves this run stands still now and then.
            def hold():
                while not ends.is_set():
                    for pid in descendants(held.pid):
                        try:
                            os.kill(pid, signal.SIGSTOP)
                            time.sleep(0.02)
                            os.kill(pid, signal.SIGCONT)
                        except ProcessLookupError:
                            pass
                    time.sleep(0.005)

            holder = threading.Thread(target=hold)
            holder.start()
            try:
                report = Report(held.frames())
            finally:
                ends.set()
                holder.join()
        self.assertEqual(report.finished["nonce"], NONCE)
        self.assertEqual(report.kinds, ["passed"], report.results)


if __name__ == "__main__":
    unittest.main()

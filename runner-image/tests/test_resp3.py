"""Version 3 of RESP is for clients that have asked for it, and what HELLO answers may hold more."""

import unittest

from judging import judge, step

#: Answers each request with the next of REPLIES.
PROGRAM = """
import socket, threading
def serve(conn):
    while data := conn.recv(1 << 20):
        conn.sendall(REPLIES.pop(0))
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
"""


def run(replies, body):
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    source = f'from codealong import *\n@test("one")\ndef _(server):\n    client = server.connect()\n{lines}\n'
    return judge(f"REPLIES = {replies!r}\n{PROGRAM}", step("one", source))["one.1"]["outcome"]


HELLO_3 = 'client.send("HELLO", "3")\nclient.expect(map_with({"proto": 3}))\n'
MAP = b"%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n"


class Version3(unittest.TestCase):
    def test_is_read_after_hello(self):
        outcome = run([MAP, b"_\r\n"], HELLO_3 + 'client.send("GET", "k")\nassert client.expect(null) is None')
        self.assertEqual(outcome, {"kind": "passed"})

    def test_is_refused_without_hello(self):
        outcome = run([b"_\r\n"], 'client.send("GET", "k")\nclient.expect(nil)')
        self.assertEqual((outcome["kind"], outcome["rule"]), ("invalid-byte", "first-byte"))

    def test_ends_with_another_hello(self):
        body = HELLO_3 + 'client.send("Hello", b"2")\nclient.expect(pairs({"proto": 2}))\n'
        outcome = run([MAP, b"%1\r\n$5\r\nproto\r\n:2\r\n"], body)
        self.assertEqual(outcome["kind"], "invalid-byte")

    def test_has_a_null_that_is_no_nil(self):
        outcome = run([MAP, b"$-1\r\n"], HELLO_3 + 'client.send("GET", "k")\nclient.expect(null)')
        self.assertEqual(outcome["kind"], "wrong-type")
        self.assertEqual((outcome["expected_type"], outcome["received_type"]), ("null", "nil"))


class Pairs(unittest.TestCase):
    def outcome(self, reply, expectation='map_with({"server": "redis", "proto": 3})'):
        return run([reply], f'client.send("HELLO", "3")\nclient.expect({expectation})')

    def test_may_stand_in_any_order_among_others_and_short_texts_in_either_form(self):
        for reply in (
            MAP,
            b"%3\r\n$5\r\nproto\r\n:3\r\n+x\r\n*0\r\n+server\r\n+redis\r\n",
        ):
            self.assertEqual(self.outcome(reply), {"kind": "passed"}, reply)
        flat = b"*4\r\n$5\r\nproto\r\n:2\r\n$6\r\nserver\r\n$5\r\nredis\r\n"
        self.assertEqual(self.outcome(flat, 'pairs({"server": "redis", "proto": 2})'), {"kind": "passed"})

    def test_that_differ_are_pointed_at(self):
        for reply, offset in (
            (MAP.replace(b":3", b":2"), len(MAP) - 4),
            (MAP.replace(b":3\r\n", b"$1\r\n3\r\n"), len(MAP) - 4),
            (MAP.replace(b"redis", b"Redis"), MAP.index(b"$5")),
            (MAP.replace(b"proto", b"protx"), 0),
            (b"%0\r\n", 0),
        ):
            outcome = self.outcome(reply)
            self.assertEqual(outcome["kind"], "wrong-value", reply)
            self.assertEqual(outcome["reply"]["offset"], offset, reply)
            self.assertTrue(outcome["reply"]["expected_is_example"])
            self.assertEqual(list(outcome["expected"]), ["pairs"])

    def test_need_a_dictionary(self):
        for misuse in ("map_with({})", "pairs([1])", "pairs({1: 2})", 'pairs({"a": error("ERR")})'):
            self.assertEqual(self.outcome(MAP, misuse)["kind"], "test-broken", misuse)


if __name__ == "__main__":
    unittest.main()

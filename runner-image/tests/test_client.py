"""What a course's author is given does what the reference says."""

import unittest

from judging import REQUEST_PING, judge, step

#: Answers each request with what follows the word REPLY in it, or repeats it.
MIRROR = """
import socket, threading
def serve(conn):
    while data := conn.recv(1 << 20):
        if b"REPLY" in data:
            data = data.partition(b"REPLY")[2]
        conn.sendall(data)
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
"""


def one(body, imports="*"):
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return step("one", f'from codealong import {imports}\n@test("one")\ndef _(server):\n    client = server.connect()\n{lines}\n')


class Clients(unittest.TestCase):
    def passes(self, body, program=MIRROR):
        report = judge(program, one(body))
        self.assertEqual(report.kinds, ["passed"], report.results)
        return report["one.1"]

    def fails(self, body, program=MIRROR):
        return judge(program, one(body))["one.1"]

    def test_get_the_value_of_the_reply(self):
        self.passes(
            r"""
for data, expectation, value in (
    (b"+a\r\n", simple("a"), b"a"),
    (b"-ERR x y\r\n", error("ERR x"), b"ERR x y"),
    (b"-ERR x\r\n", exact_error("ERR x"), b"ERR x"),
    (b":3\r\n", integer(3), 3),
    (b"$2\r\n\xc3\xa9\r\n", bulk("é"), "é".encode()),
    (b"$-1\r\n", nil, None),
    (b"*-1\r\n", nil_array, None),
    (b"*4\r\n$1\r\na\r\n:1\r\n$-1\r\n*1\r\n+b\r\n", array(["a", 1, nil, [simple("b")]]), (b"a", 1, None, (b"b",))),
):
    client.send_bytes(b"REPLY" + data)
    got = client.expect(expectation)
    assert got == value, (got, value)
"""
        )

    def test_take_the_words_of_an_error_in_any_case(self):
        program = MIRROR
        for reply in (b"-ERR No Such KEY\r\n", b"-ERR no such key\r\n"):
            for expectation in ('error("ERR no such")', 'exact_error("ERR no such key")'):
                self.passes(f"client.send_bytes(b'REPLY' + {reply})\nclient.expect({expectation})", program)
        for reply, offset in ((b"-err no such key\r\n", 1), (b"-ERR No such word\r\n", 13), (b"-ERR NO SUCH KEY \r\n", 16)):
            failed = self.fails(f"client.send_bytes(b'REPLY' + {reply})\nclient.expect(exact_error('ERR no such key'))")
            outcome = failed["outcome"]
            self.assertEqual((outcome["kind"], outcome["reply"]["offset"]), ("wrong-value", offset), reply)

    def test_take_an_integer_of_a_range(self):
        self.passes(
            r"""
for data, expectation, value in (
    (b":90\r\n", integer_between(90, 100), 90),
    (b":100\r\n", integer_between(90, 100), 100),
    (b":-3\r\n", integer_between(-3, -3), -3),
    (b":2\r\n", integer_between(1, 3, unlike=[1, 3]), 2),
):
    client.send_bytes(b"REPLY" + data)
    got = client.expect(expectation)
    assert got == value, (got, value)
"""
        )
        between = {"integer-between": {"min": 90, "max": 100, "is_new": False}}
        for reply, kind, shown, offset in (
            (b":89\r\n", "wrong-value", ":100\\r\\n", 1),
            (b":99998\r\n", "wrong-value", ":100\\r\\n", 1),
            (b":-2\r\n", "wrong-value", ":100\\r\\n", 1),
            (b"$2\r\n95\r\n", "wrong-type", ":100\\r\\n", 0),
            (b":99.5\r\n", "invalid-byte", ":99\\r\\n", 3),
            (b":95", "incomplete", ":95\\r\\n", 3),
        ):
            outcome = self.fails(f"client.send_bytes(b'REPLY' + {reply})\nclient.expect(integer_between(90, 100))")["outcome"]
            self.assertEqual((outcome["kind"], outcome["reply"]["expected"], outcome["reply"]["offset"]), (kind, shown, offset), reply)
            self.assertTrue(outcome["reply"]["expected_is_example"])
            self.assertFalse(outcome["reply"]["expected_is_prefix"])
            self.assertEqual(outcome.get("expected", between), between)
        failed = self.fails("client.send_bytes(b'REPLY:1\\r\\n')\nclient.expect(integer_between(1, 3, unlike=[1, 2]))")["outcome"]
        self.assertEqual(failed["expected"], {"integer-between": {"min": 1, "max": 3, "is_new": True}})
        self.assertEqual((failed["kind"], failed["reply"]["expected"]), ("wrong-value", ":3\\r\\n"))

    def test_can_not_expect_an_integer_where_none_is_left(self):
        for misuse in ("integer_between(2, 1)", "integer_between(1, 2, unlike=[1, 2])", "integer_between(1, 1.5)", "array([integer_between(1, 2)])"):
            self.assertEqual(self.fails(misuse)["outcome"]["kind"], "test-broken", misuse)

    def test_speak_other_protocols_too(self):
        result = self.passes('client.send_bytes("hello\\n")\nassert client.expect(exactly(b"hello\\n")) == b"hello\\n"')
        self.assertEqual(
            [exchange.get("decoded") for exchange in result["exchanges"]], [None, {"bytes": {"bytes": "hello\\n", "cut_bytes": 0}}, None, None]
        )
        failed = self.fails('client.send_bytes("hello\\n")\nclient.expect(exactly("help"))')["outcome"]
        self.assertEqual((failed["kind"], failed["reply"]["offset"]), ("wrong-value", 3))
        self.assertEqual(failed["expected"], {"bytes": {"bytes": "help", "cut_bytes": 0}})
        self.assertEqual(failed["received"], {"bytes": {"bytes": "hello\\n", "cut_bytes": 0}})
        failed = self.fails('client.send_bytes("hel")\nclient.expect(exactly("hello"))')["outcome"]
        self.assertEqual((failed["kind"], failed["missing"]), ("incomplete", {"bytes": {"bytes": 2, "of": 5}}))

    def test_send_pieces_that_arrive_apart(self):
        program = """
import socket
conn, _ = socket.create_server(("localhost", 6379)).accept()
for piece in (b"a", b"b", b"c"):
    assert conn.recv(100) == piece
conn.sendall(b"+ok\\r\\n")
"""
        self.passes('client.send_pieces(["a", "b", b"c"])\nclient.expect(simple("ok"))', program)

    def test_send_more_of_a_request_while_others_speak(self):
        result = self.passes(
            """
other = server.connect()
client.send_bytes(b"REP")
other.send_bytes("x")
other.expect(exactly("x"))
client.send_more(b"LY+")
client.send_more("ok\\r\\n")
client.expect(simple("ok"))
""",
            program="""
import socket, threading
def serve(conn):
    expected = [b"REP", b"LY+", b"ok\\r\\n"]
    while data := conn.recv(100):
        if data == b"x":
            conn.sendall(data)
        elif data != expected.pop(0):
            conn.sendall(b"-ERR not apart\\r\\n")
        elif not expected:
            conn.sendall(b"+ok\\r\\n")
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
""",
        )
        sent = [e["bytes"] for e in result["exchanges"] if e["action"] == "sent" and e["client"] == 1]
        self.assertEqual(sent, ["REP", "LY+", "ok\\r\\n"])

    def test_are_told_the_whole_request_that_was_sent_bit_by_bit(self):
        program = MIRROR.replace("conn.sendall(data)", "pass")
        whole = b"*1\r\n$4\r\nPING\r\n"
        failed = self.fails(f"client.send_bytes({whole[:7]})\nclient.send_more({whole[7:]})\nclient.expect(simple('PONG'))", program)
        self.assertEqual((failed["outcome"]["kind"], failed["outcome"]["request"]), ("silent", REQUEST_PING))
        # What came too early is what the reply is compared with.
        early = self.fails('client.send_bytes("ab")\nserver.settle()\nclient.send_more("c")\nclient.expect(exactly("ok!"))')
        self.assertEqual((early["outcome"]["kind"], early["outcome"]["reply"]["offset"]), ("wrong-value", 0))

    def test_expect_silence_of_several_at_once(self):
        program = """
import socket, threading, time
def serve(conn, others):
    while data := conn.recv(100):
        for other in others if data == b"all" else [conn]:
            other.sendall(b"+ok\\r\\n")
        if data == b"later":
            time.sleep(0.01)
            others[1].sendall(b"+late\\r\\n")
server = socket.create_server(("localhost", 6379))
others = []
while True:
    conn, _ = server.accept()
    others.append(conn)
    threading.Thread(target=serve, args=(conn, others), daemon=True).start()
"""
        body = """
others = [server.connect() for _ in range(3)]
for each in (client, *others):
    each.send_bytes("me")
    each.expect(simple("ok"))
client.send_bytes({word!r})
client.expect(simple("ok"))
server.expect_silence({clients}for_ms=30)
"""
        result = self.passes(body.format(word="me", clients="client, *others, "), program)
        ended = [e["at_us"] for e in result["exchanges"] if e["action"] == "closed-by-client"]
        received = [e["at_us"] for e in result["exchanges"] if e["action"] == "received"]
        self.assertGreaterEqual(ended[0] - received[-1], 29_000)
        for word in ("all", "later"):
            failed = self.fails(body.format(word=word, clients="others[1], others[0], "), program)["outcome"]
            self.assertEqual((failed["kind"], failed["reply"]["offset"]), ("extra-bytes", 5), word)
        self.passes(body.format(word="later", clients="client, others[2], "), program)
        for clients in ("", '"client", '):
            self.assertEqual(self.fails(body.format(word="me", clients=clients), program)["outcome"]["kind"], "test-broken")

    def test_that_have_left_expect_no_silence(self):
        self.assertEqual(self.fails("client.close()\nserver.expect_silence(client)")["outcome"]["kind"], "test-broken")

    def test_break_off(self):
        program = """
import socket
server = socket.create_server(("localhost", 6379))
how = b"+nobody was here\\r\\n"
while True:
    conn, _ = server.accept()
    try:
        while data := conn.recv(100):
            conn.sendall(how if data == b"how?" else data)
        how = b"+left\\r\\n"
    except ConnectionResetError:
        how = b"+broke off\\r\\n"
"""
        result = self.passes(
            """
client.send_bytes("x")
server.settle()
client.reset()
second = server.connect()
second.send_bytes("how?")
second.expect(simple("broke off"))
second.close()
third = server.connect()
third.send_bytes("how?")
third.expect(simple("left"))
""",
            program,
        )
        actions = [(e["client"], e["action"]) for e in result["exchanges"]]
        self.assertIn((1, "reset-by-client"), actions)
        self.assertNotIn((1, "closed-by-client"), actions)
        self.assertEqual(self.fails('client.reset()\nclient.send("PING")', program)["outcome"]["kind"], "test-broken")

    def test_move_much_in_both_directions(self):
        self.passes(
            """
value = server.random.bytes(1 << 20)
client.send_bytes(value)
client.expect(exactly(value))
""",
            program=MIRROR.replace('if b"REPLY" in data:', "if False:"),
        )

    def test_show_the_beginning_of_what_is_long(self):
        failed = self.fails('client.send_bytes(b"REPLY$40000\\r\\n" + b"x" * 40000 + b"\\r\\n")\nclient.expect(bulk(b"x" * 30000 + b"y" * 10000))')
        reply = failed["outcome"]["reply"]
        self.assertEqual((len(reply["received"]), reply["cut_bytes"]), (16384 + 2, 40000 + 8 + 2 - 16384))
        self.assertTrue(reply["expected_is_prefix"])
        self.assertEqual(reply["offset"], 30008)
        received = [e for e in failed["exchanges"] if e["action"] == "received"][0]
        self.assertEqual((len(received["bytes"]), received["cut_bytes"]), (1024 + 2, 40010 - 1024))

    def test_know_their_lanes_and_times(self):
        result = self.passes(
            """
second = server.connect()
second.send_bytes("x")
server.pause(20)
second.expect(exactly("x"))
client.close()
"""
        )
        exchanges = [(e["client"], e["action"]) for e in result["exchanges"]]
        self.assertEqual(
            exchanges,
            [(1, "connected"), (2, "connected"), (2, "sent"), (2, "received"), (1, "closed-by-client"), (2, "closed-by-client")],
        )
        times = [e["at_us"] for e in result["exchanges"]]
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[3] - times[2], 15_000)

    def test_expect_the_end_of_the_connection(self):
        closing = """
import socket
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    conn.recv(100)
    conn.close()
"""
        result = self.passes('client.send("QUIT")\nclient.expect_closed()', closing)
        self.assertEqual(result["exchanges"][-2]["action"], "closed-by-server")
        failed = self.fails("client.expect_closed()")["outcome"]
        self.assertEqual((failed["kind"], failed["expected"]), ("silent", "close"))

    def test_that_are_many_are_served(self):
        self.passes(
            """
clients = [server.connect() for _ in range(40)]
for client in clients:
    client.send_bytes("x")
for client in reversed(clients):
    client.expect(exactly("x"))
"""
        )

    def test_find_the_programs_files_after_a_restart_and_not_after_a_fresh_start(self):
        program = """
import os, socket
server = socket.create_server(("localhost", 6379))
open("starts", "a").write("x")
while True:
    conn, _ = server.accept()
    while conn.recv(100):
        conn.sendall(b":%d\\r\\n" % os.path.getsize("starts"))
"""
        source = """
            from codealong import integer, test

            @test("counts")
            def _(server):
                for start in (1, 2, 3):
                    client = server.connect()
                    client.send("COUNT")
                    client.expect(integer(start))
                    server.restart()

            @test("counts from the beginning", fresh=True)
            def _(server):
                client = server.connect()
                client.send("COUNT")
                client.expect(integer(1))
            """
        report = judge(program, step("files", source))
        self.assertEqual(report.kinds, ["passed"] * 2, report.results)
        restarted = [e for e in report["files.1"]["exchanges"] if e["action"] == "restarted"]
        self.assertEqual([e["client"] for e in restarted], [0] * 3)

    def test_keep_the_line_of_what_was_sent_before_a_restart(self):
        result = self.fails(
            """
client.send_bytes("x")
client.expect(exactly("x"))
server.restart()
server.connect().expect(simple("x"), within_ms=50)
"""
        )
        received = [e for e in result["exchanges"] if e["action"] == "received"]
        self.assertEqual(received[0]["line"], 7)

    def test_that_misuse_an_expectation_are_the_courses_fault(self):
        for body in (
            'client.expect(array([error("ERR")]))',
            "client.expect(array([True]))",
            "client.expect(bulk(5))",
            "client.expect(integer(1 << 63))",
            'client.expect("PONG")',
            "client.send(5)",
            'client.send_more("x")',
        ):
            self.assertEqual(self.fails(body)["outcome"]["kind"], "test-broken", body)


if __name__ == "__main__":
    unittest.main()

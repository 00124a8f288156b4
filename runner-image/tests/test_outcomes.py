"""Each way to fail has an outcome of its own, which names the cause and the line."""

import unittest

from judging import REQUEST_PING, judge, step


def end(exit_line=None, exit_text=None, listener=None):
    return {"exit_line": exit_line, "exit_text": exit_text, "listener": listener}


def exited(code, **known):
    return {"kind": "exited", "code": code, "crash": None, "end": end(**known)}


LISTEN = step(
    "listen",
    """
    from codealong import test

    @test("listens")
    def _(server):
        server.connect()
    """,
)

PING = step(
    "ping",
    """
    from codealong import simple, test

    @test("answers PING")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))
    """,
)

ECHO = step(
    "echo",
    """
    from codealong import bulk, test

    @test("echoes")
    def _(server):
        client = server.connect()
        client.send("ECHO", "a\\r\\nb")
        client.expect(bulk("a\\r\\nb"))
    """,
)


def server_that(*lines):
    """A server of one client at a time that runs `lines` for each piece it reads, from line 10."""
    program = """
import socket, os, sys, time, threading
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("localhost", 6379))
server.listen(5)
while True:
    conn, _ = server.accept()
    data = conn.recv(4096)
    while data:
        """
    return program + "\n        ".join([*lines, "data = conn.recv(4096)"]) + "\n"


def answering(reply):
    return server_that(f"conn.sendall({reply!r})")


class BeforeItListens(unittest.TestCase):
    def test_a_program_that_does_nothing_for_long_is_refused(self):
        report = judge("import time\ntime.sleep(60)\n", LISTEN)
        outcome = report.outcome("listen.1")
        self.assertEqual(outcome["kind"], "refused")
        self.assertGreaterEqual(outcome["waited_ms"], 2000)

    def test_a_program_that_ends_has_exited(self):
        outcome = judge("x = 1\n", LISTEN).outcome("listen.1")
        self.assertEqual(outcome, exited(0))

    def test_a_program_that_exits_says_its_code(self):
        outcome = judge("import sys\nsys.exit(3)\n", LISTEN).outcome("listen.1")
        self.assertEqual(outcome, exited(3, exit_line=2))
        report = judge("import sys\nsys.exit('no port given')\n", LISTEN)
        self.assertEqual(report.outcome("listen.1"), exited(1, exit_line=2, exit_text="no port given"))
        self.assertEqual(report.output("stderr"), "no port given\n")

    def test_a_signal_is_a_number_below_zero(self):
        outcome = judge("import os\nos.kill(os.getpid(), 15)\n", LISTEN).outcome("listen.1")
        self.assertEqual(outcome, exited(-15))

    def test_an_exception_is_named_with_line_and_columns(self):
        report = judge("import socket\n\ndef go():\n    return socket.sokcet()\n\ngo()\n", LISTEN)
        outcome, span = report.outcome("listen.1"), report["listen.1"]["span"]
        self.assertEqual((outcome["kind"], outcome["code"]), ("exited", 1))
        self.assertEqual(outcome["crash"]["exception"], "AttributeError")
        self.assertEqual(span, {"file": "main.py", "line": 4, "column": 12, "end_column": 25})
        self.assertEqual(
            [(frame["line"], frame["function"], frame["text"]) for frame in outcome["crash"]["traceback"]],
            [(6, "<module>", "go()"), (4, "go", "return socket.sokcet()")],
        )

    def test_an_exception_in_a_library_names_the_learners_line(self):
        report = judge('import json\n\njson.loads("é{")  # Zeile\n', LISTEN)
        self.assertEqual(report["listen.1"]["span"]["line"], 3)
        self.assertEqual(report.outcome("listen.1")["crash"]["exception"], "json.decoder.JSONDecodeError")
        self.assertNotIn("decoder.py", report.output("stderr"))
        self.assertIn("line 3, in <module>", report.output("stderr"))

    def test_columns_are_counted_in_characters(self):
        report = judge('text = "éèê"; text.nothing\n', LISTEN)
        self.assertEqual(
            report["listen.1"]["span"], {"file": "main.py", "line": 1, "column": 15, "end_column": 27}
        )

    def test_a_syntax_error_has_its_position_and_text(self):
        report = judge("import socket\nwhile True\n    pass\n", LISTEN, PING)
        self.assertEqual(
            report.outcome("listen.1"),
            {
                "kind": "syntax-error",
                "span": {"file": "main.py", "line": 2, "column": 11, "end_column": None},
                "detail": "expected ':'",
                "text": "while True",
            },
        )
        self.assertEqual(report.kinds, ["syntax-error"] * 2)

    def test_what_is_no_text_for_python_is_a_syntax_error(self):
        for program in ("x = 1\ny = '\0'\n", "if True:\nx = 1\n", "# coding: nonsense\nx = 1\n", "(" * 300):
            outcome = judge(program, LISTEN).outcome("listen.1")
            self.assertEqual(outcome["kind"], "syntax-error", program[:20])

    def test_another_port_is_named_and_the_line_that_bound_it(self):
        for program, line in (
            ('import socket\nserver = socket.create_server(("localhost", 6379 - 1))\nserver.listen()', 2),
            ('import socket\n\nserver = socket.socket()\nserver.bind(("", 6379 - 1))\nserver.listen()\nserver.accept()', 4),
            (
                "import asyncio\nasync def main():\n"
                '    server = await asyncio.start_server(print, "127.0.0.1", 6379 - 1)\n'
                "    await server.serve_forever()\nasyncio.run(main())",
                3,
            ),
            (
                "import socketserver\nclass Handler(socketserver.BaseRequestHandler): pass\n"
                'socketserver.TCPServer(("", 6379 - 1), Handler).serve_forever()',
                3,
            ),
        ):
            report = judge(program, LISTEN)
            outcome = report.outcome("listen.1")
            self.assertEqual(outcome["kind"], "other-port", program)
            self.assertIn(outcome["port"] - 1, outcome["found"])
            self.assertEqual((report["listen.1"]["span"] or {}).get("line"), line, program)

    def test_a_line_that_bound_another_socket_is_not_named(self):
        program = """
            import socket
            server = socket.create_server(("localhost", 6379 - 1))
            other = socket.socket()
            other.bind(("localhost", 0))
            server.accept()
            """
        report = judge(program, LISTEN)
        self.assertEqual(report.outcome("listen.1")["kind"], "other-port")
        self.assertIsNone(report["listen.1"]["span"])

    def test_ipv6_only_is_named(self):
        program = """
            import socket
            server = socket.socket(socket.AF_INET6)
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            server.bind(("::", 6379))
            server.listen()
            """
        report = judge(program, LISTEN)
        self.assertEqual(report.outcome("listen.1")["kind"], "ipv6-only")
        self.assertEqual(report["listen.1"]["span"]["line"], 1 + program[: program.index("server.bind")].count("\n"))


class WhileItServes(unittest.TestCase):
    def test_silence_names_the_request_and_what_was_expected(self):
        report = judge(server_that("pass"), PING)
        outcome = report.outcome("ping.1")
        self.assertEqual(outcome["kind"], "silent")
        self.assertEqual(outcome["request"], REQUEST_PING)
        self.assertEqual(outcome["expected"], {"reply": {"simple-string": {"bytes": "PONG", "cut_bytes": 0}}})
        self.assertEqual(outcome["replies_before"], 0)
        self.assertGreaterEqual(outcome["waited_ms"], 1000)

    def test_a_main_module_that_ends_names_its_last_line(self):
        program = """
            import socket
            server = socket.create_server(("localhost", 6379))
            server.listen()
            if __name__ == "__main__":
                print("ready")

            """
        report = judge(program, LISTEN, PING)
        self.assertEqual(report.kinds, ["passed", "ended"])
        outcome = report.outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["line"], outcome["request"]), ("ended", 6, REQUEST_PING))
        self.assertEqual((outcome["accepted_clients"], outcome["end"]), (0, end()))
        self.assertEqual(report["ping.1"]["span"]["line"], 6)
        self.assertEqual(report.output(), "ready\nready\n")

    def test_closing_instead_of_answering(self):
        report = judge(server_that("conn.close()", "break"), PING)
        outcome = report.outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["after_bytes"]), ("closed", 0))
        self.assertEqual(outcome["reply"]["expected"], "+PONG\\r\\n")
        self.assertEqual(outcome["reply"]["request"], REQUEST_PING)

    def test_closing_in_the_middle_of_a_reply(self):
        report = judge(server_that('conn.sendall(b"+PO")', "conn.close()", "break"), PING)
        outcome = report.outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["after_bytes"]), ("closed", 3))
        self.assertEqual((outcome["reply"]["received"], outcome["reply"]["offset"]), ("+PO", 3))

    def test_a_reset_is_told_from_a_close(self):
        program = server_that(
            "import struct",
            'conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))',
            "conn.close()",
            "break",
        )
        self.assertEqual(judge(program, PING).outcome("ping.1"), {"kind": "reset", "after_bytes": 0})

    def test_an_incomplete_reply_says_what_is_missing(self):
        report = judge(answering(b"+PONG"), PING)
        outcome = report.outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["missing"]), ("incomplete", "line-end"))
        self.assertEqual(outcome["reply"]["offset"], 5)
        self.assertEqual(report["ping.1"]["span"]["line"], 10)

    def test_an_invalid_byte_has_its_rule(self):
        outcome = judge(answering(b"PONG"), PING).outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["reply"]["offset"]), ("invalid-byte", 0))
        self.assertEqual(outcome["rule"], "first-byte")

    def test_a_wrong_type_names_both(self):
        report = judge(answering(b"$4\r\nPONG\r\n"), PING)
        outcome = report.outcome("ping.1")
        self.assertEqual(
            (outcome["kind"], outcome["expected_type"], outcome["received_type"]),
            ("wrong-type", "simple-string", "bulk-string"),
        )
        self.assertEqual(report["ping.1"]["span"], {"file": "main.py", "line": 10, "column": None, "end_column": None})

    def test_a_wrong_value_shows_all_that_came(self):
        outcome = judge(answering(b"$1\r\na\r\nb\r\n"), ECHO).outcome("echo.1")
        self.assertEqual((outcome["kind"], outcome["reply"]["offset"]), ("wrong-value", 1))
        self.assertEqual(outcome["reply"]["received"], "$1\\r\\na\\r\\nb\\r\\n")
        self.assertEqual(outcome["expected"], {"reply": {"bulk-string": {"bytes": "a\\r\\nb", "cut_bytes": 0}}})
        self.assertEqual(outcome["received"], {"reply": {"bulk-string": {"bytes": "a", "cut_bytes": 0}}})

    def test_extra_bytes_are_found_by_the_next_request_and_by_waiting(self):
        for how in ('client.send("PING")', "client.expect_nothing_more()", "client.expect_closed()"):
            extra = step(
                "extra",
                f"""
                from codealong import simple, test

                @test("sends no more")
                def _(server):
                    client = server.connect()
                    client.send("PING")
                    client.expect(simple("PONG"))
                    {how}
                """,
            )
            report = judge(answering(b"+PONG\r\n\r\n"), extra)
            outcome = report.outcome("extra.1")
            self.assertEqual((outcome["kind"], outcome["reply"]["offset"]), ("extra-bytes", 7), how)
            self.assertEqual(outcome["reply"]["received"], "+PONG\\r\\n\\r\\n")
            self.assertEqual(report["extra.1"]["span"]["line"], 10)

    def test_a_late_reply_is_too_slow(self):
        report = judge(server_that("time.sleep(1.2)", 'conn.sendall(b"+PONG\\r\\n")'), PING)
        outcome = report.outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["limit_ms"]), ("too-slow", 1000))
        self.assertTrue(1150 < outcome["took_ms"] < 1500, outcome)

    def test_ending_oneself_is_stopped(self):
        for line, code, place in (
            ("sys.exit(2)", 2, 10),
            ("os._exit(0)", 0, 10),
            ("os.kill(os.getpid(), 9)", -9, None),
        ):
            outcome = judge(server_that(line), PING).outcome("ping.1")
            self.assertEqual((outcome["kind"], outcome["code"]), ("stopped", code))
            self.assertEqual(outcome["request"], REQUEST_PING)
            self.assertEqual(outcome["end"], end(exit_line=place))

    def test_a_program_that_falls_over_after_its_answer_passes_nothing(self):
        answer = 'conn.sendall(b"+PONG\\r\\n")'
        for line, kind in (("sys.exit(2)", "stopped"), ("1 / 0", "crashed")):
            outcome = judge(server_that(answer, line), PING).outcome("ping.1")
            self.assertEqual((outcome["kind"], outcome["request"]), (kind, None))
        # In a thread of its own it serves the others.
        threads = server_that(answer, "threading.Thread(target=lambda: 1 / 0).start()")
        self.assertEqual(judge(threads, PING).kinds, ["passed"])

    def test_a_program_may_end_with_a_connection_that_it_should_close(self):
        goodbye = step(
            "bye",
            """
            from codealong import simple, test

            @test("says goodbye")
            def _(server):
                client = server.connect()
                client.send("PING")
                client.expect(simple("PONG"))
                client.expect_closed()
            """,
        )
        program = server_that('conn.sendall(b"+PONG\\r\\n")', "sys.exit(0)")
        self.assertEqual(judge(program, goodbye).kinds, ["passed"])

    def test_bytes_before_any_request_are_unasked(self):
        program = """
import socket
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    conn.sendall(b"+PONG\\r\\n")
    conn.recv(4096)
"""
        for _ in range(5):
            report = judge(program, PING)
            self.assertEqual(report.outcome("ping.1")["kind"], "unasked")
            self.assertEqual(report["ping.1"]["span"]["line"], 6)

    def test_more_memory_than_there_is(self):
        report = judge(server_that("hoard = bytearray(1 << 60)"), PING)
        self.assertEqual(report.outcome("ping.1")["kind"], "out-of-memory")

    def test_more_threads_than_there_may_be(self):
        program = server_that('raise RuntimeError("can\'t start new thread")')
        self.assertEqual(judge(program, PING).outcome("ping.1")["kind"], "too-many-processes")

    def test_an_array_that_stops_too_early_misses_its_next_element(self):
        program = server_that('conn.sendall(b"*100000000\\r\\n" + b":1\\r\\n" * 100_000)', "time.sleep(60)")
        outcome = judge(program, PING).outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["missing"]), ("incomplete", "element"))

    def test_an_array_without_end_is_the_programs_doing(self):
        program = server_that('conn.sendall(b"*100000000\\r\\n")', 'while True: conn.sendall(b":1\\r\\n" * 100)')
        outcome = judge(program, PING).outcome("ping.1")
        self.assertEqual(outcome["kind"], "incomplete")
        # The judge stops reading wherever it is by then: before an element's first, second, third
        # or fourth byte.
        cut = ("element", "number", "line-end", "line-feed")
        self.assertIn(outcome["missing"], cut)
        # To read it again at every piece takes most of the time; the run may end in the middle of that.
        outcome = judge(program, PING, limit_ms=2000).outcome("ping.1")
        self.assertIn(outcome["kind"], ("timed-out", "incomplete"))

    def test_a_flood_without_an_answer(self):
        report = judge(server_that("while True: print('x' * 1000)"), PING)
        self.assertEqual(report.outcome("ping.1"), {"kind": "output-flood", "limit_kib": 512})
        self.assertGreater(report.finished["dropped_bytes"], 400 * 1024)
        self.assertLessEqual(len(report.output()), 64 * 1024)


if __name__ == "__main__":
    unittest.main()

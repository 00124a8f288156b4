"""How a program ends, and what Python warns of on the way, are facts of the outcome."""

import unittest

from judging import judge, step
from test_outcomes import PING, server_that

TWO_CLIENTS = step(
    "listen",
    """
    from codealong import test

    @test("lets two in")
    def _(server):
        server.connect()
        server.settle()
        server.connect()
    """,
)

MAIN = """
import socket
def open_it():
    return socket.create_server(("localhost", 6379))
def main():
    server = open_it()
    client, address = server.accept()
{}
main()
"""


class TheListeningSocket(unittest.TestCase):
    def test_the_function_whose_variable_held_it_is_named(self):
        outcome = judge(MAIN.format(""), TWO_CLIENTS).outcome("listen.1")
        self.assertEqual((outcome["kind"], outcome["clients"], outcome["accepted_clients"]), ("ended", 2, 1))
        self.assertEqual(outcome["end"]["listener"], {"how": "dropped", "line": 7, "function": "main"})

    def test_no_line_is_named_where_a_function_returns_in_several(self):
        program = MAIN.format("    if client:\n        return 1\n    return 2")
        listener = judge(program, TWO_CLIENTS).outcome("listen.1")["end"]["listener"]
        self.assertEqual(listener, {"how": "dropped", "line": None, "function": "main"})

    def test_who_closes_it_is_named(self):
        for last, how, line in (("    server.close()", "closed", 8), ("    with server: pass", "block", 8)):
            listener = judge(MAIN.format(last), TWO_CLIENTS).outcome("listen.1")["end"]["listener"]
            self.assertEqual(listener, {"how": how, "line": line, "function": None})

    def test_a_child_that_closes_its_copy_closes_nothing(self):
        program = """
import os, socket
server = socket.create_server(("localhost", 6379))
client, address = server.accept()
if os.fork() == 0:
    server.close()
    os._exit(0)
os.wait()
raise SystemExit(4)
"""
        outcome = judge(program, TWO_CLIENTS).outcome("listen.1")
        self.assertEqual((outcome["kind"], outcome["end"]["listener"]), ("stopped", None))
        self.assertEqual(outcome["end"]["exit_line"], 9)


class WhatPythonWarnsOf(unittest.TestCase):
    def outcome(self, *lines):
        report = judge(server_that(*lines), PING)
        self.assertNotIn("BytesWarning", report.output("stderr"))
        return report.outcome("ping.1")

    def test_bytes_compared_with_text_are_named_with_their_line(self):
        for line in ('if data == "PING": pass', 'if data in ("a", "b"): pass', 'if data != "x": continue'):
            outcome = self.outcome("data = b'PING'", line, "time.sleep(60)")
            self.assertEqual(outcome["warning"], {"what": "bytes-compared-with-text", "line": 11}, line)

    def test_what_decides_nothing_is_not_told(self):
        for line in ('if data == "": break', "str(data)", "if data == 4: pass", "print(data)"):
            outcome = self.outcome("data = b'PING'", line, "time.sleep(60)")
            self.assertEqual(outcome["warning"], None, line)

    def test_a_comparison_before_the_request_is_not_told(self):
        program = """
import socket, time
b"x" == "x"
server = socket.create_server(("localhost", 6379))
client, address = server.accept()
time.sleep(60)
"""
        self.assertEqual(judge(program, PING).outcome("ping.1")["warning"], None)

    def test_a_program_that_makes_errors_of_warnings_is_left_alone(self):
        line = "import warnings; warnings.simplefilter('error'); str(b'x'); b'x' == 'x'"
        outcome = self.outcome(line, 'conn.sendall(b"+PONG\\r\\n")')
        self.assertEqual(outcome["kind"], "passed")

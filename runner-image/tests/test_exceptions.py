"""An exception while the program serves is the cause of what a client sees of it, and names its line."""

import unittest

from judging import PING_TWICE, REQUEST_PING, judge, step
from test_outcomes import PING, server_that


class WhileItServes(unittest.TestCase):
    def test_an_exception_in_the_middle_is_the_cause(self):
        report = judge(server_that("answers = []", "conn.sendall(answers[0])"), PING)
        outcome = report.outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["request"]), ("crashed", REQUEST_PING))
        self.assertEqual(outcome["crash"]["exception"], "IndexError")
        self.assertEqual(report["ping.1"]["span"]["line"], 11)

    def test_an_exception_that_closed_the_connection_is_the_cause_over_the_closing(self):
        for run, where in (
            ("handle(conn)", "main"),
            ("threading.Thread(target=handle, args=(conn,)).start()", "thread"),
            ("pool.submit(handle, conn)", "future"),
        ):
            program = f"""
import socket, threading
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(4)
def handle(conn):
    with conn:
        words = conn.recv(4096).split()
        conn.sendall(words[99])
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    {run}
"""
            report = judge(program, PING)
            outcome = report.outcome("ping.1")
            self.assertEqual(outcome["kind"], "crashed", where)
            self.assertEqual(outcome["crash"]["place"], "main" if where == "main" else "thread")
            self.assertEqual(report["ping.1"]["span"]["line"], 8, where)

    def test_an_exception_between_two_requests_is_the_cause_of_the_second_ones_failure(self):
        program = server_that('conn.sendall(b"+PONG\\r\\n")', "raise ValueError('once')")
        outcome = judge(program, PING_TWICE).outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["replies_before"]), ("crashed", 1))

    def test_an_exception_before_the_client_asked_names_no_request(self):
        in_thread = """
import socket, threading
def handle(conn):
    with conn:
        raise ValueError(conn.fileno() > 0)
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=handle, args=server.accept()[:1]).start()
"""
        in_task = """
import asyncio
async def talk(reader, writer):
    data = reader.read(1024)
    writer.write(data.upper())
async def main():
    async with await asyncio.start_server(talk, "localhost", 6379) as server:
        await server.serve_forever()
asyncio.run(main())
"""
        in_main = "import socket\nserver = socket.create_server(('localhost', 6379))\nserver.accept()[2]\n"
        for program in (in_thread, in_task, in_main):
            outcome = judge(program, PING).outcome("ping.1")
            self.assertEqual((outcome["kind"], outcome["request"]), ("crashed", None), program)

    def test_an_exception_on_the_first_of_two_requests_names_one(self):
        two = step(
            "two",
            """
            from codealong import simple, test

            @test("answers two that come at once")
            def _(server):
                client = server.connect()
                client.send("PING")
                server.pause(100)
                client.send("PING")
                client.expect(simple("PONG"))
            """,
        )
        outcome = judge(server_that("raise ValueError(data)"), two).outcome("two.1")
        self.assertEqual((outcome["kind"], outcome["request"]), ("crashed", REQUEST_PING))

    def test_an_exception_that_another_client_led_to_names_no_request_of_this_one(self):
        after_another = step(
            "after",
            """
            from codealong import simple, test

            @test("answers who comes after one that leaves")
            def _(server):
                first = server.connect()
                first.send_bytes("half")
                first.close()
                server.settle()
                server.connect()

            @test("answers who comes after one that breaks off")
            def _(server):
                first, second = server.connect(), server.connect()
                first.send_bytes("half")
                server.settle()
                first.reset()
                second.send("PING")
                second.expect(simple("PONG"))
            """,
        )
        program = """
import socket
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    if conn.recv(100) == b"half":
        int(conn.recv(100))
    conn.sendall(b"+PONG\\r\\n")
"""
        report = judge(program, after_another)
        for number, exception in ((1, "ValueError"), (2, "ConnectionResetError")):
            outcome = report.outcome(f"after.{number}")
            # It had taken a client, so it did not end before one could connect.
            self.assertEqual((outcome["kind"], outcome.get("request")), ("crashed", None), outcome)
            self.assertEqual(outcome["crash"]["exception"], exception)

    def test_an_exception_about_another_client_is_not_to_blame(self):
        next_client = step(
            "next",
            """
            from codealong import simple, test

            @test("answers the next one")
            def _(server):
                first = server.connect()
                first.send("PING")
                first.expect(simple("PONG"))
                first.close()
                second = server.connect()
                second.send("PING")
                second.expect(simple("PONG"))
            """,
        )
        program = """
import socket, threading
def serve(conn, is_first):
    while True:
        data = conn.recv(100)
        data[0]
        if is_first:
            conn.sendall(b"+PONG\\r\\n")
server = socket.create_server(("localhost", 6379))
is_first = True
while True:
    threading.Thread(target=serve, args=(server.accept()[0], is_first)).start()
    is_first = False
"""
        report = judge(program, next_client)
        self.assertIn("IndexError", report.output("stderr"))
        self.assertEqual(report.outcome("next.1")["kind"], "silent")

    def test_exceptions_in_handlers_of_the_libraries_are_found(self):
        streams = """
import asyncio
async def handle(reader, writer):
    data = await reader.read(100)
    writer.write(data[0])
async def main():
    server = await asyncio.start_server(handle, "localhost", 6379)
    await server.serve_forever()
asyncio.run(main())
"""
        protocol = """
import asyncio
class Answer(asyncio.Protocol):
    def data_received(self, data):
        nothing.write(data)
async def main():
    server = await asyncio.get_running_loop().create_server(Answer, "localhost", 6379)
    await server.serve_forever()
asyncio.run(main())
"""
        handler = """
import socketserver
class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(nothing)
socketserver.ThreadingTCPServer(("localhost", 6379), Answer).serve_forever()
"""
        for program in (streams, protocol, handler):
            report = judge(program, PING)
            self.assertEqual(report.outcome("ping.1")["kind"], "crashed", program)
            self.assertEqual(report["ping.1"]["span"]["line"], 5, program)



class NamesThatAreMisspelt(unittest.TestCase):
    def test_the_name_that_was_meant_is_a_fact(self):
        for line, meant in (
            ("server.lisen()", "listen"),
            ("socket.create_sever((1, 2))", "create_server"),
            ("from socket import create_sever", "create_server"),
            ("import sokcet", "socket"),
            ("sever", "server"),
            ("while true: pass", "True"),
            ("socket.AF_INTE", "AF_INET"),
            ("import redis", None),
            ("threading.Thread", None),
            ("server.write(b'')", None),
            ("server.count", None),
        ):
            report = judge(f"import socket\nserver = socket.socket()\n{line}\n", PING)
            self.assertEqual(report.outcome("ping.1")["crash"]["suggestion"], meant, line)

    def test_no_line_of_the_programs_own_runs_for_it(self):
        program = """
class Strange:
    def __getattr__(self, name):
        print("asked for", name)
        raise AttributeError(name=name, obj=self)
    def __dir__(self):
        print("listed")
        return ["recv"]
Strange().recieve
"""
        report = judge(program, PING)
        self.assertEqual(report.outcome("ping.1")["crash"]["suggestion"], None)
        self.assertNotIn("listed", report.output())


if __name__ == "__main__":
    unittest.main()

"""The learner's line that sent a byte is named, whatever it was sent with; never a wrong one."""

import socket
import unittest

from judging import judge, step

WRONG = step(
    "wrong",
    """
    from codealong import simple, test

    @test("is wrong")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))
    """,
)


class TheLineThatSent(unittest.TestCase):
    def check(self, program, marker="# here"):
        line = 1 + program[: program.index(marker)].count("\n") if marker else None
        report = judge(program, WRONG)
        self.assertEqual(report.kinds, ["wrong-value"], report.results)
        span = report["wrong.1"]["span"]
        received = [e for e in report["wrong.1"]["exchanges"] if e["action"] == "received"]
        self.assertEqual((span or {}).get("line"), line, program)
        self.assertEqual(received[0]["line"], line)

    def test_by_a_sockets_methods(self):
        for send in (
            'conn.send(b"+NO\\r\\n")',
            'conn.sendall(b"+NO\\r\\n")',
            'conn.sendall(memoryview(b"+NO\\r\\n"), 0)',
            'conn.sendmsg([b"+N", b"O\\r\\n"])',
            'os.write(conn.fileno(), b"+NO\\r\\n")',
            'conn.makefile("wb", buffering=0).write(b"+NO\\r\\n")',
            'print("+NO\\r", file=conn.makefile("w", newline="\\n"), flush=True)',
            'socket.fromfd(conn.fileno(), conn.family, conn.type).sendall(b"+NO\\r\\n")',
            'reply = conn.sendall; reply(b"+NO\\r\\n")',
        ):
            with self.subTest(send):
                self.check(
                    f"""
import os, socket
server = socket.create_server(("localhost", 6379))
conn, _ = server.accept()
conn.recv(100)
{send}  # here
conn.recv(100)
"""
                )

    def test_of_an_inner_function(self):
        self.check(
            """
import socket
def reply(conn, text):
    conn.sendall(text)  # here
def serve(conn):
    conn.recv(100)
    reply(conn, b"+NO\\r\\n")
    conn.recv(100)
serve(socket.create_server(("localhost", 6379)).accept()[0])
"""
        )

    def test_in_threads_and_forked_processes(self):
        for run in (
            "threading.Thread(target=serve, args=(conn,)).start()",
            "os.fork() or serve(conn)",
            "multiprocessing.Process(target=serve, args=(conn,)).start()",
        ):
            self.check(
                f"""
import multiprocessing, os, socket, threading
def serve(conn):
    conn.recv(100)
    conn.sendall(b"+NO\\r\\n")  # here
    conn.recv(100)
server = socket.create_server(("localhost", 6379))
conn, _ = server.accept()
{run}
"""
            )

    def test_of_asyncios_write(self):
        self.check(
            """
import asyncio
async def handle(reader, writer):
    await reader.read(100)
    writer.write(b"+N")  # here
    writer.writelines([b"O", b"\\r\\n"])
    await writer.drain()
async def main():
    async with await asyncio.start_server(handle, "localhost", 6379) as server:
        await server.serve_forever()
asyncio.run(main())
"""
        )
        self.check(
            """
import asyncio, socket
async def main():
    loop = asyncio.get_running_loop()
    server = socket.create_server(("localhost", 6379))
    server.setblocking(False)
    conn, _ = await loop.sock_accept(server)
    await loop.sock_recv(conn, 100)
    await loop.sock_sendall(conn, b"+NO\\r\\n")  # here
    await loop.sock_recv(conn, 100)
asyncio.run(main())
"""
        )

    def test_of_socketservers_files(self):
        self.check(
            """
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        self.wfile.write(b"+NO\\r\\n")  # here
socketserver.TCPServer(("localhost", 6379), Handler).serve_forever()
"""
        )

    def test_is_not_claimed_where_a_library_sends_by_itself(self):
        self.check(
            """
import socketserver
class Handler(socketserver.StreamRequestHandler):
    wbufsize = -1
    def handle(self):
        self.rfile.readline()
        self.wfile.write(b"+NO\\r\\n")
socketserver.TCPServer(("localhost", 6379), Handler).serve_forever()
""",
            marker=None,
        )

    def test_is_that_of_the_first_wrong_byte(self):
        program = """
import socket
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    while conn.recv(100):
        conn.sendall(b"+PO")
        conn.sendall(b"N")
        conn.sendall(b"K")  # here
        conn.sendall(b"\\r\\n")
"""
        report = judge(program, WRONG)
        self.assertEqual(report["wrong.1"]["span"]["line"], 9)

    def test_counts_each_connections_bytes_apart(self):
        two = step(
            "two",
            """
            from codealong import simple, test

            @test("two at once")
            def _(server):
                first, second = server.connect(), server.connect()
                for client in (first, second):
                    client.send("PING")
                    client.expect(simple("PONG"))
                second.send("PING")
                second.expect(simple("PONG"))
            """,
        )
        program = """
import socket, threading
def serve(conn, name):
    conn.recv(100)
    conn.sendall(b"+PONG\\r\\n")
    conn.recv(100)
    conn.sendall(b"+PONG" + name + b"\\r\\n")  # here
server = socket.create_server(("localhost", 6379))
for name in (b"1", b"2"):
    threading.Thread(target=serve, args=(server.accept()[0], name)).start()
"""
        report = judge(program, two)
        self.assertEqual(report.kinds, ["wrong-value"])
        self.assertEqual(report["two.1"]["span"]["line"], 7)


class Tracebacks(unittest.TestCase):
    def test_show_the_learners_lines_only(self):
        program = """
import socket, threading, traceback
server = socket.create_server(("localhost", 6379))
def serve(conn):
    conn.recv(100)
    try:
        conn.sendall("text")
    except TypeError:
        traceback.print_exc()
    conn.sendall(12)
while True:
    threading.Thread(target=serve, args=server.accept()[:1]).start()
"""
        report = judge(program, WRONG)
        self.assertEqual(report.kinds, ["crashed"])
        printed = report.output("stderr")
        self.assertNotIn("codealong", printed)
        self.assertNotIn("threading.py", printed)
        self.assertEqual(printed.count("Traceback (most recent call last):"), 2)
        self.assertIn("TypeError: a bytes-like object is required, not 'str'", printed)
        self.assertIn('main.py", line 7, in serve', printed)
        self.assertIn("Exception in thread Thread-1 (serve):\n", printed)
        self.assertEqual([f["line"] for f in report.outcome("wrong.1")["crash"]["traceback"]], [10])

    def test_show_causes_and_groups(self):
        program = """
try:
    int("x")
except ValueError as error:
    raise RuntimeError("outer") from error
"""
        printed = judge(program, WRONG).output("stderr")
        self.assertIn("ValueError: invalid literal", printed)
        self.assertIn("The above exception was the direct cause", printed)
        self.assertIn("RuntimeError: outer", printed)

    def test_of_calls_with_wrong_arguments_are_in_pythons_own_words(self):
        for call in ('bind("localhost", 6379)', "bind()", 'bind(address=("localhost", 6379))'):
            with self.subTest(call), self.assertRaises(TypeError) as own:
                eval(f"socket.socket().{call}")
            crash = judge(f"import socket\nsocket.socket().{call}\n", WRONG).outcome("wrong.1")["crash"]
            self.assertEqual(crash["detail"], str(own.exception))
            self.assertEqual([frame["line"] for frame in crash["traceback"]], [2])

    def test_of_endless_recursion_are_short(self):
        report = judge("def f(n):\n    return f(n + 1)\nf(0)\n", WRONG)
        crash = report.outcome("wrong.1")["crash"]
        self.assertEqual(crash["exception"], "RecursionError")
        self.assertLessEqual(len(crash["traceback"]), 30)
        self.assertEqual(crash["traceback"][0]["line"], 3)
        self.assertLess(len(report.output()), 4000)

    def test_of_strange_exceptions_do_no_harm(self):
        for raising in (
            "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
            "raise ValueError('\\ud800 \\0 ' + 'x' * 100000)",
            "class E(BaseException): pass\nE.__module__ = 5\nraise E",
            "import sys\nsys.stderr = None\nraise ValueError",
            "import sys\nsys.excepthook = 5\nraise ValueError",
            "raise KeyboardInterrupt",
            "exec('raise ValueError')",
        ):
            report = judge(raising + "\n", WRONG)
            outcome = report.outcome("wrong.1")
            self.assertEqual((outcome["kind"], outcome["code"]), ("exited", 1), raising)
            self.assertIsNotNone(outcome["crash"], raising)


if __name__ == "__main__":
    unittest.main()

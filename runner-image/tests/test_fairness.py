"""Right programs pass, however they are written; programs that would really end don't."""

import unittest

from judging import REQUEST_PING, judge, step

STEPS = (
    step(
        "listen",
        """
        from codealong import test

        @test("listens")
        def _(server):
            server.connect()

        @test("lets a second client connect", fresh=True)
        def _(server):
            server.connect()
            server.settle()
            server.connect()
        """,
    ),
    step(
        "ping",
        """
        from codealong import simple, test

        def ping(client):
            client.send("PING")
            client.expect(simple("PONG"))

        @test("answers PING")
        def _(server):
            ping(server.connect())

        @test("answers three")
        def _(server):
            client = server.connect()
            for _ in range(3):
                ping(client)

        @test("answers the next client")
        def _(server):
            first = server.connect()
            ping(first)
            first.close()
            ping(server.connect())

        @test("sends no more")
        def _(server):
            client = server.connect()
            ping(client)
            client.expect_nothing_more()
        """,
    ),
)

SERVE = """
def serve(conn):
    with conn:
        while conn.recv(4096):
            conn.sendall(b"+PONG\\r\\n")
"""


class RightPrograms(unittest.TestCase):
    def check(self, program):
        report = judge(program, *STEPS)
        failed = [result for result in report.results.values() if result["outcome"]["kind"] != "passed"]
        self.assertEqual(failed, [], report.output())
        return report

    def test_four_lines_pass_the_first_step(self):
        program = """
            import socket
            server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            server.bind(('localhost', 6379))
            server.listen(1)
            """
        report = judge(program, *STEPS)
        self.assertEqual(report.kinds, ["passed"] * 2 + ["ended"] * 4)
        outcome = report.outcome("ping.1")
        self.assertEqual((outcome["kind"], outcome["line"], outcome["request"]), ("ended", 5, REQUEST_PING))

    def test_on_every_address(self):
        for setup in (
            "server = socket.socket(); server.bind(('0.0.0.0', 6379)); server.listen()",
            "server = socket.socket(); server.bind(('', 6379)); server.listen(1)",
            "server = socket.socket(); server.bind(('127.0.0.1', 6379)); server.listen(0)",
            "server = socket.create_server(('::', 6379), family=socket.AF_INET6, dualstack_ipv6=True)",
            "server = socket.create_server(('localhost', 6379), reuse_port=True)",
            "time.sleep(0.5); server = socket.create_server(('localhost', 6379))",
        ):
            with self.subTest(setup):
                self.check(
                    f"import socket, time\n{setup}\n{SERVE}\nwhile True:\n    conn, _ = server.accept()\n    serve(conn)\n"
                )

    def test_with_threads_and_processes(self):
        for loop in (
            "threading.Thread(target=serve, args=(conn,)).start()",
            "threading.Thread(target=serve, args=(conn,), daemon=True).start()",
            "multiprocessing.Process(target=serve, args=(conn,)).start(); conn.close()",
            "if os.fork() == 0:\n        serve(conn)\n        break\n    conn.close()",
            "pool.submit(serve, conn)",
        ):
            with self.subTest(loop):
                self.check(
                    "import multiprocessing, os, socket, threading\n"
                    "from concurrent.futures import ThreadPoolExecutor\n"
                    f"pool = ThreadPoolExecutor(4)\n{SERVE}\n"
                    "server = socket.create_server(('localhost', 6379))\n"
                    f"while True:\n    conn, _ = server.accept()\n    {loop}\n"
                )

    def test_in_a_thread_while_main_joins_or_ends(self):
        for end in ("thread.join()", "pass"):
            self.check(
                f"""
import socket, threading
{SERVE}
def main():
    server = socket.create_server(("localhost", 6379))
    while True:
        serve(server.accept()[0])
thread = threading.Thread(target=main)
thread.start()
{end}
"""
            )

    def test_in_the_background(self):
        for start in (
            "if os.fork(): os._exit(0)\nmain()",
            "multiprocessing.Process(target=main).start()",
        ):
            self.check(
                f"""
import multiprocessing, os, socket, sys
{SERVE}
def main():
    server = socket.create_server(("localhost", 6379))
    while True:
        serve(server.accept()[0])
{start}
"""
            )

    def test_with_asyncio(self):
        self.check(
            """
import asyncio
async def handle(reader, writer):
    while await reader.read(4096):
        writer.write(b"+PONG\\r\\n")
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "localhost", 6379)
    async with server:
        await server.serve_forever()
asyncio.run(main())
"""
        )

    def test_with_the_librarys_servers(self):
        for kind in ("TCPServer", "ThreadingTCPServer", "ForkingTCPServer"):
            with self.subTest(kind):
                self.check(
                    f"""
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            if line.startswith(b"PING"):
                self.wfile.write(b"+PONG\\r\\n")
socketserver.{kind}(("localhost", 6379), Handler).serve_forever()
"""
                )

    def test_with_selectors(self):
        self.check(
            """
import selectors, socket
server = socket.create_server(("localhost", 6379))
server.setblocking(False)
chosen = selectors.DefaultSelector()
chosen.register(server, selectors.EVENT_READ)
while True:
    for key, _ in chosen.select():
        if key.fileobj is server:
            conn, _ = server.accept()
            conn.setblocking(False)
            chosen.register(conn, selectors.EVENT_READ)
        elif key.fileobj.recv(4096):
            key.fileobj.send(b"+PONG\\r\\n")
        else:
            chosen.unregister(key.fileobj)
            key.fileobj.close()
"""
        )

    def test_that_never_close_a_connection(self):
        self.check(
            """
import socket
server = socket.create_server(("localhost", 6379))
kept = []
while True:
    conn, _ = server.accept()
    kept.append(conn)
    while conn.recv(4096):
        conn.sendall(b"+PONG\\r\\n")
"""
        )

    def test_that_print_every_byte_and_log_everything(self):
        report = self.check(
            """
import logging, socket, sys
logging.basicConfig(level=logging.DEBUG)
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    while data := conn.recv(1):
        print(data, end="")
        logging.error("ERROR Traceback (most recent call last): %r", data)
        if data == b"G":
            sys.stdout.write("x" * 1000 * 1000)
            conn.recv(2)
            conn.sendall(b"+PONG\\r\\n")
"""
        )
        self.assertGreater(report.finished["dropped_bytes"], 1_000_000)
        self.assertLessEqual(len(report.output("stdout")), 64 * 1024)

    def test_that_meet_a_client_who_has_left_with_an_exception(self):
        self.check(
            """
import socket, threading
def serve(conn):
    while True:
        data = conn.recv(4096)
        data[0]
        conn.sendall(b"+PONG\\r\\n")
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1]).start()
"""
        )

    def test_that_change_what_is_theirs_to_change(self):
        self.check(
            f"""
import os, signal, socket, sys, threading, time
sys.stdout.close()
sys.excepthook = threading.excepthook = None
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
socket.socket.sendall = lambda self, data: socket.socket.send(self, data)
sys.setrecursionlimit(200)
os.closerange(0, 3)
{SERVE}
server = socket.create_server(("localhost", 6379))
while True:
    serve(server.accept()[0])
"""
        )

    def test_restarts_on_the_same_port_need_no_reuse_of_the_address(self):
        restarts = step(
            "restarts",
            """
            from codealong import simple, test

            @test("comes back each time")
            def _(server):
                for _ in range(20):
                    kept = server.connect()
                    kept.send("PING")
                    kept.expect(simple("PONG"))
                    kept.expect_closed()
                    server.restart()
            """,
        )
        program = """
            import socket
            server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            server.bind(('localhost', 6379))
            server.listen()
            while True:
                conn, _ = server.accept()
                conn.recv(100)
                conn.sendall(b"+PONG\\r\\n")
                conn.close()
            """
        report = judge(program, restarts)
        self.assertEqual(report.kinds, ["passed"], report.results)
        self.assertEqual(report.finished["launches"], 21)


class ProgramsThatWouldReallyEnd(unittest.TestCase):
    def test_daemon_threads_end_with_the_main_module(self):
        report = judge(
            f"""
import socket, threading
{SERVE}
server = socket.create_server(("localhost", 6379))
def main():
    while True:
        serve(server.accept()[0])
threading.Thread(target=main, daemon=True).start()
""",
            *STEPS,
        )
        # Until the main thread has come to its end, a thread may answer; it always has by the last.
        self.assertEqual(report.kinds[:2], ["passed"] * 2)
        self.assertLessEqual(set(report.kinds[2:5]), {"passed", "ended"})
        self.assertEqual(report.kinds[5], "ended")

    def test_a_socket_of_a_function_is_closed_at_its_end(self):
        report = judge(
            """
import socket
def main():
    server = socket.create_server(("localhost", 6379))
main()
""",
            STEPS[0],
        )
        # For a moment it does listen, and the first test's client may come just then.
        self.assertEqual(report.outcome("listen.2")["kind"], "exited")
        self.assertEqual(report["listen.2"]["span"]["line"], 4)

    def test_a_program_that_serves_one_client_and_ends(self):
        for end, kind in (("", "ended"), ("raise SystemExit", "stopped")):
            report = judge(
                f"import socket\n{SERVE}\nserver = socket.create_server(('localhost', 6379))\nserve(server.accept()[0])\n{end}\n",
                STEPS[1],
            )
            self.assertEqual(report.kinds, ["passed", "passed", kind, "passed"])


class Repeating(unittest.TestCase):
    def test_a_test_that_fails_on_a_used_program_is_judged_on_a_fresh_one(self):
        program = """
import socket
server = socket.create_server(("localhost", 6379))
clients = 0
while True:
    conn, _ = server.accept()
    clients += 1
    while conn.recv(4096):
        conn.sendall(b"+PONG\\r\\n" if clients < 3 else b"-ERR tired\\r\\n")
"""
        report = judge(program, STEPS[1])
        self.assertEqual(report.kinds, ["passed"] * 4)
        self.assertGreater(report.finished["launches"], 1)
        self.assertNotIn("tired", str(report.results))

    def test_values_are_the_same_for_the_same_seed_and_test(self):
        source = """
            from codealong import bulk, test

            @test("a")
            def _(server):
                client = server.connect()
                client.send(server.random.word(), server.random.bytes(8), server.random.text(20))
                client.expect(bulk("x"))

            @test("b")
            def _(server):
                client = server.connect()
                client.send(server.random.word())
                client.expect(bulk("x"))
            """
        program = "import socket\nserver = socket.create_server(('localhost', 6379))\nserver.accept()[0].close()\n"

        def sent(seed):
            report = judge(program, step("random", source), seed=seed)
            exchanges = [exchange for n in (1, 2) for exchange in report[f"random.{n}"]["exchanges"]]
            sent = [exchange["decoded"] for exchange in exchanges if exchange["action"] == "sent"]
            return [request["commands"]["commands"][0]["words"] for request in sent]

        first = sent(7)
        self.assertEqual(first, sent(7))
        self.assertNotEqual(first, sent(8))
        self.assertNotEqual(first[0][0], first[1][0])


if __name__ == "__main__":
    unittest.main()

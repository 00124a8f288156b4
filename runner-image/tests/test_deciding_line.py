"""The line that decided on a wrong reply is named, not the one line that sends all of them."""

import textwrap
import unittest

from judging import Judge, free_port, job, judge, step

TESTS = step(
    "some",
    """
    from codealong import bulk, error, nil, simple, test

    @test("answers PING")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))

    @test("answers SET")
    def _(server):
        client = server.connect()
        client.send("SET", "a", "1")
        client.expect(simple("OK"))

    @test("answers ECHO and SET")
    def _(server):
        client = server.connect()
        client.send("ECHO", "hey")
        client.expect(bulk("hey"))
        client.send("SET", "a", "1")
        client.expect(simple("OK"))

    @test("answers SET twice")
    def _(server):
        client = server.connect()
        for name in ("b", "c"):
            client.send("SET", name, "1")
            client.expect(simple("OK"))
    """,
)

HEAD = """
import asyncio, io, os, socket, socketserver, threading

def words_of(stream):
    header = stream.readline()
    if not header:
        return []
    words = []
    for _ in range(int(header[1:])):
        words.append(stream.read(int(stream.readline()[1:])))
        stream.read(2)
    return words
"""

SERVE = """
server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    serve(client)
"""


def program(*parts):
    return "".join(textwrap.dedent(part) for part in (HEAD, *parts))


def judge_to_the_lines(source):
    """The frames of a run, with the one that follows the summary where it announces one."""
    with Judge() as process:
        process.send(job(source, [TESTS], free_port()))
        frames = process.frames()
        return [*frames, process.read()] if frames[-1]["lines_follow"] else frames


class TheLineThatDecided(unittest.TestCase):
    def check(self, source, test="some.2", is_found_later=True, marker="# here", sent="# sent"):
        """The marked line is named, by the test's result or by the frame after the verdict."""
        line_of = {mark: 1 + source[: source.index(mark)].count("\n") for mark in (marker, sent) if mark}
        for _ in range(10):
            frames = judge_to_the_lines(source)
            # On a busy machine time may run out, which is no fault.
            if not is_found_later or frames[-1].get("complete"):
                break
        lines = frames.pop() if frames[-1]["frame"] == "lines" else {"lines": []}
        self.assertEqual(frames[-1]["lines_follow"], is_found_later)
        found = {entry["id"]: entry["line"] for entry in lines["lines"]}
        results = {frame["id"]: frame for frame in frames if frame["frame"] == "test-finished"}
        failed = results[test]
        self.assertNotEqual(failed["outcome"]["kind"], "passed")
        at_first = (failed["span"] or {}).get("line")
        self.assertEqual(found.get(test, at_first), line_of[marker], source)
        received = [e for e in failed["exchanges"] if e["action"] == "received"][-1]
        if sent:
            self.assertEqual(received["line"], line_of[sent])
        if is_found_later and sent:
            self.assertEqual(at_first, line_of[sent])
        return received

    BRANCHES = """
        def answer(words):
            if words[0] == b"PING":
                return b"+PONG\\r\\n"
            if words[0] == b"SET":
                return b"+Ok\\r\\n"  # here
            return b"$3\\r\\nhey\\r\\n"
    """

    def test_is_the_call_of_a_function_that_sends(self):
        received = self.check(
            program(
                """
                def reply(client, text):
                    client.sendall(text)  # sent

                def serve(client):
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        if words[0] == b"PING":
                            reply(client, b"+PONG\\r\\n")
                        elif words[0] == b"SET":
                            reply(client, b"+Ok\\r\\n")  # here
                """,
                SERVE,
            ),
            is_found_later=False,
        )
        self.assertEqual([caller["function"] for caller in received["callers"]], ["serve", "<module>"])

    def test_is_the_branch_where_one_line_sends_all(self):
        serve = """
            def serve(client):
                stream = client.makefile("rb")
                while words := words_of(stream):
                    client.sendall(answer(words))  # sent
        """
        self.check(program(self.BRANCHES, serve, SERVE))
        in_threads = SERVE.replace("serve(client)", "threading.Thread(target=serve, args=(client,)).start()")
        self.check(program(self.BRANCHES, serve, in_threads))

    def test_is_that_of_a_handler_in_a_table(self):
        self.check(
            program(
                """
                def ping(words): return b"+PONG\\r\\n"
                def echo(words): return b"$3\\r\\nhey\\r\\n"
                def put(words):
                    return b":1\\r\\n"  # here
                HANDLERS = {b"PING": ping, b"SET": put, b"ECHO": echo}

                def serve(client):
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        client.sendall(HANDLERS[words[0]](words))  # sent
                """,
                SERVE,
            )
        )

    def test_is_found_in_asyncio(self):
        self.check(
            program(
                self.BRANCHES,
                """
                async def words_from(reader):
                    words = []
                    header = await reader.readline()
                    for _ in range(int(header[1:] or 0)):
                        size = int((await reader.readline())[1:])
                        words.append((await reader.readexactly(size + 2))[:-2])
                    return words

                async def serve(reader, writer):
                    while words := await words_from(reader):
                        writer.write(answer(words))  # sent
                        await writer.drain()

                async def main():
                    server = await asyncio.start_server(serve, "localhost", 6379)
                    await server.serve_forever()

                asyncio.run(main())
                """,
            )
        )

    def test_is_found_in_socketserver_and_where_a_file_sends(self):
        self.check(
            program(
                self.BRANCHES,
                """
                class Handler(socketserver.StreamRequestHandler):
                    wbufsize = -1
                    def handle(self):
                        while words := words_of(self.rfile):
                            self.wfile.write(answer(words))
                            self.wfile.flush()  # sent

                socketserver.TCPServer.allow_reuse_address = True
                with socketserver.ThreadingTCPServer(("localhost", 6379), Handler) as server:
                    server.serve_forever()
                """,
            )
        )

    def test_is_found_in_a_forked_process(self):
        self.check(
            program(
                self.BRANCHES,
                """
                def serve(client):
                    if os.fork():
                        client.close()
                        return
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        client.sendall(answer(words))  # sent
                    os._exit(0)
                """,
                SERVE,
            )
        )

    def test_is_the_line_that_changed_what_a_call_returned(self):
        self.check(
            program(
                """
                def simple(text):
                    return b"+%b\\r\\n" % text
                def answer(words):
                    if words[0] == b"PING":
                        return simple(b"PONG")
                    if words[0] == b"SET":
                        return b"*1\\r\\n" + bulk(b"OK")  # here
                    return bulk(words[1])
                def bulk(value):
                    return b"$%d\\r\\n%b\\r\\n" % (len(value), value)
                def serve(client):
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        client.sendall(answer(words))  # sent
                """,
                SERVE,
            )
        )

    def test_is_the_commands_own_where_right_replies_to_it_went_the_same_way(self):
        self.check(
            program(
                """
                store = {}
                def answer(words):
                    if words[0] == b"PING":
                        return b"+PONG\\r\\n"
                    if words[0] == b"SET":
                        store[words[1]] = len(store)
                        return b"+%b\\r\\n" % (b"Ok" if len(store) > 1 else b"OK")  # here
                    return b"$3\\r\\nhey\\r\\n"
                def serve(client):
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        client.sendall(answer(words))  # sent
                """,
                SERVE,
            ),
            test="some.4",
        )

    def test_is_that_of_bytes_after_a_right_reply(self):
        self.check(
            program(
                """
                def answer(words):
                    if words[0] == b"PING":
                        return b"+PONG\\r\\n"
                    if words[0] == b"SET" and words[1] == b"b":
                        return b"+OK\\r\\n\\r\\n"  # here
                    if words[0] == b"SET":
                        return b"+OK\\r\\n"
                    return b"$3\\r\\nhey\\r\\n"
                def serve(client):
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        client.sendall(answer(words))  # sent
                """,
                SERVE,
            ),
            test="some.4",
        )

    def test_is_that_which_chose_the_value_and_not_the_one_that_formed_it(self):
        formed = """
            def simple(text):
                return b"+" + text + END  # formed
            def answer(words):
                if words[0] == b"PING":
                    return b"+PONG\\r\\n"
                if words[0] == b"SET":
                    return simple(WORD)  # chosen
                return b"$3\\r\\nhey\\r\\n"
            def serve(client):
                stream = client.makefile("rb")
                while words := words_of(stream):
                    client.sendall(answer(words))  # sent
        """
        right, wrong = 'b"OK"', 'b"Ok"'
        source = program(formed.replace("END", 'b"\\r\\n"').replace("WORD", wrong), SERVE)
        self.check(source, marker="# chosen")
        source = program(formed.replace("END", 'b"\\n\\r"').replace("WORD", right), SERVE)
        self.check(source, marker="# formed")

    def test_is_the_sends_where_nothing_tells_replies_apart(self):
        self.check(
            program(
                """
                REPLIES = {b"PING": b"+PONG\\r\\n", b"SET": b"+Ok\\r\\n", b"ECHO": b"$3\\r\\nhey\\r\\n"}
                def serve(client):
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        client.sendall(REPLIES[words[0]])  # sent
                """,
                SERVE,
            ),
            marker="# sent",
        )

    def test_is_not_told_where_the_test_ends_otherwise_the_second_time(self):
        self.check(
            program(
                """
                def answer(words):
                    if words[0] == b"PING":
                        return b"+PONG\\r\\n"
                    if words[0] == b"SET":
                        return b"+" + os.urandom(20).hex().encode() + b"\\r\\n"
                    return b"$3\\r\\nhey\\r\\n"
                def serve(client):
                    stream = client.makefile("rb")
                    while words := words_of(stream):
                        client.sendall(answer(words))  # sent
                """,
                SERVE,
            ),
            marker="# sent",
        )

    def test_of_a_program_that_fails_at_once_is_not_looked_for(self):
        report = judge(program(self.BRANCHES.replace("PONG", "Pong"), SERVE.replace("serve", "print")), TESTS)
        self.assertFalse(report.finished["lines_follow"])

    def test_a_passing_run_traces_nothing(self):
        serve = """
            def serve(client):
                stream = client.makefile("rb")
                while words := words_of(stream):
                    client.sendall(answer(words))
        """
        right = program(self.BRANCHES.replace("+Ok", "+OK"), serve, SERVE)
        report = judge(right, TESTS)
        self.assertEqual(set(report.kinds), {"passed"}, report.results)
        self.assertFalse(report.finished["lines_follow"])
        for result in report.results.values():
            self.assertFalse(any("callers" in exchange for exchange in result["exchanges"]))


if __name__ == "__main__":
    unittest.main()

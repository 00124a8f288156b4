"""A test starts the program with arguments and files, has it end, and starts it again."""

import unittest

from judging import judge, step

#: Answers with its arguments, what stands in `stored` and the number of its start; takes SIGTERM as AT_END says.
PROGRAM = r"""
import os, signal, socket, sys, threading
AT_END
def stored():
    try:
        with open("stored", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b"nothing"
def serve(conn):
    while data := conn.recv(1 << 16):
        if b"PING" in data:
            conn.sendall(b"+PONG\r\n")
        elif b"STORE" in data:
            with open("stored", "wb") as file:
                file.write(b"kept")
            conn.sendall(b"+OK\r\n")
        else:
            text = " ".join(sys.argv[1:]).encode() + b"|" + stored()
            conn.sendall(b"$%d\r\n%b\r\n" % (len(text), text))
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
"""

ASK = r"""
from codealong import bulk, simple, test

def ask(client, said):
    client.send("SAY")
    client.expect(bulk(said))

def store(client):
    client.send("STORE")
    client.expect(simple("OK"))
"""


def program(at_end=""):
    return PROGRAM.replace("AT_END", at_end)


def saying(body, decorator='"one"'):
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return step("one", f"{ASK}\n@test({decorator})\ndef _(server):\n{lines}\n")


class Starts(unittest.TestCase):
    def passes(self, *steps, at_end=""):
        report = judge(program(at_end), *steps)
        self.assertEqual(set(report.kinds), {"passed"}, report.results)
        return report

    def broken(self, body, decorator='"one"'):
        outcome = judge(program(), saying(body, decorator)).outcome("one.1")
        self.assertEqual(outcome["kind"], "test-broken", body)
        return outcome["detail"]

    def test_a_program_gets_the_arguments_of_its_test(self):
        report = self.passes(saying('ask(server.connect(), "--port 7 hé |nothing")', '"one", arguments=["--port", "7", "hé", ""]'))
        began, *_ = report["one.1"]["exchanges"]
        self.assertEqual((began["client"], began["action"], began["arguments"]), (0, "started", ["--port", "7", "hé", ""]))

    def test_tests_with_the_same_arguments_share_a_start_and_no_others_do(self):
        names = [('"a"', ""), ('"b", arguments=["x"]', "x"), ('"c", arguments=["x"]', "x"), ('"d"', "")]
        tests = "".join(f'@test({name})\ndef _(server):\n    ask(server.connect(), "{said}|nothing")\n' for name, said in names)
        later = step("later", 'from codealong import test\n@test("later")\ndef _(server):\n    server.connect()\n')
        one = step("one", ASK + tests)
        for fresh in one["tests"]:
            fresh["fresh"] = False
        report = self.passes(one, later)
        # The first one is the run's own start, which the first test has; `later` goes on with the last.
        self.assertEqual(report.finished["launches"], 3)

    def test_a_restart_keeps_files_and_arguments_or_has_other_arguments(self):
        body = """
client = server.connect()
store(client)
client.close()
server.restart()
ask(server.connect(), "x|kept")
server.restart(arguments=["y"])
ask(server.connect(), "y|kept")
server.stop()
server.start()
ask(server.connect(), "y|kept")
"""
        report = self.passes(saying(body, '"one", arguments=["x"]'))
        acted = [(one["action"], one.get("arguments")) for one in report["one.1"]["exchanges"] if not one["client"]]
        self.assertEqual(
            acted, [("started", ["x"]), ("restarted", ["x"]), ("restarted", ["y"]), ("stopped", None), ("started", ["y"])]
        )

    def test_a_test_without_a_program_starts_it_with_files(self):
        body = r"""
server.start(arguments=["a"], files={"stored": b"\xff\x00\r\n"})
ask(server.ready(), b"a|\xff\x00\r\n")
server.stop()
server.start()
ask(server.ready(), b"a|\xff\x00\r\n")
"""
        after = '@test("two")\ndef _(server):\n    ask(server.connect(), "|nothing")\n'
        one = saying(body, '"one", start=False')
        two = step("two", ASK + after)
        report = self.passes(one, two)
        self.assertEqual(report["one.1"]["exchanges"][0]["action"], "started")

    def test_what_a_test_has_stored_is_not_there_for_the_next(self):
        one = saying('server.start(files={"stored": b"left"})\nask(server.ready(), "|left")', '"one", start=False')
        two = step("two", ASK + '@test("two")\ndef _(server):\n    ask(server.connect(), "|left")\n')
        report = judge(program(), one, two)
        self.assertEqual(report.kinds, ["passed", "wrong-value"], report.results)

    def test_what_makes_no_sense_is_the_courses_fault(self):
        without = '"one", start=False'
        for body, decorator, said in (
            ("server.start()", '"one"', "runs already"),
            ("server.connect()", without, "no program runs"),
            ("server.restart()", without, "no program runs"),
            ("server.stop()\nserver.stop()", '"one"', "no program runs"),
            ("server.terminate()", without, "no program runs"),
            ("server.redis_cli('PING')", without, "no program runs"),
            ("server.start(files={'main.py': b''})", without, "main.py"),
            ("server.start(files={'../x': b''})", without, "../x"),
            ("server.start(files=b'')", without, "by their names"),
            ("server.start(files={'x': b'0' * 3000000})", without, "at most"),
            ("server.stop()\nserver.start(files={'x': b''})", '"one"', "first start"),
            ("server.start(arguments='x')", without, "list of text"),
            (r"server.start(arguments=['\0'])", without, "zero byte"),
            ("server.start(arguments=['x' * 5000])", without, "at most"),
            ("client = server.connect()\nserver.stop()\nask(client, '')", '"one"', "has ended the program itself"),
            ("client = server.connect()\nserver.restart()\nask(client, '')", '"one"', "from before a start"),
            ("server.pause(20000)", '"one"', "5000 ms"),
            ("server.later(20000)", '"one"', "5000 ms"),
        ):
            self.assertIn(said, self.broken(body, decorator), body)

    def test_a_program_that_has_ended_by_itself_is_told_so_when_it_is_stopped(self):
        ends = "threading.Timer(0.05, os._exit, (3,)).start()"
        for end in ("stop", "terminate"):
            body = f"server.connect()\nserver.pause(150)\nserver.{end}()"
            outcome = judge(program(ends), saying(body)).outcome("one.1")
            self.assertEqual((outcome["kind"], outcome["code"]), ("stopped", 3), outcome)


class Ready(unittest.TestCase):
    LOADING = r"""
import socket, threading, time
READY = time.monotonic() + SECONDS
def serve(conn):
    while conn.recv(1 << 16):
        loads = time.monotonic() < READY
        conn.sendall(b"-LOADING Redis is loading the dataset in memory\r\n" if loads else b"REPLY")
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
"""

    def judged(self, seconds, reply=r"+PONG\r\n"):
        program = self.LOADING.replace("SECONDS", str(seconds)).replace("REPLY", reply)
        return judge(program, saying("client = server.ready()\nclient.send('PING')\nclient.expect(simple('PONG'))"))

    def test_a_program_that_loads_is_waited_for(self):
        self.assertEqual(self.judged(0.1).kinds, ["passed"])
        self.assertEqual(self.judged(0).kinds, ["passed"])

    def test_one_that_loads_for_too_long_or_answers_otherwise_is_told_so(self):
        outcome = self.judged(60).outcome("one.1")
        self.assertEqual((outcome["kind"], outcome["received_type"]), ("wrong-type", "error"))
        outcome = self.judged(0, r"-ERR no\r\n").outcome("one.1")
        self.assertEqual((outcome["kind"], outcome["received_type"]), ("wrong-type", "error"))


class Termination(unittest.TestCase):
    def ends(self, at_end, body="server.terminate(within_ms=300)"):
        return judge(program(at_end), saying(f"store(server.connect())\n{body}"))

    def test_a_program_that_ends_when_asked_may_be_started_again(self):
        handlers = (
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))",
            "signal.signal(signal.SIGTERM, lambda *_: os._exit(0))",
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit())",
        )
        for handler in handlers:
            report = self.ends(handler, 'server.terminate()\nserver.start()\nask(server.connect(), "|kept")')
            self.assertEqual(report.kinds, ["passed"], report.results)
            actions = [one["action"] for one in report["one.1"]["exchanges"] if not one["client"]]
            self.assertEqual(actions, ["terminated", "started"])

    def test_a_main_module_that_comes_to_its_end_has_ended(self):
        body = """
    import socket, signal
    class Asked(BaseException): pass
    def ask(*_): raise Asked
    signal.signal(signal.SIGTERM, ask)
    server = socket.create_server(("localhost", 6379))
    try:
        while True:
            conn, _ = server.accept()
            conn.recv(100)
            conn.sendall(b"+OK\\r\\n")
    except Asked:
        pass
    """
        report = judge(body, saying("store(server.connect())\nserver.terminate()"))
        self.assertEqual(report.kinds, ["passed"], report.results)

    def test_a_handler_may_end_a_program_whose_threads_run_on(self):
        body = """
    import signal, socket, sys, threading
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = socket.create_server(("localhost", 6379))
    def serve():
        while True:
            conn, _ = server.accept()
            conn.recv(100)
            conn.sendall(b"+OK\\r\\n")
    threading.Thread(target=serve).start()
    """
        report = judge(body, saying("store(server.connect())\nserver.terminate()"))
        self.assertEqual(report.kinds, ["passed"], report.results)
        self.assertEqual(report.output(), "")

    def test_what_python_does_at_its_end_is_done(self):
        body = """
    import atexit, os, signal, socket
    class Asked(BaseException): pass
    def ask(*_): raise Asked
    def save():
        with open("stored", "w") as file:
            file.write("saved")
    signal.signal(signal.SIGTERM, ask)
    atexit.register(save)
    server = socket.create_server(("localhost", 6379))
    try:
        while True:
            conn, _ = server.accept()
            while conn.recv(100):
                conn.sendall(b"+saved\\r\\n" if os.path.exists("stored") else b"+new\\r\\n")
    except Asked:
        pass
    """
        asks = """
for said in ("new", "saved"):
    client = server.connect()
    client.send("SAY")
    client.expect(simple(said))
    client.close()
    if said == "new":
        server.terminate()
        server.start()
"""
        report = judge(body, saying(asks))
        self.assertEqual(report.kinds, ["passed"], report.results)

    def test_one_that_has_come_to_its_end_before_is_told_so(self):
        body = """
    import socket
    server = socket.create_server(("localhost", 6379))
    conn, _ = server.accept()
    conn.recv(100)
    conn.sendall(b"+OK\\r\\n")
    """
        outcome = judge(body, saying("store(server.connect())\nserver.terminate()")).outcome("one.1")
        self.assertEqual((outcome["kind"], outcome["line"]), ("ended", 6), outcome)

    def test_one_that_only_says_that_it_has_ended_has_not(self):
        # What a program writes into the shared memory is no verdict.
        forges = """
    import signal, socket, struct, sys
    memory = sys.excepthook.__self__._writer._memory
    def forge(*_):
        memory[4:8] = struct.pack("<I", 2)
    signal.signal(signal.SIGTERM, forge)
    server = socket.create_server(("localhost", 6379))
    while True:
        conn, _ = server.accept()
        conn.recv(100)
        conn.sendall(b"+OK\\r\\n")
    """
        outcome = judge(forges, saying("store(server.connect())\nserver.terminate(within_ms=300)")).outcome("one.1")
        self.assertEqual((outcome["kind"], outcome["code"]), ("not-ended", None), outcome)
        self.assertGreaterEqual(outcome["waited_ms"], 300)

    def test_one_that_runs_on_is_told_where(self):
        report = self.ends("signal.signal(signal.SIGTERM, lambda *_: None)")
        outcome = report.outcome("one.1")
        self.assertEqual((outcome["kind"], outcome["code"], outcome["is_busy"]), ("not-ended", None, False))
        self.assertGreaterEqual(outcome["waited_ms"], 300)
        # Where it waits for what the client says next.
        self.assertEqual((outcome["line"], report["one.1"]["span"]["line"]), (11, 11))

    def test_one_that_the_signal_kills_or_that_ends_otherwise_is_told_so(self):
        for at_end, code in (
            ("", -15),
            ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))", 3),
        ):
            outcome = self.ends(at_end).outcome("one.1")
            self.assertEqual((outcome["kind"], outcome["code"]), ("not-ended", code), outcome)

    def test_an_exception_in_the_handler_is_the_cause(self):
        outcome = self.ends("signal.signal(signal.SIGTERM, lambda *_: 1 / 0)").outcome("one.1")
        self.assertEqual((outcome["kind"], outcome["crash"]["exception"]), ("crashed", "ZeroDivisionError"))


if __name__ == "__main__":
    unittest.main()

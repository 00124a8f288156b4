"""Real clients of Redis, run by a test: what they print is compared, and their bytes are in the trace."""

import os
import socket
import tempfile
import unittest
from unittest import mock

import redis_packages
from judging import Judge, Report, free_port, job, judge, step
from codealong_judge import relay, tcp_table

#: Answers a few commands; FAULT is what goes wrong.
SERVER = """
import os, socket, threading, time
store = {}
def answer(name, *arguments):
    FAULT
    if name == b"SET":
        store[arguments[0]] = arguments[1]
        return b"+OK\\r\\n"
    if name == b"GET" and arguments[0] in store:
        return b"$%d\\r\\n%b\\r\\n" % (len(store[arguments[0]]), store[arguments[0]])
    if name == b"GET":
        return b"$-1\\r\\n"
    return b"-ERR unknown command\\r\\n"
def serve(conn):
    stream = conn.makefile("rb")
    while head := stream.readline():
        words = []
        for _ in range(int(head[1:])):
            words.append(stream.read(int(stream.readline()[1:])))
            stream.readline()
        conn.sendall(answer(*words))
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
"""

CLI = """
    from codealong import test

    @test("cli")
    def _(server):
        server.redis_cli("SET", "k", "a b").expect("OK\\n")
        server.redis_cli("GET", "k").expect("a b\\n")
    """

LIST = """
    from codealong import test

    @test("list")
    def _(server):
        server.redis_cli(stdin="SET k 41\\nGET k\\n").expect("OK\\n41\\n")
    """


def py(script, expected, **options):
    arguments = "".join(f", {name}={value!r}" for name, value in options.items())
    return f"""
    from codealong import test

    @test("py")
    def _(server):
        server.redis_py({script!r}{arguments}).expect({expected!r})
    """


GET_AND_SET = "import redis\nclient = redis.Redis(port=PORT)\nprint(client.set('k', 'v'), client.get('k'))"


def run(source, fault="pass", program=SERVER):
    return judge(program.replace("FAULT", fault), step("real", source))["real.1"]


def setUpModule():
    redis_packages.ensure()


class RedisCli(unittest.TestCase):
    def test_prints_what_the_program_answers(self):
        for source in (CLI, LIST):
            self.assertEqual(run(source)["outcome"], {"kind": "passed"})

    def test_has_lanes_of_its_name_with_all_that_passed(self):
        exchanges = run(CLI)["exchanges"]
        actions = [(one["client"], one["action"], one.get("name")) for one in exchanges]
        expected = [
            (client, action, name)
            for client in (1, 2)
            for action, name in (("connected", "redis-cli"), ("sent", None), ("received", None), ("closed-by-client", None))
        ]
        self.assertEqual(actions, expected)
        self.assertEqual(exchanges[1]["bytes"], "*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\nk\\r\\n$3\\r\\na b\\r\\n")
        self.assertEqual(exchanges[2]["line"], 21)

    def test_that_prints_something_else_fails_with_both(self):
        outcome = run(CLI, "if name == b'GET': return b'$3\\r\\na c\\r\\n'")["outcome"]
        self.assertEqual(outcome["kind"], "wrong-output")
        self.assertEqual((outcome["tool"], outcome["command"]), ("redis-cli", "redis-cli GET k"))
        output = outcome["output"]
        self.assertEqual((output["expected"], output["received"], output["offset"]), ("a b\\n", "a c\\n", 2))
        self.assertEqual(outcome["code"], 0)

    def test_that_waits_for_a_reply_fails_the_test_as_silent(self):
        outcome = run(LIST, "if name == b'COMMAND': return b''")["outcome"]
        self.assertEqual(outcome["kind"], "silent")
        words = outcome["request"]["commands"]["commands"][0]["words"]
        self.assertEqual([word["bytes"] for word in words], ["COMMAND", "DOCS"])

    def test_that_is_hung_up_on_tells_the_cause(self):
        self.assertEqual(run(CLI, "if name == b'GET': 1 / 0")["outcome"]["kind"], "crashed")
        self.assertEqual(run(CLI, "os._exit(3)")["outcome"]["kind"], "stopped")
        hung_up = run(CLI, "if name == b'GET': raise SystemExit")["outcome"]
        self.assertEqual(hung_up["kind"], "wrong-output")
        self.assertIn("Server closed the connection", hung_up["output"]["received"])

    def test_is_not_started_where_nobody_listens(self):
        refused = run(CLI, program="import time\ntime.sleep(60)\n")
        self.assertEqual(refused["outcome"]["kind"], "refused")

    def test_takes_any_reply_without_harm(self):
        for reply in (
            b"*268435456\\r\\n",
            b"$536870912\\r\\n",
            b"*1\\r\\n" * 200,
            b"%1\\r\\n",
            b"\\xff\\x00",
            b"+" + b"x" * 300_000 + b"\\r\\n",
        ):
            result = run(CLI, f"return {reply!r}".replace("\\\\", "\\"))
            self.assertIn(result["outcome"]["kind"], ("wrong-output", "silent"), reply[:20])

    def test_takes_bytes_without_end_and_comes_to_an_end(self):
        for endless in ("b'$1\\r\\nx\\r\\n'", "b'*1\\r\\n'", "b'x'"):
            fault = f"while True: conn.sendall({endless} * 10_000)"
            program = SERVER.replace("conn.sendall(answer(*words))", fault)
            self.assertNotEqual(run(CLI, program=program)["outcome"]["kind"], "passed")


class RedisPy(unittest.TestCase):
    def test_runs_in_either_version(self):
        for version, started in ((5, "5."), (8, "8.")):
            script = "import redis\nprint(redis.__version__[:2])\nclient = redis.Redis(port=PORT, protocol=2)\nprint(client.get('k'))"
            self.assertEqual(run(py(script, f"{started}\nNone\n", version=version))["outcome"], {"kind": "passed"})

    def test_ends_with_its_exception_at_once(self):
        outcome = run(py(GET_AND_SET, "True b'v'\n"))["outcome"]
        self.assertEqual(outcome["kind"], "wrong-output")
        self.assertTrue(outcome["tool"].startswith("redis-py 8."), outcome["tool"])
        self.assertEqual(outcome["command"], GET_AND_SET)
        self.assertEqual(outcome["output"]["received"], "redis.exceptions.ResponseError: unknown command\\n")
        self.assertEqual(outcome["code"], 1)

    def test_does_not_try_again_for_half_a_minute(self):
        fault = "if name == b'GET': raise SystemExit"
        result = run(py(GET_AND_SET.replace("port=PORT", "port=PORT, protocol=2"), "True b'v'\n"), fault)
        self.assertEqual(result["outcome"]["kind"], "wrong-output")
        self.assertIn("redis.exceptions.ConnectionError", result["outcome"]["output"]["received"])
        self.assertLess(result["duration_us"], 4_000_000)

    def test_that_waits_for_nothing_is_stopped(self):
        script = "import redis, time\nclient = redis.Redis(port=PORT, protocol=2)\nprint(client.get('k'))\ntime.sleep(60)"
        outcome = run(py(script, "None\n"))["outcome"]
        self.assertEqual((outcome["kind"], outcome["code"]), ("wrong-output", None))
        self.assertEqual(outcome["output"]["received"], "None\\n")


class Faults(unittest.TestCase):
    def test_of_a_test_are_the_courses(self):
        for source in (
            py("print('nothing')", "nothing\n"),
            py("import redis", "", version=4),
            CLI.replace('"GET", "k"', 'stdin="x" * 100_000'),
        ):
            self.assertEqual(run(source)["outcome"]["kind"], "test-broken", source)

    def test_of_a_real_client_are_ours(self):
        script = "import os, redis\nclient = redis.Redis(port=PORT, protocol=2)\nclient.get('k')\nos.kill(os.getpid(), 11)"
        report = judge(SERVER.replace("FAULT", "pass"), step("real", py(script, "")))
        self.assertIsNone(report.finished)
        self.assertEqual(report.results, {})

    def test_of_a_missing_program_are_ours(self):
        with tempfile.TemporaryDirectory() as empty:
            before = os.environ["CODEALONG_REDIS_PY"]
            os.environ["CODEALONG_REDIS_PY"] = empty
            try:
                report = judge(SERVER.replace("FAULT", "pass"), step("real", py(GET_AND_SET, "")))
            finally:
                os.environ["CODEALONG_REDIS_PY"] = before
        self.assertEqual(report.results, {})


class TheRelay(unittest.TestCase):
    def test_hears_its_own_user_and_nobody_else(self):
        program = mock.Mock(**{"pass_on.return_value": True, "was_left_early.return_value": False})
        with mock.patch.object(relay.Relay, "_connect", return_value=program):
            of_a_test = relay.Relay(mock.Mock(own_ports=set()), "redis-cli")
        self.addCleanup(of_a_test.close)
        for user, is_heard in ((os.getuid() + 1, False), (None, False), (os.getuid(), True)):
            with socket.create_connection(("127.0.0.1", of_a_test.port), timeout=5) as client:
                port = client.getsockname()[1]
                self.assertEqual(tcp_table.user_of(("127.0.0.1", port), of_a_test.port), os.getuid())
                with mock.patch.object(tcp_table, "user_of", return_value=user):
                    self.assertEqual(of_a_test.pass_on(), is_heard)
                if not is_heard:
                    self.assertEqual(client.recv(1), b"")
            self.assertEqual(program.begin.called, is_heard)
        self.assertEqual(of_a_test.strangers, 2)
        # Another address may have the same port.
        self.assertIsNone(tcp_table.user_of(("127.0.0.2", port), of_a_test.port))
        self.assertEqual(len(of_a_test.clients), 1)

    def test_connects_again_where_the_program_has_hung_up_before_the_real_client_came(self):
        left = mock.Mock(**{"was_left_early.return_value": True})
        fresh = mock.Mock(**{"pass_on.return_value": True})
        with mock.patch.object(relay.Relay, "_connect", side_effect=[left, fresh]):
            of_a_test = relay.Relay(mock.Mock(own_ports=set()), "redis-cli")
            self.addCleanup(of_a_test.close)
            with socket.create_connection(("127.0.0.1", of_a_test.port), timeout=5):
                self.assertTrue(of_a_test.pass_on())
        left.hang_up.assert_called_once_with()
        self.assertFalse(left.begin.called)
        self.assertTrue(fresh.begin.called)

    def test_leaves_no_process_and_no_port(self):
        port = free_port()
        with Judge() as process:
            process.send(job(SERVER.replace("FAULT", "pass"), [step("real", CLI), step("more", LIST)], port))
            report = Report(process.frames())
            self.assertEqual(report.kinds, ["passed", "passed"])
            # The next launcher may join: the judge itself looks that nothing is left.
            self.assertEqual(process.join()["frame"], "joined")

    def test_takes_a_test_that_is_judged_once_from_its_own_steps_runs_alone(self):
        source = 'from codealong import test\n@test("a")\ndef _(server):\n    pass\n@test("b", once=True)\ndef _(server):\n    1 / 0\n'
        later = step("later", source)
        later["tests"] = later["tests"][:1]
        self.assertEqual(judge(SERVER.replace("FAULT", "pass"), later).kinds, ["passed"])
        lacking = step("lacking", source.replace(", once=True", ""))
        lacking["tests"] = lacking["tests"][:1]
        self.assertEqual(judge(SERVER.replace("FAULT", "pass"), lacking).kinds, ["test-broken"])


if __name__ == "__main__":
    unittest.main()

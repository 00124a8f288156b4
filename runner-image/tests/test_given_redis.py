"""A real redis-server is given what the program has stored, and is asked about it."""

import os
import unittest

from judging import judge, step
from codealong_judge import redis_programs

PROGRAM = r"""
import socket
server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    while data := conn.recv(1 << 16):
        conn.sendall(b"+OK\r\n")
"""

BEGIN = r"""
from codealong import bulk, command, error, integer, nil, simple, test
import socket

def log(*commands):
    return b"".join(command(*words) for words in commands)
"""


def testing(body):
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return step("one", f'{BEGIN}\n@test("one")\ndef _(server):\n    server.connect()\n{lines}\n')


class GivenFiles(unittest.TestCase):
    def report(self, body):
        return judge(PROGRAM, testing(body))

    def fault(self, body):
        outcome = self.report(body).outcome("one.1")
        self.assertEqual(outcome["kind"], "disagrees", outcome)
        return outcome["fault"]

    def test_a_log_is_read_and_answers_are_as_expected(self):
        body = """
data = log(("SET", "k", "a value"), ("MULTI",), ("INCR", "n"), ("INCR", "n"), ("EXEC",))
with server.real_redis(files={"appendonly.aof": data}, appendonly="yes") as redis:
    redis.expect("GET", "k", bulk("a value"))
    redis.expect("GET", "n", bulk("2"))
    redis.until("GET", "other", nil)
    assert redis.ask("KEYS", "k") == (b"k",)
    assert redis.port is None
"""
        report = self.report(body)
        self.assertEqual(report.kinds, ["passed"], report.results)
        asked = [exchange for exchange in report["one.1"]["exchanges"] if exchange["action"].startswith("redis")]
        self.assertEqual(asked[0]["action"], "redis-started")
        self.assertEqual(asked[0]["files"], ["appendonly.aof"])
        self.assertEqual(asked[1]["reply"], {"bulk-string": {"bytes": "a value", "cut_bytes": 0}})

    def test_a_file_that_it_has_saved_is_read_by_another(self):
        body = """
with server.real_redis() as redis:
    redis.ask("SET", "k", "v")
    redis.expect("SAVE", simple("OK"))
    data = redis.read("dump.rdb")
with server.real_redis(files={"dump.rdb": data}) as redis:
    redis.expect("GET", "k", bulk("v"))
"""
        report = self.report(body)
        self.assertEqual(report.kinds, ["passed"], report.results)

    def test_another_answer_is_compared(self):
        fault = self.fault("""
with server.real_redis(files={"appendonly.aof": log(("SET", "k", "a value"))}, appendonly="yes") as redis:
    redis.expect("GET", "k", bulk("a word"))
""")
        self.assertEqual(fault["what"], "answered")
        self.assertEqual(fault["reply"]["received"], "$7\\r\\na value\\r\\n")
        self.assertEqual(fault["reply"]["request"]["commands"]["commands"][0]["words"][0]["bytes"], "GET")

    def test_an_answer_of_another_type_is_compared(self):
        fault = self.fault("""
with server.real_redis(files={"appendonly.aof": log(("SET", "k", "a value"))}, appendonly="yes") as redis:
    redis.until("GET", "k", nil, within_ms=20)
""")
        self.assertEqual(fault["what"], "answered")

    def test_a_file_that_it_cannot_read_is_told_in_its_own_words(self):
        said = {
            'files={"appendonly.aof": b"SET k v"}, appendonly="yes"': "Bad file format reading the append only file",
            'files={"dump.rdb": b"REDIS0009\\xfb"}': "Short read",
            'files={"dump.rdb": b"nothing at all"}': "Wrong signature",
            'files={"dump.rdb": b"REDIS0099\\xff"}': "Can't handle RDB format version",
            'files={"appendonly.aof": log(("NO", "k"))}, appendonly="yes"': "Unknown command 'NO'",
        }
        for call, words in said.items():
            with self.subTest(call):
                fault = self.fault(f"with server.real_redis({call}) as redis:\n    pass")
                self.assertEqual(fault["what"], "not-read")
                self.assertIn(words, fault["said"] or "")

    def test_a_file_that_asks_for_more_memory_than_there_is_is_not_read(self):
        # A string of 1 GiB, announced by a few bytes.
        fault = self.fault("""
data = b"REDIS0009\\x00\\x01k\\xc3\\x05\\x80\\x40\\x00\\x00\\x00hello\\xff" + bytes(8)
with server.real_redis(files={"dump.rdb": data}) as redis:
    pass
""")
        self.assertEqual(fault["what"], "not-read")

    def test_its_port_takes_replicas_alone(self):
        body = """
with server.real_redis(listens=True) as redis:
    redis.ask("SET", "k", "v")
    other = socket.create_connection(("127.0.0.1", redis.port))
    for words, said in ((("GET", "k"), b"-NOPERM"), (("CONFIG", "GET", "*"), b"-NOPERM"), (("PING",), b"+PONG"),
                        (("AUTH", "judge", "x"), b"-WRONGPASS"), (("SHUTDOWN",), b"-NOPERM"),
                        (("DEBUG", "SLEEP", "9"), b"-ERR DEBUG command not allowed"), (("PSYNC", "?", "-1"), b"+FULLRESYNC")):
        other.sendall(command(*words))
        found = other.recv(1000)
        assert found.lstrip(b"\\n").startswith(said), (words, found)
"""
        report = self.report(body)
        self.assertEqual(report.kinds, ["passed"], report.results)

    def test_nothing_of_it_stays(self):
        before = set(os.listdir("/tmp"))
        self.report("""
with server.real_redis(files={"dump.rdb": b"nothing"}) as redis:
    pass
""")
        self.report("""
with server.real_redis() as redis:
    server.pause(1e6)
""")
        stayed = [name for name in set(os.listdir("/tmp")) - before if name.startswith("real-")]
        self.assertEqual(stayed, [])

    def test_wrong_calls_are_the_courses_fault(self):
        for call in ('files=["x"]', 'files={"../x": b""}', 'no_such_setting="1"', 'files={"x": bytes(5 << 20)}'):
            with self.subTest(call):
                report = judge(PROGRAM, testing(f"with server.real_redis({call}) as redis:\n    pass"))
                self.assertEqual(report.kinds, ["test-broken"], report.results)
        for call in ("expect('GET', 'k')", "expect()", "ask()", "read('none')"):
            with self.subTest(call):
                report = judge(PROGRAM, testing(f"with server.real_redis() as redis:\n    redis.{call}"))
                self.assertEqual(report.kinds, ["test-broken"], report.results)


if __name__ == "__main__":
    redis_programs.program("redis-server")
    unittest.main()

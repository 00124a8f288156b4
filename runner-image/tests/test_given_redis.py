"""A real redis-server is given what the program has stored, and is asked about it."""

import os
import tempfile
import unittest
from unittest import mock

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

    def is_broken(self, body):
        with self.subTest(body):
            report = self.report(body)
            self.assertEqual(report.kinds, ["test-broken"], report.results)
            return report.outcome("one.1")["detail"]

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
    for words, said in ((("GET", "k"), b"-NOPERM"), (("CONFIG", "GET", "*"), b"-ERR unknown command"), (("PING",), b"+PONG"),
                        (("AUTH", "judge", "x"), b"-WRONGPASS"), (("SHUTDOWN",), b"-ERR unknown command"),
                        (("DEBUG", "SLEEP", "9"), b"-ERR unknown command"), (("PSYNC", "?", "-1"), b"+FULLRESYNC")):
        other.sendall(command(*words))
        found = other.recv(1000)
        assert found.lstrip(b"\\n").startswith(said), (words, found)
"""
        report = self.report(body)
        self.assertEqual(report.kinds, ["passed"], report.results)

    def test_nothing_of_it_stays(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, TMPDIR=folder):
            self.report("""
with server.real_redis(files={"dump.rdb": b"nothing"}) as redis:
    pass
""")
            self.report("""
with server.real_redis() as redis:
    while True:
        server.pause(5000)
""")
            self.assertEqual([name for name in os.listdir(folder) if name.startswith("real-")], [])

    def test_its_own_processes_end_with_it(self):
        body = """
import os
with server.real_redis(rdb_key_save_delay="10000000") as redis:
    redis.ask("SET", "k", "v")
    redis.ask("BGSAVE")
    found = int(dict(line.split(":") for line in redis.ask("INFO", "server").decode().split()[2:] if ":" in line)["process_id"])
server.pause(1)
left = [name for name in os.listdir("/proc") if name.isdigit() and in_group(name, found)]
assert left == [], left
"""
        helper = """
def in_group(pid, group):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[2]) == group
    except OSError:
        return False
"""
        report = judge(PROGRAM, step("one", f"{BEGIN}\n{helper}\n@test(\"one\")\ndef _(server):\n    server.connect()\n"
                       + "\n".join(f"    {line}" for line in body.strip().splitlines()) + "\n"))
        self.assertEqual(report.kinds, ["passed"], report.results)

    def test_a_log_commands_the_data_alone(self):
        commands = {
            '("CONFIG", "SET", "port", "17777")': "CONFIG",
            '("DEBUG", "SLEEP", "30")': "DEBUG",
            '("CLIENT", "PAUSE", "60000", "ALL")': "CLIENT",
            '("REPLICAOF", "127.0.0.1", "6379")': "REPLICAOF",
            '("ACL", "SETUSER", "default", "off")': "ACL",
            '("SHUTDOWN", "NOSAVE")': "SHUTDOWN",
            '("MIGRATE", "127.0.0.1", "6379", "k", "0", "9000")': "MIGRATE",
        }
        for command, name in commands.items():
            with self.subTest(name):
                fault = self.fault(f"""
data = log(("SET", "k", "v"), {command})
with server.real_redis(files={{"appendonly.aof": data}}, appendonly="yes") as redis:
    pass
""")
                self.assertEqual(fault["what"], "not-read")
                self.assertIn(f"Unknown command '{name}'", fault["said"])

    def test_a_log_that_never_ends_its_reading_is_not_read(self):
        fault = self.fault("""
data = log(("EVAL", "while true do end", "0"))
with server.real_redis(files={"appendonly.aof": data}, appendonly="yes") as redis:
    pass
""")
        self.assertEqual(fault["what"], "not-read")

    def test_a_log_that_it_breaks_down_at_is_told(self):
        fault = self.fault("""
data = b"*2\\r\\n$3\\r\\nSET\\r\\n$1\\r\\nk\\r\\n"
with server.real_redis(files={"appendonly.aof": data}, appendonly="yes") as redis:
    pass
""")
        self.assertEqual((fault["what"], fault["has_crashed"]), ("not-read", True))

    def test_a_log_without_its_end_is_not_read(self):
        fault = self.fault("""
data = log(("SET", "k", "v"))[:-4]
with server.real_redis(files={"appendonly.aof": data}, appendonly="yes") as redis:
    pass
""")
        self.assertEqual(fault["said"], "Unexpected end of file reading the append only file appendonly.aof")

    def test_one_that_the_program_has_ended_is_lost_by_no_fault_of_ours(self):
        fault = self.fault("""
with server.real_redis(listens=True) as redis:
    redis.ask("SET", "k", "v")
    other = socket.create_connection(("127.0.0.1", redis.port))
    other.sendall(b"*2\\r\\n$4\\r\\nPING\\r\\n$90000000\\r\\n" + bytes(1000))
    server.pause(200)
    redis.until("GET", "k", bulk("w"))
""")
        self.assertEqual(fault["what"], "lost")
        self.assertIn("Out Of Memory", fault["said"])

    def test_files_that_are_too_large_are_the_programs(self):
        fault = self.fault("""
with server.real_redis(files={"dump.rdb": bytes(5 << 20)}) as redis:
    pass
""")
        self.assertEqual(fault, {"what": "too-large", "limit_kib": 4096})

    def test_wrong_calls_are_the_courses_fault(self):
        calls = [
            'files=["x"]',
            'files={"../x": b""}',
            'files={"x": b"", "x/y": b""}',
            'no_such_setting="1"',
            'port="7000"',
            'requirepass="x"',
            'save="900 1\\nport 5"',
            "appendonly=True",
        ]
        for call in calls:
            self.is_broken(f"with server.real_redis({call}) as redis:\n    pass")
        for call in ("port", "read('x')", "ask('PING')"):
            for use in (f"server.real_redis().{call}", f"redis = server.real_redis()\nwith redis:\n    pass\nredis.{call}"):
                self.assertIn("runs only inside", self.is_broken(use))
        calls = (
            "expect('GET', 'k')",
            "expect('GET k', nil)",
            "expect()",
            "ask()",
            "ask('BLPOP', 'k', '0')",
            "ask('SHUTDOWN')",
            "ask('HELLO', '3')",
            "ask('XREAD', 'BLOCK', '0', 'STREAMS', 'k', '$')",
            "read('none')",
            "read('../x')",
        )
        for call in calls:
            self.is_broken(f"with server.real_redis() as redis:\n    redis.{call}")


if __name__ == "__main__":
    redis_programs.program("redis-server")
    unittest.main()

"""A test reads, writes and compares the files that the program stores."""

import unittest

from judging import judge, step

#: Stores what it is told: `STORE name text`; `DO source` runs Python.
PROGRAM = r"""
import os, socket, threading
def serve(conn):
    while data := conn.recv(1 << 16):
        _, name, text = data.split(b"\r\n")[2::2][:3]
        if b"STORE" in data:
            with open(name, "wb") as file:
                file.write(text)
            conn.sendall(b"+OK\r\n")
        else:
            conn.sendall(b"+OK\r\n")
            exec(text)
server = socket.create_server(("localhost", 6379))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
"""

BEGIN = r"""
from codealong import simple, test

def ask(server, *words):
    client = server.connect()
    client.send(*words)
    client.expect(simple("OK"))
"""


def testing(body, decorator='"one"'):
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return step("one", f"{BEGIN}\n@test({decorator})\ndef _(server):\n{lines}\n")


class Files(unittest.TestCase):
    def outcome(self, body, decorator='"one"'):
        return judge(PROGRAM, testing(body, decorator)).outcome("one.1")

    def fault(self, body, decorator='"one"'):
        outcome = self.outcome(body, decorator)
        self.assertEqual(outcome["kind"], "wrong-file", outcome)
        return outcome["fault"]

    def test_a_file_is_read_while_the_program_runs_and_after_its_end(self):
        report = judge(
            PROGRAM,
            testing(
                """
ask(server, "STORE", "dump", "a value")
server.folder.expect("dump", "a value")
assert server.folder.read("dump") == b"a value"
assert server.folder.names() == ["dump", "main.py"], server.folder.names()
server.stop()
server.folder.expect("dump", b"a value")
"""
            ),
        )
        self.assertEqual(report.kinds, ["passed"], report.results)
        reads = [exchange for exchange in report["one.1"]["exchanges"] if exchange["action"] == "file-read"]
        excerpt = {"bytes": "a value", "cut_bytes": 0}
        self.assertEqual(len(reads), 3)
        self.assertEqual({key: reads[0][key] for key in ("file", "content", "size")}, {"file": "dump", "content": excerpt, "size": 7})

    def test_a_file_is_changed_before_the_next_start(self):
        body = """
ask(server, "STORE", "dump", "a value")
server.stop()
server.folder.cut("dump", 2)
server.folder.append("dump", b"\\x00")
server.folder.write("other", "new")
server.start()
server.folder.expect("dump", b"a \\x00")
server.folder.expect("other", "new")
"""
        self.assertEqual(self.outcome(body), {"kind": "passed"})

    def test_another_content_is_compared(self):
        fault = self.fault('ask(server, "STORE", "dump", "a value")\nserver.folder.expect("dump", "a word")')
        self.assertEqual(fault["what"], "differs")
        self.assertEqual((fault["content"]["expected"], fault["content"]["received"]), ("a word", "a value"))
        self.assertEqual(fault["content"]["offset"], 2)

    def test_a_missing_file_is_told_with_those_that_are_there(self):
        fault = self.fault('ask(server, "STORE", "dumb", "a value")\nserver.folder.read("dump")')
        self.assertEqual(fault, {"what": "absent", "names": ["dumb", "main.py"]})

    def test_what_is_no_file_is_told_and_never_waited_for(self):
        made = {
            "folder": "os.mkdir('dump')",
            "link": "os.symlink('/etc/passwd', 'dump')",
            "pipe": "os.mkfifo('dump')",
            "socket": "socket.socket(socket.AF_UNIX).bind('dump')",
        }
        for kind, source in made.items():
            for call in ('read("dump")', 'write("dump", "x")', 'expect("dump", "x")'):
                with self.subTest(kind, call=call):
                    fault = self.fault(f'ask(server, "DO", "x", "{source}")\nserver.folder.{call}')
                    self.assertEqual(fault, {"what": "no-file", "type": kind})

    def test_a_link_in_the_place_of_its_folder_leads_nowhere(self):
        source = "os.symlink('/etc', 'inner')"
        outcome = self.outcome(f'ask(server, "DO", "x", "{source}")\nserver.folder.read("inner/passwd")')
        self.assertEqual(outcome["kind"], "wrong-file", outcome)
        self.assertEqual(outcome["fault"], {"what": "no-folder", "folder": "inner"}, outcome)

    def test_a_file_in_a_folder_is_read(self):
        source = "os.mkdir('inner'); open('inner/log', 'w').write('text')"
        body = f'ask(server, "DO", "x", "{source}")\nserver.folder.expect("inner/log", "text")\n'
        body += 'assert server.folder.names() == ["inner/log", "main.py"]'
        self.assertEqual(self.outcome(body), {"kind": "passed"})

    def test_a_file_without_an_end_is_refused(self):
        fault = self.fault("ask(server, 'DO', 'x', 'open(\"dump\", \"wb\").truncate(1 << 30)')\nserver.folder.read('dump')")
        self.assertEqual(fault, {"what": "too-large", "limit_kib": 2048})
        fault = self.fault("ask(server, 'DO', 'x', 'open(\"dump\", \"wb\").truncate(2 << 20)')\nserver.folder.append('dump', 'x')")
        self.assertEqual(fault, {"what": "too-large", "limit_kib": 2048})

    def test_one_that_is_too_short_can_not_be_cut(self):
        fault = self.fault('ask(server, "STORE", "dump", "ab")\nserver.folder.cut("dump", 5)')
        self.assertEqual(fault, {"what": "too-short", "bytes": 2, "at_least_bytes": 5})

    def test_names_are_those_that_can_be_read(self):
        source = "[open(name, 'w') for name in ('a b', '.hidden', 'plain')]"
        body = f'ask(server, "DO", "x", "{source}")\nassert server.folder.names() == ["main.py", "plain"]'
        self.assertEqual(self.outcome(body), {"kind": "passed"})

    def test_a_missing_folder_is_named(self):
        for call in ('write("inner/log", "x")', 'append("inner/log", "x")'):
            fault = self.fault(f'ask(server, "STORE", "dump", "ab")\nserver.folder.{call}')
            self.assertEqual(fault, {"what": "no-folder", "folder": "inner"})

    def test_a_file_is_compared_where_the_program_may_end(self):
        program = """
import socket
server = socket.create_server(("localhost", 6379))
conn, _ = server.accept()
conn.recv(1024)
with open("dump", "w") as file:
    file.write("wrong")
conn.close()
"""
        body = """
client = server.connect()
client.send("SHUTDOWN")
client.expect_closed()
server.folder.expect("dump", "TEXT")
"""
        for text, kind in (("wrong", "passed"), ("right", "wrong-file")):
            outcome = judge(program, testing(body.replace("TEXT", text))).outcome("one.1")
            self.assertEqual(outcome["kind"], kind, outcome)

    def test_many_names_of_any_bytes_are_bounded(self):
        source = "[os.mkdir(b'\\\\xff' * 200 + bytes([65 + n])) for n in range(50)]"
        body = f"""ask(server, "DO", "x", "{source}; [open(chr(0x1f600) * 60 + str(n), 'w') for n in range(300)]")
server.folder.read("dump")"""
        fault = self.fault(body)
        self.assertEqual(fault["what"], "absent")
        self.assertEqual(len(fault["names"]), 8)

    def test_what_ended_the_program_is_told_in_place_of_the_file(self):
        outcome = self.outcome('ask(server, "DO", "x", "raise KeyError(7)")\nserver.folder.read("dump")')
        self.assertEqual(outcome["kind"], "crashed", outcome)
        stopped = self.outcome('ask(server, "DO", "x", "raise KeyError(7)")\nserver.stop()\nserver.folder.read("dump")')
        self.assertEqual(stopped["kind"], "crashed", stopped)
        ended = self.outcome('ask(server, "DO", "x", "os._exit(3)")\nserver.folder.read("dump")')
        self.assertEqual((ended["kind"], ended["code"]), ("stopped", 3), ended)

    def test_without_a_program_the_first_start_gives_the_files(self):
        outcome = self.outcome('server.folder.read("dump")', '"one", start=False')
        self.assertEqual(outcome["kind"], "test-broken", outcome)
        self.assertIn("server.start", outcome["detail"])

    def test_a_name_that_leads_elsewhere_is_the_courses_fault(self):
        for name in ("../main.py", "/etc/passwd", "a/b/c", "", ".", "inner/..", ".hidden"):
            with self.subTest(name):
                self.assertEqual(self.outcome(f"server.folder.read({name!r})")["kind"], "test-broken")
        for call in ('write("main.py", "x")', 'expect("main.py", simple("OK"))'):
            with self.subTest(call):
                self.assertEqual(self.outcome(f"server.folder.{call}")["kind"], "test-broken")


if __name__ == "__main__":
    unittest.main()

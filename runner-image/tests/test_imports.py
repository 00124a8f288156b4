"""What is imported before a program runs, and for which programs."""

import unittest

from judging import judge, step

from codealong_launcher import imports

LISTENS = step("listen", """
from codealong import test

@test("listens")
def _(server):
    server.connect()
""")

ASKS = step("asks", """
from codealong import simple, test

@test("answers")
def _(server):
    client = server.connect()
    client.send("PING")
    client.expect(simple("PONG"))
""")

SERVE = """
import socket
server = socket.create_server(("localhost", 6379))
"""


class NamedModules(unittest.TestCase):
    def test_a_word_beside_import_names_a_module(self):
        for source, words in (
            (b"import asyncio, os\nqueue = []\nimport logging as log\n", ["asyncio", "logging"]),
            (b"    from concurrent.futures import ThreadPoolExecutor", ["concurrent"]),
            (b"module = __import__('asyncio')", ["asyncio"]),
            (b"# parse the array\nimport socket\nasyncio2 = 1\n", []),
        ):
            with self.subTest(source):
                self.assertEqual(imports.named_in({"main.py": source}), words)

    def test_a_file_of_the_learners_hides_a_module(self):
        files = {"main.py": b"import queue, typing, base64\n", "queue.py": b"", "base64.txt": b""}
        self.assertEqual(imports.named_in(files), ["base64", "typing"])

    def test_a_handler_of_a_server_that_is_built_on_another_is_watched_too(self):
        report = judge("""
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def handle(self):
        nobody_made_this()

HTTPServer(("localhost", 6379), Handler).serve_forever()
""", ASKS)
        self.assertEqual(report.outcome("asks.1")["kind"], "crashed")
        self.assertIn("NameError", str(report.outcome("asks.1")))

    def test_only_what_it_names_is_there_when_a_program_starts(self):
        report = judge("""
import sys
names = ["async" + "io", "_" + "ssl", "soc" + "ket", "log" + "ging"]
print([name in sys.modules for name in names], flush=True)
""" + SERVE, LISTENS)
        self.assertEqual(report.kinds, ["passed"])
        self.assertIn("[False, False, True, False]", report.output("stdout"))

    def test_what_it_names_is_there_without_openssl(self):
        report = judge("""
import sys
print("asyncio" in sys.modules, "_" + "ssl" in sys.modules, flush=True)
import asyncio
""" + SERVE, LISTENS)
        self.assertEqual(report.kinds, ["passed"])
        self.assertIn("True False", report.output("stdout"))

    def test_its_own_module_of_that_name_is_its_own(self):
        files = {"asyncio.py": "here = 'its own'\n"}
        report = judge("import asyncio\nprint(asyncio.here, flush=True)\n" + SERVE, LISTENS, files=files)
        self.assertEqual(report.kinds, ["passed"])
        self.assertIn("its own", report.output("stdout"))


if __name__ == "__main__":
    unittest.main()

"""What is imported ahead of a program, and for which."""

import unittest

from judging import judge, step

from codealong_harness import imports

LISTENS = step("listen", """
from codealong import test

@test("listens")
def _(server):
    server.connect()
""")

SERVE = """
import socket
server = socket.create_server(("localhost", 6379))
"""


class NamedModules(unittest.TestCase):
    def test_a_word_names_a_module_wherever_it_stands(self):
        files = {"main.py": b"import asyncio, os\nqueue = []\nimport logging as log\n"}
        self.assertEqual(imports.named_in(files), ["asyncio", "logging", "queue"])
        self.assertEqual(imports.named_in({"main.py": b"import socket\n# asyncio2, a_typing\n"}), ["typing"])

    def test_a_file_of_the_learners_takes_a_modules_place(self):
        files = {"main.py": b"import queue, typing\n", "queue.py": b""}
        self.assertEqual(imports.named_in(files), ["typing"])

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

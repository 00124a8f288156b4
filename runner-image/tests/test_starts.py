"""Each start of a program is as good as its first, whatever the launcher has done ahead for it."""

import unittest

from judging import ANSWERS_PING, judge, step

_SERVER = """
    import os, signal, socket
    {first}
    server = socket.create_server(("localhost", 6379))
    while True:
        client, _ = server.accept()
        with client:
            while client.recv(1024):
                client.sendall(b"+PONG\\r\\n")
    """

#: A step of one test that starts the program again after each reply.
_RESTARTS = """
    from codealong import simple, test

    @test("answers")
    def _(server):
        for reply in {replies}:
            client = server.connect()
            client.send("PING")
            client.expect(simple(reply))
            server.restart()
    """


def server_that_first(does):
    return _SERVER.replace("{first}", does.strip().replace("\n", "\n    "))


def fresh_starts(count):
    """A step of so many tests that each need a start of their own."""
    test = ANSWERS_PING[ANSWERS_PING.index("@test") :].strip()
    tests = [test.replace("answers", f"answers {number}") for number in range(count)]
    found = step("ping", "\n    from codealong import simple, test\n\n    " + "\n\n    ".join(tests) + "\n")
    for planned in found["tests"]:
        planned["fresh"] = True
    return found


class Starts(unittest.TestCase):
    def test_a_program_has_no_descriptors_but_the_three(self):
        report = judge(server_that_first('print(sorted(map(int, os.listdir("/proc/self/fd")))[:-1])'), fresh_starts(5))
        self.assertEqual(set(report.kinds), {"passed"})
        self.assertEqual(report.output("stdout"), "[0, 1, 2]\n" * 5)

    def test_each_start_warns_of_the_programs_text(self):
        report = judge(server_that_first("print(1 is 1)"), fresh_starts(5))
        self.assertEqual(report.output("stderr").count('SyntaxWarning: "is" with a literal'), 5)

    def test_each_start_fails_at_an_error_in_the_programs_text(self):
        report = judge("def serve(:\n    pass\n", fresh_starts(4))
        self.assertEqual(set(report.kinds), {"syntax-error"})
        self.assertEqual(report.finished["launches"], 4)

    def test_a_program_that_has_rewritten_itself_is_compiled_anew(self):
        rewrite = """
text = open("main.py").read()
open("main.py", "w").write(text.replace("+P", "+PP"))
"""
        replies = "('PONG', 'PPONG', 'PPPONG', 'PPPPONG')"
        restarts = step("ping", _RESTARTS.replace("{replies}", replies))
        self.assertEqual(judge(server_that_first(rewrite), restarts).kinds, ["passed"])

    def test_a_module_that_runs_while_the_program_is_compiled_leaves_nothing_to_the_next_start(self):
        # `import`ed by the codec that the program names: it keeps whatever its process has open, and
        # hands over the code of another program.
        forges = """
text = open("main.py").read()
module = (
    "import marshal, os, struct\\n"
    "source = open('main.py', 'rb').read()\\n"
    "forged = marshal.dumps(compile(b'raise SystemExit(7)', 'main.py', 'exec'))\\n"
    "data = struct.pack('<I', len(source)) + source + forged\\n"
    "for number in range(3, 64):\\n"
    "    try:\\n"
    "        os.write(number, data)\\n"
    "    except OSError:\\n"
    "        pass\\n"
    "import sys\\n"
    "here = sys.path.pop(0)\\n"
    "del sys.modules['_codecs_jp']\\n"
    "from _codecs_jp import getcodec\\n"
    "sys.path.insert(0, here)\\n"
)
open("_codecs_jp.py", "w").write(module)
if "euc_jp" not in text.splitlines()[0]:
    open("main.py", "w").write("# coding: euc_jp\\n" + text)
"""
        restarts = step("ping", _RESTARTS.replace("{replies}", "('PONG',) * 5"))
        self.assertEqual(judge(server_that_first(forges), restarts).kinds, ["passed"])

    def test_code_that_is_nested_too_deep_to_be_kept_runs(self):
        deep = "deep = " + "lambda: " * 1100 + "1"
        report = judge(server_that_first(deep), fresh_starts(3))
        self.assertEqual(set(report.kinds), {"passed"})

    def test_a_program_that_kills_what_waits_beside_it_starts_again(self):
        kills = """
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        try:
            parent = open(f"/proc/{name}/stat").read().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getppid():
            os.kill(int(name), signal.SIGKILL)
"""
        report = judge(server_that_first(kills), fresh_starts(5))
        self.assertEqual(set(report.kinds), {"passed"})
        self.assertEqual(report.finished["launches"], 5)


if __name__ == "__main__":
    unittest.main()

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
        restarts = step(
            "ping",
            """
            from codealong import simple, test

            @test("answers")
            def _(server):
                for reply in ("PONG", "PPONG", "PPPONG", "PPPPONG"):
                    client = server.connect()
                    client.send("PING")
                    client.expect(simple(reply))
                    server.restart()
            """,
        )
        self.assertEqual(judge(server_that_first(rewrite), restarts).kinds, ["passed"])

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

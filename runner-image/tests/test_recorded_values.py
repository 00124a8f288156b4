"""The values of a recording are those that hold, also of outer calls, and nothing of it is lost or late."""

import unittest

from recorded import record, run, serving

#: Has a list of which no global's text tells.
HIDDEN = """import types
hold = types.SimpleNamespace(items=[])
"""


class ValuesOfOuterCalls(unittest.TestCase):
    def test_change_where_an_inner_call_changes_the_same_object(self):
        recorded = record("""
            class Server:
                def __init__(self):
                    self.store = {}
                def handle(self, key):
                    self.store[key] = 1
                    done = True
                    return done
                def run(self):
                    self.handle(b"a")
            server = Server()
            server.run()
            """, kinds=["exited"])
        text = "Server(store={b'a': 1})"
        changed = [step for step in recorded.steps if text in step[2].values()]
        of_all = {"Server.handle.self": text, "Server.run.self": text, ".server": text}
        self.assertEqual(changed, [("Server.handle", 7, of_all)])

    def test_are_compared_at_each_turn(self):
        recorded = record(HIDDEN + """
def inner():
    hold.items.append(1)
    hold.items.append(2)
    print(1)
    hold.items.append(3)
    try:
        fail(hold.items.append(4))
    except ValueError:
        hold.items.append(5)
    return 1
def fail(_):
    one = 1
    raise ValueError
def outer():
    items = hold.items
    inner()
    pass
outer()
""", kinds=["exited"])
        changes = [
            (name, line, changed["outer.items"])
            for name, line, changed in recorded.steps
            if "outer.items" in changed
        ]
        self.assertEqual(changes, [
            ("outer", 19, "[]"),
            ("inner", 7, "[1, 2]"),
            ("fail", 15, "[1, 2, 3, 4]"),
            ("inner", 13, "[1, 2, 3, 4, 5]"),
        ])
        recorded = record(HIDDEN + """\
items = hold.items
def fail():
    raise ValueError(hold.items.append(1))
try:
    fail()
except ValueError:
    pass
""", kinds=["exited"])
        raised = next(step for step, fact in zip(recorded.steps, recorded.facts) if fact and "raised" in fact)
        self.assertEqual(raised, ("fail", 5, {".items": "[1]"}))

    def test_of_closures_are_compared_too(self):
        recorded = record("""
            def outer():
                count = 0
                def inner():
                    nonlocal count
                    count += 1
                    return count
                inner()
            outer()
            """, kinds=["exited"])
        changed = [(name, line) for name, line, changed in recorded.steps if changed.get("outer.count") == "1"]
        self.assertEqual(changed, [("outer.<locals>.inner", 7)])

    def test_that_say_nothing_of_what_they_hold_are_not_compared(self):
        # A socket's changes when it is closed, and is seen at the next line of its function.
        recorded = record("""
            import socket
            connection = socket.socket()
            def close():
                hold().close()
            def hold():
                return connection
            close()
            pass
            """, kinds=["exited"])
        changed = [name for name, _, changed in recorded.steps if changed.get(".connection") == "<socket closed>"]
        self.assertEqual(changed, [""])


class WhatIsPrinted(unittest.TestCase):
    def test_is_of_the_line_that_prints_it(self):
        program = "print('a', end='')\nx = 1\nprint('b')\nprint('c', 'd', end=' ')\nprint('e')\n"
        recorded = record(program, kinds=["exited"])
        self.assertEqual(recorded.facts_of("printed"), [("", 1, "a"), ("", 3, "b\n"), ("", 4, "c d "), ("", 5, "e\n")])
        # In the order in which it happened.
        self.assertEqual(recorded.lines(""), [1, 1, 2, 3, 3, 4, 4, 5, 5, 5])

    def test_is_told_once_by_whatever_way(self):
        for way, said in (
            ("import sys\nsys.stdout.buffer.write(b'a\\xff\\n')\nsys.stdout.flush()", ["a\N{REPLACEMENT CHARACTER}\n"]),
            ("import os, sys\nprint('a', end='', flush=True); os.write(1, b'b')\nprint('c')", ["a", "b", "c\n"]),
            ("class Own(str):\n    def __getitem__(self, _): 1 / 0\nimport sys; sys.stdout.write(Own('a\\n'))", ["a\n"]),
            ("import sys\nsys.stdout.writelines(['a', 'b\\n'])", ["ab\n"]),
            ("print('x' * 9000, end='')\nprint('y')", ["x" * 400, "y\n"]),
            ("for n in range(3): print(n, end=' ')", ["0 ", "1 ", "2 "]),
            ("print('a\\nb', 'c')", ["a\nb c\n"]),
        ):
            report, recorded = run(way, record=True)
            self.assertEqual([text for _, _, text in recorded.facts_of("printed")], said, way)
            plain, _ = run(way, record=None)
            self.assertEqual(report.output(), plain.output())


class ADeepProgram(unittest.TestCase):
    def test_is_recorded_again_where_it_comes_back(self):
        recorded = record("""
            seen = []
            def deeper(depth):
                if depth:
                    result = deeper(depth - 1)
                    seen.append(depth)
                    return result
                return seen
            found = deeper(150)
            after = 1
            """, kinds=["exited"])
        deepest = [line for name, line, _ in recorded.steps if name == "deeper"]
        # 99 calls: three lines and a return of each.
        self.assertEqual(deepest, [4, 5] * 99 + [6, 7, 7] * 99)
        first = next(index for index, step in enumerate(recorded.steps) if step[1] == 6)
        # What happened further in is known at once.
        self.assertEqual(recorded.steps[first][2][".seen"], "[1, 2, 3, 4, 5, 6, 7, 8, …]")
        self.assertIn("deeper.result", recorded.steps[first][2])
        self.assertEqual(recorded.steps[-2][:2], ("", 10))

    def test_has_room_for_the_values_of_all_its_calls(self):
        names = ", ".join(f"v{number}" for number in range(12))
        recorded = record(f"""
            def deeper(depth):
                {names} = [chr(0x1F600) * 100 + str(depth)] * 12
                if depth:
                    return deeper(depth - 1)
                for number in range(3):
                    pass
                return depth
            deeper(90)
            """, kinds=["exited"])
        self.assertEqual(recorded.lines("deeper")[-96:-90], [7, 6, 7, 6, 8, 8])
        self.assertEqual(recorded.stack(len(recorded.calls) - 1), ["deeper"] * 91 + [""])

    def test_goes_on_after_endless_recursion(self):
        recorded = record(serving("""
def parse(data, depth):
    return parse(data, depth + 1)
try:
    reply = parse(b"", 0)
except RecursionError:
    reply = b"+PONG"
"""))
        self.assertEqual(len(recorded.threads("parse")), 99)
        self.assertEqual(recorded.lines("serve")[:6], [13, 14, 15, 16, 17, 14])
        self.assertEqual(recorded.lines("")[-1], 19)


if __name__ == "__main__":
    unittest.main()

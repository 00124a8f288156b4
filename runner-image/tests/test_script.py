"""Scripts of random commands are shown in their shortest form."""

import unittest

from judging import judge, step

#: Stores values and counts them; FAULT is what goes wrong.
STORE = """
import socket, threading
store, seen = {}, []
def answer(name, key=b"", *rest):
    seen.append(name)
    FAULT
    if name == b"SET":
        store[key] = rest[0]
        return b"+OK\\r\\n"
    if name == b"DEL":
        return b":%d\\r\\n" % (store.pop(key, None) is not None)
    return b"$%d\\r\\n%b\\r\\n" % (len(store[key]), store[key]) if key in store else b"$-1\\r\\n"
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

TESTS = step(
    "scripts",
    """
    from codealong import bulk, integer, key, nil, simple, test

    def replies_to(commands):
        store, replies = {}, []
        for name, at, *rest in commands:
            if name == "SET":
                store[at] = rest[0]
                replies.append(simple("OK"))
            elif name == "DEL":
                replies.append(integer(int(store.pop(at, None) is not None)))
            else:
                replies.append(bulk(store[at]) if at in store else nil)
        return replies

    @test("runs a script")
    def _(server):
        scripts = []
        for _ in range(3):
            scripts.append([])
            for number in range(40):
                name = server.random.choice(("SET", "GET", "DEL"))
                at = key(server.random.choice("abc"))
                scripts[-1].append((name, at, str(number)) if name == "SET" else (name, at))
        server.run_scripts(scripts, replies_to)
    """,
)


def run(fault="pass", tests=TESTS):
    return judge(STORE.replace("FAULT", fault), tests)["scripts.1"]


def commands(result):
    """For each request that is shown, the names of its commands, the first four."""
    sent = [exchange["decoded"]["commands"] for exchange in result["exchanges"] if exchange["action"] == "sent"]
    return [[one["words"][0]["bytes"] for one in request["commands"]] for request in sent]


class Scripts(unittest.TestCase):
    def test_pass_where_every_reply_is_right(self):
        result = run()
        self.assertEqual(result["outcome"]["kind"], "passed")
        self.assertEqual([len(shown) for shown in commands(result)], [4, 4, 4])

    def test_are_cut_down_to_what_goes_wrong(self):
        for fault, shown, kind in (
            ("if name == b'DEL': return b':1\\r\\n'", [["DEL"]], "wrong-value"),
            ("if name == b'DEL' and key in store: return b':1\\r\\n'", [["SET"], ["DEL"], ["GET"]], "wrong-type"),
            ("if name == b'SET' and key in store: return b'+OK\\r\\n'", [["SET"], ["SET"], ["GET"]], "wrong-value"),
            ("if name == b'GET' and key in store: return b'$x\\r\\n'", [["SET"], ["GET"]], "invalid-byte"),
        ):
            result = run(fault)
            self.assertEqual(result["outcome"]["kind"], kind, fault)
            # On a machine that is too slow for all tries, a few more are left.
            self.assertEqual(commands(result)[-1], shown[-1], fault)
            self.assertIn(len(commands(result)), range(len(shown), 7), fault)
            clients = {exchange["client"] for exchange in result["exchanges"]}
            self.assertEqual(clients, {1}, fault)
            self.assertIsNotNone(result["span"], fault)

    def test_are_shown_whole_where_the_fault_does_not_come_again(self):
        # Once, or from then on: a program that has just started does neither.
        for comparison in ("==", ">="):
            result = run(f"if len(seen) {comparison} 50: return b'-ERR once\\r\\n'")
            self.assertEqual(result["outcome"]["kind"], "wrong-type")
            self.assertEqual([len(shown) for shown in commands(result)], [4, 4])

    def test_tell_the_wrong_reply_where_looking_for_more_ends_the_program(self):
        result = run(
            "if threading.active_count() > 4: import os; os._exit(3)\n"
            "    if name == b'DEL' and key in store: return b':1\\r\\n'"
        )
        self.assertEqual(result["outcome"]["kind"], "wrong-type")

    def test_are_shown_whole_where_the_program_breaks_down(self):
        result = run("if name == b'GET' and key in store: 1 / 0")
        self.assertEqual(result["outcome"]["kind"], "crashed")
        self.assertEqual([len(shown) for shown in commands(result)], [4])

    def test_need_an_expectation_for_each_command(self):
        for misuse in ("lambda commands: []", "lambda commands: [1] * len(commands)"):
            tests = step("scripts", f"""
            from codealong import key, test

            @test("runs a script")
            def _(server):
                server.run_scripts([[("GET", key("a"))]], {misuse})
            """)
            self.assertEqual(run(tests=tests)["outcome"]["kind"], "test-broken")


if __name__ == "__main__":
    unittest.main()

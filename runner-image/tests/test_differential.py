"""Programs that differ from a real redis-server are found by random scripts, and shown by short ones."""

import os
import subprocess
import unittest
from time import monotonic, sleep

from judging import Judge, Report, descendants, free_port, job, judge, lives, step

COURSE = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "curriculum", "redis"
)

#: What a learner sees at once.
SHOWN_MAX = 6

COUNTERS, LISTS, WAITING = "strings counters", "strings counters lists", "waiting"


def solution(name):
    with open(os.path.join(COURSE, name, "solution.py"), encoding="utf-8") as file:
        return file.read()


def differential(commands, options=""):
    return step(
        "scripts",
        f"""
        from codealong import differential, test

        @test("agrees with Redis")
        def _(server):
            differential(server, {commands!r}{options})
        """,
    )


def broken(name, *patches):
    """A step's solution with a fault."""
    program = solution(name)
    for old, new in patches:
        assert program.count(old) == 1, f"{old!r} stands {program.count(old)} times in the solution of {name}"
        program = program.replace(old, new)
    return program


def commands_of(result):
    """The script that is shown: for each command its words in one line."""
    return [
        " ".join(word["bytes"] for word in scripted["command"]["words"]) for scripted in result["outcome"]["script"]
    ]


#: In words, what they are about, the step, and what is changed in its solution.
FAULTS = (
    ("a number has more than one form", COUNTERS, "counters", ('b"%d" % number != text or ', "")),
    ("an argument has no end", COUNTERS, "counters", ("text or not -(2**63) <= number < 2**63", "text")),
    (
        "the sum has no end",
        COUNTERS,
        "counters",
        ('    if not -(2**63) <= number < 2**63:\n        raise Refused(b"incr', '    if False:\n        raise Refused(b"incr'),
    ),
    (
        "an overflow is stored",
        COUNTERS,
        "counters",
        ("+ difference\n", '+ difference\n    store[key] = b"%d" % number\n'),
    ),
    ("DEL counts what it is given", COUNTERS, "counters", ("return integer(removed)", "return integer(len(keys))")),
    ("EXISTS counts a key once", COUNTERS, "counters", ("for key in keys))", "for key in set(keys)))")),
    ("DECR counts up from nothing", COUNTERS, "counters", ("add(key, -1)", "add(key, -1 if find(key) else 1)")),
    ("the end is left out", LISTS, "lists", ("values[first : last + 1]", "values[first:last]")),
    ("an index before the first wraps", LISTS, "lists", ("max(first + len(values), 0)", "first + len(values)")),
    ("an end before the first wraps", LISTS, "lists", ("max(last + len(values), -1)", "last + len(values)")),
    ("LPUSH puts a block in front", LISTS, "lists", ("values.extendleft(elements)", "values.extendleft(elements[::-1])")),
    ("an empty list stays", LISTS, "lists", ("    if not values:\n        remove(key)\n", "")),
    ("a count of 0 finds no list", LISTS, "lists", ("if find(key, deque) is None", "if not number or find(key, deque) is None")),
    ("LLEN takes a text", LISTS, "lists", ("len(find(key, deque) or ()", "len(find(key) or ()")),
    ("TYPE forgets lists", LISTS, "lists", ('deque: b"list"', 'deque: b"string"')),
    ("who came last is first", WAITING, "blpop", ("in list(waiting):", "in list(waiting)[::-1]:")),
    (
        "who is served waits on for other lists",
        WAITING,
        "blpop",
        ("            waiting.remove(waiter)\n            # Who", "            # Who"),
    ),
)

#: Those that no example of their step finds, but scripts alone.
MISSED_BY_EXAMPLES = (
    (
        "nothing is stored where nothing is added",
        COUNTERS,
        "counters",
        ('    store[key] = b"%d" % number', '    if difference:\n        store[key] = b"%d" % number'),
    ),
    (
        "who takes more than there is gets it in the list's order",
        LISTS,
        "lists",
        ("    if not values:\n        remove", "    taken = sorted(taken) if count > len(taken) else taken\n    if not values:\n        remove"),
    ),
    (
        "who waits for less is served first",
        WAITING,
        "blpop",
        ("in list(waiting):", "in sorted(waiting, key=lambda waiter: len(waiter.keys)):"),
    ),
)


class Faults(unittest.TestCase):
    def test_each_is_found_and_shown_by_a_few_commands(self):
        for name, commands, base, *patches in (*FAULTS, *MISSED_BY_EXAMPLES):
            with self.subTest(name):
                tests = differential(commands, ", length=8" if commands == WAITING else "")
                result = judge(broken(base, *patches), tests, limit_ms=60_000)["scripts.1"]
                # What another client has taken never comes to the one that waits for it.
                kinds = ("differs", "silent") if commands == WAITING else ("differs",)
                self.assertIn(result["outcome"]["kind"], kinds, result["outcome"])
                self.assertIn(len(sent_by(result)), range(1, SHOWN_MAX + 1), sent_by(result))
                if result["outcome"]["kind"] == "differs":
                    # The script that is shown is what was sent, on a program that had just started.
                    self.assertEqual(sent_by(result), commands_of(result))

    def test_some_are_found_by_scripts_alone(self):
        for name, _, base, *patches in MISSED_BY_EXAMPLES:
            with self.subTest(name):
                with open(os.path.join(COURSE, base, "tests.py"), encoding="utf-8") as file:
                    report = judge(broken(base, *patches), step(base, file.read()), limit_ms=60_000)
                failed = [result["outcome"]["kind"] for result in report.results.values()]
                self.assertEqual([kind for kind in failed if kind != "passed"], ["differs"])

    def test_an_answer_that_does_not_come_is_shown_by_a_few_commands_too(self):
        program = broken("blpop", ("in waiter.keys if", "in waiter.keys[:1] if"))
        result = judge(program, differential(WAITING))["scripts.1"]
        self.assertEqual(result["outcome"]["kind"], "silent")
        self.assertIn(len(sent_by(result)), range(2, SHOWN_MAX + 1))

    def test_an_exception_is_shown_by_a_few_commands_too(self):
        program = broken("lists", ("    values.extendleft(elements)", "    values.extendleft(elements[:3][2])"))
        result = judge(program, differential(LISTS))["scripts.1"]
        self.assertEqual(result["outcome"]["kind"], "crashed")
        self.assertIn("IndexError", str(result["outcome"]["crash"]))
        self.assertEqual(len(sent_by(result)), 1)


#: Answers one command in its life as no Redis does.
ONCE = (
    "def answer(words):\n",
    "seen = []\ndef answer(words):\n    seen.append(words)\n    if len(seen) == 300:\n        return b':77\\r\\n'\n",
)


class Scripts(unittest.TestCase):
    def test_a_difference_that_does_not_come_again_is_no_fault_to_show(self):
        port = free_port()
        with Judge(stderr=subprocess.PIPE) as running:
            running.send(job(broken("counters", ONCE), [differential(COUNTERS)], port))
            report = Report(running.frames())
            self.assertEqual(report.kinds, ["passed"])
            running.close_stdin()
            self.assertIn("did not come again", running.end()[1])

    def test_a_reply_that_is_wrong_only_where_commands_come_at_once_is_told_so(self):
        # What comes in one piece is answered in the wrong order.
        program = """
        import socket, threading
        def serve(client):
            with client:
                while data := client.recv(65536):
                    count = data.count(b"*")
                    client.sendall(b"+PONG\\r\\n" * count if count == 1 else b":1\\r\\n" * count)
        server = socket.create_server(("localhost", 6379))
        while True:
            threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
        """
        pings = step(
            "scripts",
            """
            from codealong import test
            from codealong_judge.differential import Differential
            from codealong_judge.redis_scripts import Command

            @test("pings")
            def _(server):
                Differential(server._attempt, server.connect).run([[Command(1, ("PING",), ())] * 4])
            """,
        )
        result = judge(program, pings)["scripts.1"]
        # Sent one by one, as in a session, they show nothing: so it is told as any wrong reply.
        self.assertEqual(result["outcome"]["kind"], "wrong-type")
        self.assertEqual(sent_by(result), ["PING; PING; PING; PING"])

    def test_a_seed_repeats_them_and_another_has_others(self):
        sent = [
            sent_by(judge(solution("lists"), differential(LISTS), seed=seed)["scripts.1"]) for seed in (1, 1, 2)
        ]
        self.assertEqual(sent[0], sent[1])
        self.assertNotEqual(sent[0], sent[2])

    def test_there_are_fewer_in_the_runs_of_later_steps(self):
        later = step(
            "later",
            """
            from codealong import test

            @test("connects")
            def _(server):
                server.connect()
            """,
        )
        program = broken("counters", ("def answer(words):\n", "def answer(words):\n    print('.', end='', flush=True)\n"))
        tests = differential(COUNTERS, ", scripts=10, length=5")
        for steps, commands in (([tests], 50), ([tests, later], 10)):
            self.assertEqual(judge(program, *steps).output("stdout").count("."), commands)

    def test_unknown_commands_are_the_tests_fault(self):
        for commands in ("hashes", "", "strings hashes"):
            result = judge(solution("counters"), differential(commands))["scripts.1"]
            self.assertEqual(result["outcome"]["kind"], "test-broken")
            self.assertIn("strings counters lists", result["outcome"]["detail"])


class RealRedis(unittest.TestCase):
    def test_none_is_left_after_a_run(self):
        with Judge() as running:
            running.send(job(solution("counters"), [differential(COUNTERS)], free_port()))
            seen = set()
            while (frame := running.read())["frame"] != "finished":
                seen |= servers_below(running.pid)
            self.assertTrue(seen)
            wait_until(lambda: not any(lives(pid) for pid in seen))

    def test_none_is_left_where_the_server_goes_away(self):
        with Judge() as running:
            running.send(job(solution("counters"), [differential(COUNTERS, ", scripts=1000")], free_port()))
            seen = set()
            while not seen:
                running.read()
                seen = servers_below(running.pid)
        wait_until(lambda: not any(lives(pid) for pid in seen))


def sent_by(result):
    """What the clients of a test sent, in one line each."""
    lines = []
    for exchange in result["exchanges"]:
        if exchange["action"] == "sent":
            commands = exchange["decoded"]["commands"]["commands"]
            lines.append("; ".join(" ".join(word["bytes"] for word in one["words"]) for one in commands))
    return lines


def servers_below(pid):
    """The redis-servers among a judge's processes."""
    found = set()
    for below in descendants(pid):
        try:
            with open(f"/proc/{below}/cmdline", "rb") as file:
                if file.read().startswith(b"redis-server"):
                    found.add(below)
        except OSError:
            pass
    return found


def wait_until(condition):
    end = monotonic() + 10
    while not condition():
        assert monotonic() < end
        sleep(0.01)


if __name__ == "__main__":
    unittest.main()

"""A recorded test: the lines that ran, with their values."""

import json
import unittest

from judging import step
from recorded import SERVER, record, run, serving


class ARecording(unittest.TestCase):
    def test_has_the_lines_and_values_of_a_program_in_their_order(self):
        report, recorded = run(SERVER)
        main = [1, 2, 3, 4, 11]
        self.assertEqual(recorded.lines("")[:5], main)
        self.assertEqual(recorded.lines("serve")[:6], [5, 6, 7, 8, 9, 6])
        at = [step[:2] for step in recorded.steps].index(("serve", 9))
        self.assertEqual([step[1:] for step in recorded.steps[at - 3 : at + 1]], [
            (6, {"serve.count": "0"}),
            (7, {"serve.data": r"b'*1\r\n$4\r\nPING\r\n'"}),
            (8, {"serve.count": "1"}),
            (9, {"serve.reply": r"b'+PONG\r\n'"}),
        ])
        times = [at_us for at_us, *_ in recorded.frame["steps"]]
        self.assertEqual(times, sorted(times))
        # The times are those of the exchanges.
        sent, received = (
            next(e["at_us"] for e in report["ping.1"]["exchanges"] if e["action"] == action)
            for action in ("sent", "received")
        )
        self.assertLess(sent, times[at - 2])
        self.assertLess(times[at], received)
        self.assertEqual(recorded.frame["id"], "ping.1")
        self.assertEqual((recorded.frame["left_out"], recorded.frame["has_forked"]), (0, False))

    def test_stands_between_the_tests_result_and_the_end(self):
        report, _ = run(SERVER)
        kinds = [frame["frame"] for frame in report.frames]
        self.assertEqual(kinds[-3:], ["test-finished", "recording", "finished"])
        self.assertEqual([frame["seq"] for frame in report.frames], list(range(len(kinds))))

    def test_tells_of_each_call_what_led_to_it(self):
        program = """
            def inner(depth):
                return depth and inner(depth - 1)
            import json
            def outer():
                return json.loads("[{}]", object_hook=lambda _: inner(1))
            outer()
            """
        recorded = record(program, kinds=["exited"])
        stack = ["inner", "inner", "outer.<locals>.<lambda>", "outer", ""]
        self.assertEqual(recorded.stack([name for name, _, _ in recorded.calls].index("inner") + 1), stack)
        self.assertEqual([text for name, _, text in recorded.facts_of("returned")][:3], ["0", "0", "0"])
        self.assertIn(("outer", 6, "[0]"), recorded.facts_of("returned"))

    def test_tells_what_is_printed_and_raised_and_returned(self):
        program = """
            import sys
            class Missing(Exception):
                def __str__(self):
                    print("asked")
            def fail(key):
                raise Missing(key)
            def middle():
                fail(b"k")
            def loop():
                for number in iter([1]):
                    pass
                next(iter([]), None)
            try:
                middle()
            except Missing:
                print("caught")
                print("é", 5, file=sys.stderr)
            try:
                int("x")
            except ValueError:
                loop()
            print("x" * 1000)
            """
        recorded = record(program, kinds=["exited"])
        raised = [("fail", 7, "Missing(b'k')"), ("middle", 9, "Missing(b'k')"), ("", 15, "Missing(b'k')")]
        said = "ValueError: invalid literal for int() with base 10: 'x'"
        self.assertEqual(recorded.facts_of("raised"), [*raised, ("", 20, said)])
        printed = [("", 17, "caught\n"), ("", 18, "é 5\n"), ("", 23, "x" * 400)]
        self.assertEqual(recorded.facts_of("printed"), printed)
        returned = [name for name, _, _ in recorded.facts_of("returned")]
        self.assertEqual(returned, ["Missing", "loop", ""])

    def test_of_an_exception_that_a_finally_passes_on_has_no_return(self):
        program = """
            def fail():
                try:
                    1 / 0
                finally:
                    done = True
            fail()
            """
        recorded = record(program, kinds=["exited"])
        self.assertEqual(recorded.facts_of("returned"), [])
        self.assertEqual(recorded.facts_of("raised")[0], ("fail", 4, "ZeroDivisionError: division by zero"))

    def test_shows_what_is_gone(self):
        program = """
            def function():
                gone = 1
                del gone
                kept = 2
                pass
            function()
            there = [1]
            del there
            elsewhere = 5
            def drop():
                global elsewhere
                del elsewhere
                pass
            drop()
            """
        recorded = record(program, kinds=["exited"])
        self.assertEqual(recorded.changes("function.gone"), ["1", None])
        self.assertEqual(recorded.changes("function.kept"), ["2"])
        self.assertEqual(recorded.changes(".there"), ["[1]", None])
        self.assertEqual(recorded.changes(".elsewhere"), ["5", None])
        gone = [(name, line) for name, line, changed in recorded.steps if changed.get(".elsewhere", "") is None]
        self.assertEqual(gone, [("drop", 14)])

    def test_shows_globals_as_functions_change_them(self):
        program = """
            import socket
            store, unused = {}, []
            class Thing: pass
            def put(key):
                store[key] = 1
                unused_here = None
            put(b"a")
            put(b"b")
            """
        recorded = record(program, kinds=["exited"])
        self.assertEqual(recorded.changes(".store"), ["{}", "{b'a': 1}", "{b'a': 1, b'b': 1}"])
        changed = [name for name, _, changes in recorded.steps if changes.get(".store", "{}") != "{}"]
        self.assertEqual(changed, ["put", "put"])
        names = {name for _, _, changes in recorded.steps for name in changes}
        self.assertEqual(names, {".store", ".unused", "put.key", "put.unused_here"})

    def test_shows_an_objects_fields_without_asking_it(self):
        refuse = "".join(
            f"    def {name}(self, *_): print('asked')\n"
            for name in ("__repr__", "__str__", "__eq__", "__hash__", "__len__", "__getattribute__")
        )
        program = f"""
class Store:
    def __init__(self):
        self_dict = object.__getattribute__(self, '__dict__')
        self_dict['keys'] = [1]
    @property
    def size(self): print('asked')
{refuse}
store = Store()
other = store
"""
        report, recorded = run(program)
        self.assertEqual(recorded.changes(".store"), ["Store(keys=[1])"])
        self.assertEqual(recorded.changes("Store.__init__.self"), ["Store()", "Store(keys=[1])"])
        self.assertEqual(report.output(), "")

    def test_names_threads_and_tasks(self):
        recorded = record("""
            import socket, threading
            server = socket.create_server(("localhost", 6379))
            def serve(conn):
                conn.sendall(conn.recv(100) and b"+PONG\\r\\n")
                conn.recv(1)
            thread = threading.Thread(target=serve, args=(server.accept()[0],), name="50% é")
            thread.start()
            """)
        self.assertEqual((recorded.threads(""), recorded.threads("serve")), (["MainThread"], ["50% é"]))
        self.assertEqual(recorded.calls[[name for name, _, _ in recorded.calls].index("serve")][1], None)
        recorded = record("""
            import asyncio
            async def reply(writer):
                await asyncio.sleep(0)
                writer.write(b"+PONG\\r\\n")
                return 5
            async def handle(reader, writer):
                await reader.read(100)
                await reply(writer)
                await reader.read(1)
            async def main():
                server = await asyncio.start_server(handle, "localhost", 6379)
                asyncio.current_task().set_name("the server")
                async with server:
                    await server.serve_forever()
            asyncio.run(main())
            """)
        self.assertEqual(recorded.threads("main"), ["Task-1"])
        (task,) = recorded.threads("handle")
        self.assertRegex(task, r"^Task-\d+$")
        self.assertEqual(recorded.threads("reply"), [task])
        # To wait is no return.
        self.assertEqual(recorded.facts_of("returned")[:1], [("reply", 6, "5")])
        self.assertEqual(recorded.lines("reply"), [4, 5, 6, 6])
        self.assertEqual(recorded.stack([name for name, _, _ in recorded.calls].index("reply"))[:2], ["reply", "handle"])

    def test_of_generators_is_one_call(self):
        recorded = record("""
            def numbers():
                yield 1
                yield 2
            def use():
                for number in numbers():
                    pass
            use()
            unfinished = numbers()
            next(unfinished)
            del unfinished
            """, kinds=["exited"])
        self.assertEqual([name for name, _, _ in recorded.calls], ["", "use", "numbers", "numbers"])
        returned = [text for name, _, text in recorded.facts_of("returned") if name == "numbers"]
        self.assertEqual(returned, ["1", "2", "None", "1"])

    def test_of_generators_tells_what_they_yield_and_not_how_they_are_ended(self):
        recorded = record("""
            import threading, types
            generator = types.GeneratorType
            def inner():
                yield 1
                return 2
            def outer():
                # What ends the inner one is an exception, and the line goes on.
                yield (yield from inner())
            def guarded():
                with threading.Lock():
                    while True:
                        try:
                            yield 3
                        except IndexError:
                            pass
            def closed():
                with threading.Lock():
                    yield 4
            list(outer())
            unfinished = closed()
            next(unfinished)
            unfinished.close()
            for end in (generator.close, lambda used: used.throw(KeyError), lambda used: used.throw(IndexError)):
                used = guarded()
                next(used)
                try:
                    end(used)
                except KeyError:
                    pass
            """, kinds=["exited"])
        raised = [fact for fact in recorded.facts_of("raised") if fact[0] == "guarded"]
        self.assertEqual(raised, [("guarded", 14, "KeyError"), ("guarded", 14, "IndexError")])
        returned = [fact for fact in recorded.facts_of("returned") if "lambda" not in fact[0]]
        self.assertEqual(returned, [
            ("inner", 5, "1"), ("outer", 9, "1"), ("inner", 6, "2"), ("outer", 9, "2"), ("outer", 9, "None"),
            ("closed", 19, "4"), *[("guarded", 14, "3")] * 4, ("", 24, "None"),
        ])

    def test_tells_the_end_of_an_iteration_where_no_loop_takes_it(self):
        recorded = record("""
            import asyncio
            class Numbers:
                def __iter__(self):
                    return self
                def __next__(self):
                    raise StopIteration
            async def none():
                return
                yield
            async def main():
                async for _ in none():
                    pass
                try:
                    await anext(none())
                except StopAsyncIteration:
                    pass
            for _ in Numbers():
                pass
            [0 for _ in Numbers()]
            asyncio.run(main())
            next(iter([]))
            """, kinds=["exited"])
        self.assertEqual(recorded.facts_of("raised"), [
            *[("Numbers.__next__", 7, "StopIteration")] * 2,
            ("main", 15, "StopAsyncIteration"),
            ("", 22, "StopIteration"),
        ])

    def test_of_the_last_start_is_the_one_that_is_shown(self):
        restarts = step("restart", """
            from codealong import simple, test
            @test("restarts")
            def _(server):
                server.connect()
                server.restart()
                client = server.connect()
                client.send("PING")
                client.expect(simple("PONG"))
            """)
        report, recorded = run(serving("import os\nstarts = len(os.listdir())\nopen(f'start-{starts}', 'w').close()"), restarts)
        self.assertEqual((report.kinds, report.finished["launches"]), (["passed"], 2))
        self.assertEqual(recorded.changes(".starts"), ["2"])
        self.assertGreater(recorded.frame["steps"][0][0], 0)

    def test_of_a_program_that_never_runs_is_empty(self):
        recorded = record("x =\n", kinds=["syntax-error"])
        empty = {"texts": [], "calls": [], "steps": [], "left_out": 0, "has_forked": False}
        self.assertEqual({key: recorded.frame[key] for key in empty}, empty)

    def test_is_there_of_a_test_that_times_out(self):
        recorded = record("number = 0\nwhile True:\n    number += 1\n", kinds=["timed-out"], limit_ms=800)
        self.assertEqual(len(recorded.steps), 5000)


class ALongRecording(unittest.TestCase):
    LOOP = """\
import socket
server = socket.create_server(("localhost", 6379))
store = {b"k": b"v"}
def count(limit):
    for number in range(limit):
        pass
    return number
def main():
    label, unseen = "outer", 5
    count(30_000)
    conn, _ = server.accept()
    while conn.recv(100):
        conn.sendall(b"+PONG\\r\\n")
main()
"""

    def test_is_its_end_and_begins_with_all_that_was_known(self):
        recorded = record(self.LOOP)
        self.assertEqual(len(recorded.steps), 5000)
        # The module's 6 lines, 2 of `main`, two for each number, the loop's end, a line and its return.
        steps = 6 + 2 + 60_000 + 3
        after = len([name for name, line, _ in recorded.steps if name != "count"])
        self.assertEqual(recorded.frame["left_out"] + 5000, steps + after)
        first = recorded.steps[0][2]
        self.assertEqual(first["main.label"], "'outer'")
        self.assertEqual(first[".store"], "{b'k': b'v'}")
        self.assertEqual(first["count.limit"], "30000")
        self.assertIn("count.number", first)
        self.assertEqual(recorded.steps[1][2].keys() - {"count.number"}, set())

    def test_of_many_values_fits_into_a_frame(self):
        program = serving("""
def change(number):
    rows = [chr(0x1F600) * 100 + str(number)] * 3
    return rows
for number in range(20_000):
    change(number)
""")
        recorded = record(program, limit_ms=20_000)
        self.assertGreater(len(recorded.steps), 200)
        self.assertLess(len(recorded.steps), 5000)
        own = {"frame", "nonce", "seq", "id"}
        fields = {key: value for key, value in recorded.frame.items() if key not in own}
        size = len(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode())
        self.assertLess(size, 290_000)
        self.assertGreater(size, 150_000)
        self.assertIn(".number", recorded.steps[0][2])

    def test_of_endless_recursion_ends_as_it_does_without(self):
        program = "def deeper(depth):\n    return deeper(depth + 1)\ntry:\n    deeper(0)\nexcept RecursionError:\n    print('caught')\n"
        report, recorded = run(serving(program))
        self.assertEqual((report.kinds, report.output()), (["passed"], "caught\n"))
        self.assertEqual(len(recorded.threads("deeper")), 99)


if __name__ == "__main__":
    unittest.main()

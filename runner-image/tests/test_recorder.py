"""The recorder in this process: what it never writes back, and where it goes on when Python has ended it."""

import json
import sys
import types
import unittest
from unittest import mock

import judging  # noqa: F401: makes the launcher importable
from codealong_launcher.recorder import Recorder

FILE = "/code/main.py"


class Records:
    """Takes records in place of the memory, and calls `on_step` in the middle of each step."""

    def __init__(self, on_step):
        self.all = []
        self._on_step = on_step

    def begin_segment(self):
        pass

    def append(self, record):
        self.all.append(json.loads(record))
        if self.all[-1][0] == "step":
            self._on_step(*self.all[-1][3:5])
        return True


class Recorded:
    """A program that has run, recorded; its `send` and `say` tell the recorder that it sends and prints."""

    def __init__(self, source, on_step=lambda call, line: None):
        records = Records(on_step)
        self.recorder = Recorder(types.SimpleNamespace(recording=records), FILE)
        self.names = {"__name__": "__main__", "send": lambda: self.recorder.sent(0, 0)}
        self.names["steps"] = lambda: [record[4] for record in records.all if record[0] == "step"]
        self.names["say"] = lambda text: self.recorder.printed(text)
        plain = sys.settrace
        try:
            self.recorder.install()
            exec(compile(source, FILE, "exec"), self.names)
        finally:
            self.recorder.stop()
            sys.settrace = plain
        steps = [record for record in records.all if record[0] == "step"]
        self.steps = steps
        self.lines = [step[4] for step in steps]
        #: The functions of the calls, in the order in which they began.
        self.functions = [record[2] for record in records.all if record[0] == "call"]

    def facts(self, kind):
        """The line and the text of each fact of a kind."""
        return [(step[4], step[6][1]) for step in self.steps if step[6] and step[6][0] == kind]


class ARecorder(unittest.TestCase):
    def test_writes_back_nothing_that_another_thread_has_changed(self):
        # In the middle of a step, as another thread would.
        program = Recorded("""\
def main():
    def add():
        nonlocal count
        count += 1
    keep(add)
    count = 0
    pass
    return count
def keep(function):
    global add
    add = function
result = main()
""", lambda _, line: line == 7 and program_of(sys._getframe())["add"]())
        self.assertEqual(program.names["result"], 1)

    RECURSION = """\
def deeper(depth):
    return deeper(depth + 1)
def run():
    try:
        deeper(0)
    except RecursionError%s:
        %s
    after = 2
    inner()
def inner():
    pass
run()
"""

    def test_goes_on_after_endless_recursion(self):
        program = Recorded(self.RECURSION % ("", "pass"))
        self.assertEqual(program.lines[program.lines.index(8) :], [8, 9, 11, 11, 9, 12])
        self.assertEqual(program.functions, ["", "run", *["deeper"] * 98, "inner"])

    def test_goes_on_where_an_exception_is_kept_that_ended_the_trace(self):
        kept = self.RECURSION % (" as error", "global kept; kept = error")
        self.assertNotIn(8, Recorded(kept).lines)
        for goes_on in ("send()", "say('x')"):
            program = Recorded(kept.replace("after = 2", goes_on))
            self.assertEqual(program.lines[-5:], [9, 11, 11, 9, 12])

    def test_goes_on_where_the_handler_of_a_signal_has_raised(self):
        # In the middle of a step, as a handler would.
        for line, handled in ((6, "pass"), (11, "pass"), (6, "send()")):
            program = Recorded(f"""\
class Late(Exception): pass
def late():
    raise Late
def run():
    try:
        inner()
    except Late:
        {handled}
    return 5
def inner():
    pass
result = run()
after = 1
""", lambda _, at, line=line: at == line and program_of(sys._getframe())["late"]())
            self.assertEqual(program.names["result"], 5)
            self.assertEqual(program.lines[-4:], [9, 9, 13, 13], (line, handled))
            self.assertEqual(program.functions.count("run"), 1)
            self.assertEqual(program.functions.count(""), 1)
            self.assertEqual(program.recorder._lost, {})

    def test_goes_on_where_a_handler_has_raised_as_a_call_began(self):
        begin, late = Recorder._begin, []

        def interrupted(recorder, frame):
            if frame.f_code.co_name == "inner" and not late:
                late.append(True)
                frame.f_globals["late"]()
            return begin(recorder, frame)

        with mock.patch.object(Recorder, "_begin", interrupted):
            program = Recorded("""\
def late():
    raise KeyError
def inner():
    pass
try:
    inner()
except KeyError:
    pass
inner()
""")
        self.assertEqual(program.lines, [1, 3, 5, 6, 9, 4, 4, 9])

    def test_tells_the_prints_of_two_threads_apart(self):
        program = Recorded("""\
import threading
def other():
    go.acquire(); say("b\\n"); done.release()
go, done = threading.Lock(), threading.Lock()
go.acquire(), done.acquire()
thread = threading.Thread(target=other)
thread.start()
while 3 not in steps(): pass
say("a"); go.release(); done.acquire()
thread.join()
""")
        self.assertEqual(program.facts("printed"), [(9, "a"), (3, "b\n")])

    def test_follows_a_thread_that_threading_does_not_know_from_where_it_sends(self):
        program = Recorded("""\
import _thread
done = _thread.allocate_lock()
done.acquire()
def work():
    before = 1
    send()
    after = 2
    done.release()
_thread.start_new_thread(work, ())
done.acquire()
""")
        self.assertEqual({line for line in program.lines if 4 < line < 9}, {7, 8})

    def test_leaves_a_program_alone_that_traces_itself(self):
        program = Recorded("import sys\nsys.settrace(None)\nsend()\nafter = 1\n")
        self.assertEqual(program.lines, [1, 2])


def program_of(frame):
    """The names of the program that led to a frame."""
    while frame.f_code.co_filename != FILE:
        frame = frame.f_back
    return frame.f_globals


if __name__ == "__main__":
    unittest.main()

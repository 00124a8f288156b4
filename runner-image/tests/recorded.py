"""Runs programs with a recording, and reads it."""

from judging import ANSWERS_PING, Judge, Report, free_port, job, step

PING = step("ping", ANSWERS_PING)

#: A server of 10 lines, the last 6 of which are of `serve`.
SERVER = """\
import socket
server = socket.create_server(("localhost", 6379))
PONG = b"+PONG"
def serve(conn):
    count = 0
    while data := conn.recv(100):
        count += 1
        reply = PONG + b"\\r\\n"
        conn.sendall(reply)
    conn.close()
serve(server.accept()[0])
"""


class Recorded:
    """A recording with its texts in their places."""

    def __init__(self, frame):
        self.frame = frame
        texts = frame["texts"]
        self.calls = [(texts[name], caller, texts[thread]) for name, caller, thread in frame["calls"]]
        #: Of each step: the function, the line, the changes by `function.name`, and the fact.
        self.steps, self.facts = [], []
        for _, call, line, changes, fact in frame["steps"]:
            changed = {
                f"{self.calls[owner][0]}.{texts[name]}": None if value is None else texts[value]
                for owner, name, value in changes
            }
            self.steps.append((self.calls[call][0], line, changed))
            self.facts.append(fact and {kind: texts[text] for kind, text in fact.items()})

    def lines(self, function):
        return [line for name, line, _ in self.steps if name == function]

    def changes(self, variable):
        """The values of a variable, one after the other."""
        return [changed[variable] for _, _, changed in self.steps if variable in changed]

    def facts_of(self, kind):
        """The function, the line and the text of each fact of a kind."""
        steps = zip(self.steps, self.facts)
        return [(name, line, fact[kind]) for (name, line, _), fact in steps if fact and kind in fact]

    def threads(self, function):
        return [thread for name, _, thread in self.calls if name == function]

    def stack(self, call):
        found = []
        while call is not None:
            found.append(self.calls[call][0])
            call = self.calls[call][1]
        return found


def run(program, *steps, record=True, **options):
    """The report of a run, and what was recorded of it, or None."""
    with Judge() as judge:
        content = job(program, list(steps or [PING]), free_port(), **options)
        judge.send({**content, "record": record} if record is not None else content)
        report = Report(judge.frames())
    frames = [frame for frame in report.frames if frame["frame"] == "recording"]
    return report, Recorded(frames[0]) if frames else None


def record(program, *steps, kinds=("passed",), **options):
    report, recorded = run(program, *steps, **options)
    if report.kinds != list(kinds):
        raise AssertionError(report.results)
    return recorded


def serving(before):
    """A program that runs `before`, and answers then."""
    return before + "\n" + SERVER

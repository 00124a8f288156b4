"""Runs the real judge and launcher as processes of this host, and judges programs with them."""

import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
JUDGE, LAUNCHER = os.path.join(_ROOT, "judge"), os.path.join(_ROOT, "python")
sys.path[:0] = [JUDGE, LAUNCHER, os.path.join(_ROOT, "protocol")]

from codealong_protocol import procfs  # noqa: E402

PROTOCOL = 4
NONCE = "0123456789abcdef0123456789abcdef"

_PYTHON = [sys.executable, "-I", "-S", "-B", "-b", "-X", "utf8"]


def free_port():
    """A port that nothing listens on, outside the range that clients get theirs from.

    A random one, because the tests may run twice at a time on one machine.
    """
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Judge:
    """A judge that is ready, as a process, and the launcher that has joined it."""

    def __init__(self, stderr=None, joined=True):
        self._folder = tempfile.TemporaryDirectory()
        self.code = os.path.realpath(self._folder.name)
        self.lane = f"codealong-test-{os.getpid()}-{random.randrange(1 << 30)}"
        self._process = subprocess.Popen(
            [*_PYTHON, os.path.join(JUDGE, "__main__.py"), "--lane", self.lane],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        self.pid = self._process.pid
        self.ready = self.read()
        self.launcher = None
        self.joined = self.join() if joined else None

    def join(self):
        """Opens the lane and lets a launcher join it; the frame that says so."""
        self.end_launcher()
        self.open()
        self.start_launcher()
        return self.read()

    def open(self, user=None):
        self.send({"frame": "open", "user": os.getuid() if user is None else user})
        assert self.read() == {"frame": "listening"}

    def start_launcher(self):
        self.launcher = subprocess.Popen(
            [*_PYTHON, os.path.join(LAUNCHER, "__main__.py"), "--lane", self.lane, "--code", self.code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end_launcher(self):
        """Ends the launcher, as the server does when it removes the learner's container."""
        if self.launcher is not None:
            # In a container its end is the end of all that is below it.
            below = descendants(self.launcher.pid)
            self.launcher.kill()
            self.launcher.wait(10)
            for pid in below:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.launcher = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)
        if self.launcher is not None:
            # It ends with its judge.
            self.launcher.wait(10)
        self._folder.cleanup()

    def send(self, content):
        body = json.dumps(content).encode()
        self._process.stdin.write(struct.pack(">I", len(body)) + body)
        self._process.stdin.flush()

    def read(self):
        """The next frame, or None at the end."""
        head = self._process.stdout.read(4)
        if len(head) < 4:
            return None
        return json.loads(self._process.stdout.read(struct.unpack(">I", head)[0]))

    def close_stdin(self):
        """What a server does that goes away."""
        self._process.stdin.close()

    def end(self):
        """The exit code of a judge that ends by itself, and what it wrote to its piped stderr."""
        with self._process.stderr as stderr:
            complaint = stderr.read().decode()
        return self._process.wait(10), complaint

    def frames(self):
        """All frames up to `finished`."""
        found = []
        while True:
            frame = self.read()
            if frame is None:
                return found
            found.append(frame)
            if frame["frame"] == "finished":
                return found


class Report:
    """What the frames of one run say."""

    def __init__(self, frames):
        self.frames = frames
        self.results = {frame["id"]: frame for frame in frames if frame["frame"] == "test-finished"}
        self.finished = frames[-1] if frames and frames[-1]["frame"] == "finished" else None

    def __getitem__(self, test):
        return self.results[test]

    def outcome(self, test):
        return self.results[test]["outcome"]

    @property
    def kinds(self):
        return [result["outcome"]["kind"] for result in self.results.values()]

    def output(self, stream=None):
        return "".join(
            frame["text"]
            for frame in self.frames
            if frame["frame"] == "output" and stream in (None, frame["stream"])
        )


def descendants(pid):
    """The process's children and theirs, as numbers."""
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        return procfs.descendants(proc, pid)
    finally:
        os.close(proc)


def lives(pid):
    """Whether a process has not ended; one that nobody has reaped yet has."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def step(name, source):
    """A step for a job, with its tests as the source names them."""
    source = textwrap.dedent(source)
    names = [line.split('"')[1] for line in source.splitlines() if line.startswith("@test(")]
    tests = [
        {"id": f"{name}.{number}", "name": title, "fresh": False, "asked": True} for number, title in enumerate(names, 1)
    ]
    return {"step": name, "source": source, "tests": tests}


def job(program, steps, port, seed=1, limit_ms=10000, files=None, support=None):
    program = textwrap.dedent(program).replace("6379", str(port))
    return {
        "frame": "job",
        "protocol": PROTOCOL,
        "nonce": NONCE,
        "seed": seed,
        "port": port,
        "limit_ms": limit_ms,
        "files": {"main.py": program, **(files or {})},
        "steps": steps,
        **({} if support is None else {"support": support}),
    }


def judge(program, *steps, **options):
    """The report of one run of `program`, in which the port is written as 6379."""
    port = free_port()
    with Judge() as judge:
        judge.send(job(program, list(steps), port, **options))
        return Report(judge.frames())


#: The request of a client that sent PING.
REQUEST_PING = {
    "commands": {
        "commands": [{"words": [{"bytes": "PING", "cut_bytes": 0}], "cut_words": 0}],
        "has_more": False,
    }
}

#: The source of a step of one test: the program answers PING.
ANSWERS_PING = """
    from codealong import simple, test

    @test("answers")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))
    """

#: A step of one test: the program answers PING twice on one connection.
PING_TWICE = step(
    "ping",
    """
    from codealong import simple, test

    @test("answers twice")
    def _(server):
        client = server.connect()
        for _ in range(2):
            client.send("PING")
            client.expect(simple("PONG"))
    """,
)

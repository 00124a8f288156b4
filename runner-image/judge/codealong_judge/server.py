"""The learner's program as a test sees it."""

from . import real_client
from .client import Client, expect_silence
from .connection import Connection
from .expectation import as_milliseconds
from .outcome import Misuse
from .script import ScriptRunner


class Server:
    """What a test is given: the learner's program, running."""

    def __init__(self, attempt):
        self._attempt = attempt

    @property
    def port(self):
        """The port that the program should listen on."""
        return self._attempt.port

    @property
    def random(self):
        """A `random.Random` that is seeded for this test, with `word()`, `words(n)`, `bytes(n)`
        and `text(length)`."""
        return self._attempt.random_values

    def connect(self):
        """Connects a new client; waits up to 2000 ms for the program to listen."""
        connection = Connection(self._attempt, len(self._attempt.clients) + 1)
        client = Client(self._attempt, connection)
        # Even one that can't connect counts, for the lane of the next.
        self._attempt.clients.append(client)
        connection.connect()
        return client

    def pause(self, ms):
        """Lets `ms` milliseconds go by; `time.sleep` would leave the program's output and the run's
        time limit unattended."""
        self._attempt.event_loop.sleep(as_milliseconds(ms) / 1000)

    def settle(self):
        """Waits until the program has nothing to do: each of its threads waits for something.

        It tells a program that goes on from one that is about to end or to close something, without
        a pause long enough for the slowest.
        """
        self._attempt.settle()

    def expect_silence(self, *clients, for_ms=30):
        """For `for_ms` nothing may come to any of these clients: one wait for all of them.

        What comes is "extra bytes", of the client that it came to.
        """
        if not clients or not all(isinstance(client, Client) for client in clients):
            raise Misuse("the clients are needed here that nothing may come to")
        expect_silence(self._attempt, clients, for_ms)

    def run_scripts(self, scripts, replies_to):
        """Sends lists of commands, each list at once, and expects the replies to them.

        A command is a list of words; `key("a")` among them is a key that is new in each list.
        `replies_to(commands)` gives the expectations, one for each command, for these lists and for
        parts of them: where a reply is wrong, the shortest part found that leads to a wrong one is
        sent once more, command by command, and only that is shown.
        """
        scripts = [list(script) for script in scripts] if isinstance(scripts, (list, tuple)) else None
        if not scripts or not callable(replies_to):
            raise Misuse("scripts, as lists of commands, and a function of their replies are needed here")
        ScriptRunner(self._attempt, self.connect, replies_to).run(scripts)

    def redis_cli(self, *words, stdin=b"", within_ms=None):
        """Runs the real redis-cli with these words, connected to the program; returns what it printed.

        `server.redis_cli("GET", "k").expect(b"v\\n")`. With `stdin` it reads commands from there, a line
        each. Its bytes stand in the trace, in a lane of its own. Where the program leaves a request
        unanswered for `within_ms` (1000 ms without it), the test fails as silent.
        """
        return real_client.redis_cli(self._attempt, words, stdin, within_ms)

    def redis_py(self, script, version=8, within_ms=None):
        """Runs a Python script with the real package `redis`, of major version 5 or 8; returns what it printed.

        `PORT` in the script is the port to connect to. An exception that it does not catch is its last
        line. As `redis_cli` otherwise.
        """
        return real_client.redis_py(self._attempt, script, version, within_ms)

    def restart(self):
        """Kills the program (as `kill -9` does) and starts it again; its files stay as they are.

        Connections end with the program: a client from before can only `close()`.
        """
        self._attempt.collect_sends()
        self._attempt.launcher.start()
        self._attempt.trace.add(0, "restarted")

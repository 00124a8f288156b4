"""The learner's program as a test sees it."""

from . import real_client, starting
from .client import Client
from .connection import Connection
from .differential import Differential
from .expectation import as_milliseconds
from .learner_folder import LearnerFolder
from .outcome import Misuse
from .random_values import as_count
from .real_redis import RealRedis
from .redis_scripts import ScriptGenerator
from .silence import expect_silence

#: Of the scripts of an earlier step, one in so many is sent: it has passed with all of them.
_SHARE_OF_SCRIPTS = 5


#: Longer ones would end the run as if the program had.
_PAUSE_MS_MAX = 5000


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
        starting.require_program(self._attempt)
        connection = Connection(self._attempt, len(self._attempt.clients) + 1)
        client = Client(self._attempt, connection)
        # Even one that can't connect counts, for the lane of the next.
        self._attempt.clients.append(client)
        connection.connect()
        return client

    def pause(self, ms):
        """Lets `ms` milliseconds go by; `time.sleep` would leave the program's output and the run's
        time limit unattended."""
        self._attempt.event_loop.sleep(_pause_seconds(ms))

    def later(self, ms):
        """Lets `ms` milliseconds go by, or more: what is to be over then is over for sure.

        As `pause`, but other tests may be made meanwhile on the same program, by clients of their own,
        so that a run takes less time. Where any of them fails so, it is made again alone, and only that
        counts.
        """
        self._attempt.let_pass(_pause_seconds(ms))

    def settle(self):
        """Waits until the program has nothing to do: each of its threads waits for something.

        It tells a program that goes on from one that is about to end or to close something, without
        a pause long enough for the slowest.
        """
        self._attempt.settle()

    def expect_silence(self, *clients, for_ms=None):
        """For `for_ms` nothing may come to any of these clients: one wait for all of them.

        Without it as long as for `expect_nothing_more`. What comes is "extra bytes", of the client that it came to.
        """
        if not clients or not all(isinstance(client, Client) for client in clients):
            raise Misuse("the clients are needed here that nothing may come to")
        expect_silence(self._attempt, clients, for_ms)

    def redis_cli(self, *words, stdin=b"", within_ms=None):
        """Runs the real redis-cli with these words, connected to the program; returns what it printed.

        `server.redis_cli("GET", "k").expect(b"v\\n")`. With `stdin` it reads commands from there, a line
        each. Its bytes stand in the trace, in a lane of its own. Where the program leaves a request
        unanswered for `within_ms` (1000 ms without it), the test fails as silent.
        """
        starting.require_program(self._attempt)
        return real_client.redis_cli(self._attempt, words, stdin, within_ms)

    def redis_py(self, script, version=8, within_ms=None):
        """Runs a Python script with the real package `redis`, of major version 5 or 8; returns what it printed.

        `PORT` in the script is the port to connect to. An exception that it does not catch is its last
        line. As `redis_cli` otherwise.
        """
        starting.require_program(self._attempt)
        return real_client.redis_py(self._attempt, script, version, within_ms)

    @property
    def folder(self):
        """The program's folder, to read and to change: see `LearnerFolder`."""
        return LearnerFolder(self._attempt)

    def real_redis(self, files=None, listens=False, **settings):
        """A real redis-server, given files: `with server.real_redis(files={"dump.rdb": data}) as redis:`.

        Settings are those of redis.conf, with `_` for `-`: `appendonly="yes"`. It is asked by
        `redis.expect("GET", "k", bulk("v"))`; where it can't read the files, or answers otherwise, the test
        fails as "disagrees". With `listens` a program can connect to `redis.port`, to copy it as a replica does.
        """
        return RealRedis(self._attempt, {} if files is None else files, listens, settings)

    def start(self, arguments=None, files=None):
        """Starts the program: in a test with `start=False`, or after `stop` and `terminate`.

        In a test with `start=False` its folder is empty but for the learner's own files and `files`, bytes
        by name. Later starts find what the program left. Without `arguments` they are those of the start
        before.
        """
        starting.start(self._attempt, arguments, files)

    def restart(self, arguments=None):
        """Kills the program (as `kill -9` does) and starts it again; its files stay as they are.

        So do its arguments, where none are given. Connections end with the program: a client from before
        can only `close()`.
        """
        starting.restart(self._attempt, arguments)

    def ready(self):
        """A client that has had `+PONG`: the program serves.

        While it does not listen yet, or answers `-LOADING`, this waits, up to 2000 ms.
        """
        return starting.ready(self._attempt, self.connect)

    def stop(self):
        """Kills the program as `kill -9` does; its files stay. A client from before can only `close()`."""
        starting.stop(self._attempt)

    def terminate(self, within_ms=1000):
        """Asks the program to end, as `kill` does: by SIGTERM. It must end within this time, with exit
        code 0; all that it started besides is killed then."""
        starting.terminate(self._attempt, within_ms)


def _pause_seconds(ms):
    if as_milliseconds(ms) > _PAUSE_MS_MAX:
        raise Misuse(f"a test lets {_PAUSE_MS_MAX} ms go by at once, and no more: its run has 10 s")
    return ms / 1000


def differential(server, commands, scripts=100, length=20):
    """Sends random scripts to the program and to a real redis-server: both must answer alike.

    `commands` names what the scripts are made of, as in `"strings counters"`; see `redis_scripts`. There
    are so many scripts of so many commands in the runs of the test's own step, and a fifth of the scripts
    in those of later ones. Where a reply differs, the shortest script found that shows a difference is
    sent to a program that has just started, command by command, and only that is shown. Words of errors
    after the first one may be in other letters, capital or small.
    """
    attempt = server._attempt
    attempt.require_alone()
    if not attempt.is_of_own_step:
        scripts = -(-as_count(scripts) // _SHARE_OF_SCRIPTS)
    generator = ScriptGenerator(attempt.random_values, commands)
    Differential(attempt, server.connect).run([generator.script(as_count(length)) for _ in range(as_count(scripts))])

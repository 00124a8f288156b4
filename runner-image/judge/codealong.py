'''What a course's tests are made of: `from codealong import test, simple, bulk`.

A step's `tests.py` is a Python module. Each function under `@test("…")` is one test, and its name
is the line that the learner sees in the checklist:

    from codealong import bulk, error, simple, test

    @test("answers PING with +PONG")
    def _(server):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))

The learner's program runs in a process of its own; a test speaks to it over TCP on 127.0.0.1. A
test passes when it returns. It fails by the first expectation that does not hold, and the judge
says why: what came and what should have, the exception, the line. Whatever else a test raises is
reported as the course's fault.

## Each test is judged as on a freshly started program
In the run of its own step, each test has a program that was started for it. In the runs of later
steps only the step's first test has; the others come in an order that differs from run to run, each
on the program that the one before left behind, because that is quicker. Where a test fails there, the
program is started again, the test runs again from its first line, and only that counts. So: don't rely
on what another test left, don't keep anything in globals, and take random values from
`server.random`, which gives both runs the same ones. `@test("…", fresh=True)` never gets a used
program: for a test that counts connections, say. `@test("…", once=True)` is left out of later steps' runs.
`@test("…", arguments=["--port", "7000"])` gives the program arguments. In a test with `start=False` no
program runs until it calls `server.start()`, and then in a folder of its own.

What several steps share lies in the course's folder `support`: `from support.model import blocked`, where
`course.toml` lists `model.py`. Such a module is executed once in a run, and may import others and this one.

## The server
| call | does |
| --- | --- |
| `server.connect()` | a new client; tries for up to 2000 ms |
| `server.redis_cli("GET", "k")` | runs the real redis-cli; `.expect("v\\n")` compares what it prints |
| `server.redis_py(script, version=8)` | runs a Python script with the real package `redis` |
| `differential(server, "strings counters")` | sends random scripts of these commands; a real redis-server must answer them in the same way, and where it does not, the shortest script is shown |
| `server.start(arguments=…, files={"dump": b"…"})` | starts the program in a test with `start=False`, or after its end |
| `server.restart(arguments=…)` | kills the program as `kill -9` does and starts it again; its files stay, and its arguments where none are given |
| `server.ready()` | a client that has had `+PONG`; waits while the program doesn't listen or answers `-LOADING` |
| `server.stop()` | kills the program as `kill -9` does; its files stay |
| `server.terminate(within_ms=1000)` | asks the program to end, by SIGTERM, which it must do with exit code 0 |
| `server.folder.read("dump")` | what a file holds that the program has stored; `.expect("dump", data)` compares it, `.write`, `.append` and `.cut` change it, `.names()` lists them |
| `with server.real_redis(files={…}) as redis:` | a real redis-server that is given files; `redis.expect("GET", "k", bulk("v"))` asks it |
| `server.settle()` | waits until the program has nothing to do, as a rule less than 1 ms |
| `server.expect_silence(a, b, for_ms=None)` | nothing may come to any of these clients for so long: without it 30 ms, and 5 in later steps' runs |
| `server.pause(ms)` | lets time go by, 5000 ms at most (not `time.sleep`: the judge has work to do meanwhile) |
| `server.later(ms)` | the same, or a little longer: in runs of later steps other tests may be made meanwhile |
| `server.random` | a `random.Random`, with `word()`, `words(n)`, `bytes(n)`, `text(length)` too |
| `server.port` | the port, a whole number |

## A client
| call | does |
| --- | --- |
| `client.send("SET", "k", b"v")` | sends a command: a RESP array of bulk strings |
| `client.send_bytes(b"…")` | sends bytes as they are |
| `client.send_pieces([b"…", b"…"])` | sends pieces of a request that arrive one by one |
| `client.send_more(b"…")` | sends more bytes of a request that was begun |
| `client.expect(expectation, within_ms=None, not_before_ms=None)` | the next reply must be this, and not here sooner after the request was begun; returns its value |
| `client.expect_nothing_more(for_ms=None)` | the same for this client |
| `client.expect_closed(within_ms=None)` | the program must close the connection; it may end too, where nothing follows |
| `client.close()` | the client leaves, politely |
| `client.reset()` | the client breaks off: what is on its way is lost |

`command("SET", "k", b"v")` is a command's bytes: to put several into one `send_bytes`, or to cut one
into pieces. Without `within_ms` the judge waits for 1000 ms, and less once the program has been silent. Give it
only where time is what you test. In any wait for the program, time in which a busy machine gives it no
turn does not count, within bounds. Bytes that nobody expected are found by the next `send`.
Several clients may be open at once; each has a lane in the trace that the learner sees. But a
server may serve one client at a time until the course says otherwise, and `listen(1)` without
`accept` has room for two connections in all, closed ones included.

## Expectations
| expectation | is |
| --- | --- |
| `simple("PONG")` | `+PONG\\r\\n` |
| `error("ERR unknown command")` | an error that begins so; after its first word in capitals or not |
| `exact_error("ERR no such key")` | this error and no more, in capitals or not |
| `integer(3)` | `:3\\r\\n` |
| `integer_between(90, 100)` | one of these; `unlike=seen` leaves out some of them |
| `bulk("hé")`, `bulk(b"\\xff")` | `$3\\r\\nhé\\r\\n`, `$1\\r\\n\\xff\\r\\n` |
| `nil`, `nil_array` | `$-1\\r\\n`, `*-1\\r\\n` |
| `null` | `_\\r\\n`, the nil of RESP3 |
| `pairs({"proto": 2})` | an array of keys and values in turns that has these pairs, among others |
| `map_with({"proto": 3})` | a map of RESP3 that has these |
| `array(["a", 1, nil, ["b"]])` | an array of these |
| `unordered(["a", "b"])` | an array of these in any order |
| `any_of(integer(0), nil)` | one of these, two to four |
| `matching(simple("AT 7"), r"AT \\d+", "AT and a number")` | a reply of the example's type whose whole text matches |
| `exactly(b"hello\\n")` | these bytes, in a protocol that is not RESP |

Text is sent and compared as UTF-8. `expect` returns bytes for strings and errors, a whole number
for an integer, None for the two nils and the null, and a tuple of such values for an array. A client's
replies are of RESP2 until it has sent `HELLO 3` by `send`.

## What a failure looks like
The outcomes are those of `protocol::Outcome`. Which one a program gets is the judge's business, not
the test's: `refused`, `exited`, `syntax-error`, `other-port`, `ipv6-only` where it can't be
reached; `silent`, `ended`, `closed`, `reset`, `incomplete`, `crashed`, `stopped`, `too-slow` where
no reply, or not all of it, came in time; `too-early` where it can't have been waited for; `invalid-byte`, `wrong-type`, `wrong-value`,
`extra-bytes` where the wrong one did; `differs` where Redis gives another one; `wrong-output` where a real client printed something else;
`wrong-file` where a file is not as it should be; `disagrees` where a real Redis makes something else of it; `unasked` where bytes came before any request;
`not-ended` where it was asked to end, and did not;
`out-of-memory`, `too-many-processes`, `too-many-sockets`, `output-flood`, `timed-out`, `interfered`
where a limit was hit.
'''

from codealong_judge.client import command
from codealong_judge.course import test
from codealong_judge.expectation import (
    array,
    bulk,
    error,
    exact_error,
    exactly,
    integer,
    nil,
    nil_array,
    null,
    simple,
)
from codealong_judge.open_expectation import any_of, integer_between, map_with, matching, pairs, unordered
from codealong_judge.server import differential

__all__ = [
    "any_of",
    "array",
    "bulk",
    "command",
    "differential",
    "error",
    "exact_error",
    "exactly",
    "integer",
    "integer_between",
    "map_with",
    "matching",
    "nil",
    "nil_array",
    "null",
    "pairs",
    "simple",
    "test",
    "unordered",
]

from codealong import error, map_with, nil, null, pairs, simple, test


def ask(client, *words, reply):
    client.send(*words)
    client.expect(reply)


@test("stores and gets a value with redis-cli", once=True)
def _(server):
    key, value = server.random.word(), " ".join(server.random.words(2))
    server.redis_cli("SET", key, value).expect("OK\n")
    server.redis_cli("GET", key).expect(f"{value}\n")


@test("runs a list of commands from redis-cli", once=True)
def _(server):
    key, number = server.random.word(), server.random.randrange(10, 90)
    commands = f"SET {key} {number}\nINCR {key}\nGET {key}\n"
    server.redis_cli(stdin=commands).expect(f"OK\n{number + 1}\n{number + 1}\n")


@test("introduces itself to HELLO")
def _(server):
    client = server.connect()
    ask(client, "HELLO", "2", reply=pairs({"server": "redis", "proto": 2}))
    ask(client, "HELLO", "3", reply=map_with({"server": "redis", "proto": 3}))
    ask(client, "PING", reply=simple("PONG"))


@test("speaks RESP3 to those who asked for it, and to nobody else")
def _(server):
    new, old = server.connect(), server.connect()
    key = server.random.word()
    ask(new, "HELLO", "3", reply=map_with({"proto": 3}))
    ask(new, "GET", key, reply=null)
    ask(old, "GET", key, reply=nil)
    ask(new, "HELLO", "2", reply=pairs({"proto": 2}))
    ask(new, "GET", key, reply=nil)


@test("refuses a protocol that it does not speak")
def _(server):
    client = server.connect()
    ask(client, "HELLO", str(server.random.randrange(4, 10)), reply=error("NOPROTO"))
    ask(client, "GET", server.random.word(), reply=nil)
    ask(client, "PING", reply=simple("PONG"))


SCRIPT = """
import redis

client = redis.Redis(port=PORT)
print(client.ping())
print(client.set("{key}", "41", ex=100), client.incr("{key}"), client.get("{key}"))
print(client.get("{missing}"), 90 <= client.ttl("{key}") <= 100)

pipeline = client.pipeline(transaction=False)
pipeline.delete("{key}")
pipeline.exists("{key}")
pipeline.incr("{key}")
print(pipeline.execute())
"""

PRINTED = """
True
True 42 b'42'
None True
[1, 0, 1]
"""


@test("works with redis-py, with an old version and a new one", once=True)
def _(server):
    for version in (5, 8):
        key, missing = server.random.words(2)
        script = SCRIPT.format(key=key, missing=missing)
        server.redis_py(script, version=version).expect(PRINTED.lstrip())

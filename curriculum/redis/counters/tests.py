from codealong import bulk, command, differential, exact_error, integer, integer_between, nil, simple, test

NO_NUMBER = exact_error("ERR value is not an integer or out of range")
OVERFLOW = exact_error("ERR increment or decrement would overflow")


def ask(client, *words, reply):
    client.send(*words)
    client.expect(reply)


def put(client, key, value, *options):
    ask(client, "SET", key, value, *options, reply=simple("OK"))


@test("removes keys with DEL, and counts those that were there")
def _(server):
    client = server.connect()
    first, second, missing = server.random.words(3)
    put(client, first, "1")
    put(client, second, "2")
    ask(client, "DEL", first, missing, second, first, reply=integer(2))
    for key in (first, second):
        ask(client, "GET", key, reply=nil)
    ask(client, "DEL", first, reply=integer(0))


@test("counts with EXISTS the keys that are there")
def _(server):
    client = server.connect()
    key, missing = server.random.words(2)
    put(client, key, "")
    ask(client, "EXISTS", key, missing, key, reply=integer(2))
    ask(client, "EXISTS", missing, reply=integer(0))
    ask(client, "GET", key, reply=bulk(""))


@test("counts up from nothing with INCR")
def _(server):
    client = server.connect()
    key = server.random.word()
    for number in (1, 2, 3):
        ask(client, "INCR", key, reply=integer(number))
    ask(client, "GET", key, reply=bulk("3"))


@test("counts up and down from a stored number")
def _(server):
    client = server.connect()
    key, number = server.random.word(), server.random.randrange(1000, 9999)
    put(client, key, str(number))
    ask(client, "INCR", key, reply=integer(number + 1))
    ask(client, "DECR", key, reply=integer(number))
    ask(client, "INCRBY", key, "25", reply=integer(number + 25))
    ask(client, "INCRBY", key, str(-number - 32), reply=integer(-7))
    ask(client, "DECR", key, reply=integer(-8))
    ask(client, "GET", key, reply=bulk("-8"))


@test("keeps the deadline of a counter")
def _(server):
    client = server.connect()
    key = server.random.word()
    put(client, key, "5", "EX", "100")
    ask(client, "INCR", key, reply=integer(6))
    # A run ends after ten seconds.
    ask(client, "TTL", key, reply=integer_between(90, 100))
    # Until the key goes: the next one of its name begins without.
    ask(client, "DEL", key, reply=integer(1))
    ask(client, "INCR", key, reply=integer(1))
    ask(client, "TTL", key, reply=integer(-1))


@test("starts anew when the time of a counter is over")
def _(server):
    client = server.connect()
    key = server.random.word()
    for number in range(3):
        put(client, f"{key}:{number}", "5", "PX", "30")
    server.later(70)
    server.settle()
    ask(client, "INCR", f"{key}:0", reply=integer(1))
    ask(client, "TTL", f"{key}:0", reply=integer(-1))
    ask(client, "EXISTS", f"{key}:1", reply=integer(0))
    ask(client, "DEL", f"{key}:2", reply=integer(0))


@test("refuses to count what isn't a whole number")
def _(server):
    client = server.connect()
    key = server.random.word()
    for value in ("ten", "", "7.0", " 7", "7 ", "7\n", "+7", "07", "-0", "1_000", "٧", str(2**63)):
        put(client, key, value)
        ask(client, "INCR", key, reply=NO_NUMBER)
        ask(client, "GET", key, reply=bulk(value))
    put(client, key, "7")
    for number in ("ten", "1e3", "1.5"):
        ask(client, "INCRBY", key, number, reply=NO_NUMBER)
    ask(client, "GET", key, reply=bulk("7"))


@test("stops at 64 bits")
def _(server):
    client = server.connect()
    key = server.random.word()
    largest, smallest = 2**63 - 1, -(2**63)
    put(client, key, str(largest - 1))
    ask(client, "INCR", key, reply=integer(largest))
    ask(client, "INCR", key, reply=OVERFLOW)
    ask(client, "GET", key, reply=bulk(str(largest)))
    put(client, key, str(smallest + 1))
    ask(client, "DECR", key, reply=integer(smallest))
    ask(client, "INCRBY", key, "-1", reply=OVERFLOW)
    ask(client, "GET", key, reply=bulk(str(smallest)))


@test("agrees with Redis on random scripts")
def _(server):
    differential(server, "strings counters")


@test("loses nothing when eight clients count at once")
def _(server):
    clients = [server.connect() for _ in range(8)]
    word = server.random.word()
    # Before a client's first request the judge waits until the program has nothing to do.
    for client in clients:
        ask(client, "PING", reply=simple("PONG"))
    for turn in range(3):
        for client in clients:
            client.send_bytes(command("INCR", f"{word}:{turn}") * 20)
        seen = set()
        for client in clients:
            for _ in range(20):
                seen.add(client.expect(integer_between(1, 160, unlike=seen)))
        ask(clients[0], "GET", f"{word}:{turn}", reply=bulk("160"))


@test("refuses too few and too many arguments")
def _(server):
    client = server.connect()
    key, value = server.random.words(2)
    for words in (
        ("GET",),
        ("get", key, value),
        ("SET", key),
        ("DEL",),
        ("Exists",),
        ("INCR",),
        ("INCR", key, "1"),
        ("DECR", key, "1"),
        ("INCRBY", key),
        ("TTL",),
        ("PTTL", key, value),
        ("EXPIRE", key),
        ("ECHO",),
    ):
        ask(client, *words, reply=exact_error(f"ERR wrong number of arguments for '{words[0].lower()}' command"))


@test("repeats a command that it does not know")
def _(server):
    client = server.connect()
    name, first, second = server.random.words(3)
    name = name.title() + "X"
    ask(client, name, first, f"{second} x", reply=exact_error(f"ERR unknown command '{name}', with args beginning with: '{first}' '{second} x' "))
    ask(client, name, reply=exact_error(f"ERR unknown command '{name}', with args beginning with: "))
    ask(client, "PING", reply=simple("PONG"))

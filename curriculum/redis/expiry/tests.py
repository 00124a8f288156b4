from codealong import bulk, command, exact_error, integer, integer_between, nil, simple, test

# What is left of 100 seconds, and of 100,000 ms: a run ends after ten seconds, however slow it is.
SECONDS_LEFT = integer_between(90, 100)
MS_LEFT = integer_between(90_000, 100_000)


def ask(client, *words, reply):
    client.send(*words)
    client.expect(reply)


def put(client, key, value, *options):
    ask(client, "SET", key, value, *options, reply=simple("OK"))


def let_pass(server, ms):
    """Waits until a time of so many milliseconds is over for sure, also for what has its own clock."""
    server.later(ms + 40)
    server.settle()


@test("takes seconds and milliseconds, in capitals or not")
def _(server):
    client = server.connect()
    key = server.random.word()
    for number, (option, time) in enumerate((("EX", "100"), ("px", "100000"), ("Ex", "100"))):
        put(client, f"{key}:{number}", "value", option, time)
        ask(client, "TTL", f"{key}:{number}", reply=SECONDS_LEFT)
        ask(client, "PTTL", f"{key}:{number}", reply=MS_LEFT)


@test("forgets a value when its time is over")
def _(server):
    client = server.connect()
    key, value = server.random.words(2)
    # Nothing is asked while it lasts, so it can be short.
    time = server.random.randrange(20, 60)
    for number in range(4):
        put(client, f"{key}:{number}", value, "PX", str(time))
    put(client, f"{key}:stays", value, "PX", "100000")
    let_pass(server, time)
    ask(client, "GET", f"{key}:0", reply=nil)
    ask(client, "PTTL", f"{key}:1", reply=integer(-2))
    ask(client, "TTL", f"{key}:2", reply=integer(-2))
    ask(client, "EXPIRE", f"{key}:3", "100", reply=integer(0))
    ask(client, "GET", f"{key}:stays", reply=bulk(value))


@test("counts the time down")
def _(server):
    client = server.connect()
    key = server.random.word()
    put(client, key, "value", "PX", "100000")
    server.later(60)
    ask(client, "PTTL", key, reply=integer_between(90_000, 99_950))


@test("tells no deadline from no key")
def _(server):
    client = server.connect()
    key = server.random.word()
    put(client, key, "value")
    for name in ("TTL", "PTTL"):
        ask(client, name, key, reply=integer(-1))
        ask(client, name, f"{key}:missing", reply=integer(-2))


@test("takes the old deadline away with a new SET")
def _(server):
    client = server.connect()
    key = server.random.word()
    for number in range(2):
        put(client, f"{key}:{number}", "old", "PX", "50")
    put(client, f"{key}:0", "new")
    put(client, f"{key}:1", "new", "EX", "100")
    ask(client, "TTL", f"{key}:0", reply=integer(-1))
    ask(client, "TTL", f"{key}:1", reply=SECONDS_LEFT)
    let_pass(server, 50)
    for number in range(2):
        ask(client, "GET", f"{key}:{number}", reply=bulk("new"))


@test("gives a deadline with EXPIRE to a key that is there")
def _(server):
    client = server.connect()
    key, value = server.random.words(2)
    ask(client, "EXPIRE", f"{key}:missing", "100", reply=integer(0))
    put(client, key, value)
    for seconds, left in (("5000", integer_between(4990, 5000)), ("100", SECONDS_LEFT)):
        ask(client, "EXPIRE", key, seconds, reply=integer(1))
        ask(client, "TTL", key, reply=left)
    ask(client, "GET", key, reply=bulk(value))


@test("removes a key with EXPIRE and a time below zero")
def _(server):
    client = server.connect()
    key = server.random.word()
    for number, seconds in enumerate(("-1", "0")):
        put(client, f"{key}:{number}", "value")
        ask(client, "EXPIRE", f"{key}:{number}", seconds, reply=integer(1))
        ask(client, "GET", f"{key}:{number}", reply=nil)


@test("keeps a hundred deadlines at once")
def _(server):
    client = server.connect()
    key = server.random.word()
    client.send_bytes(b"".join(command("SET", f"{key}:{number}", str(number), "EX", "100") for number in range(100)))
    for _ in range(100):
        client.expect(simple("OK"))
    number = server.random.randrange(100)
    ask(client, "TTL", f"{key}:{number}", reply=SECONDS_LEFT)
    ask(client, "GET", f"{key}:{number}", reply=bulk(str(number)))


@test("refuses times and options that make no sense")
def _(server):
    client = server.connect()
    key = server.random.word()
    put(client, key, "old")
    invalid = exact_error("ERR invalid expire time in 'set' command")
    no_number = exact_error("ERR value is not an integer or out of range")
    syntax = exact_error("ERR syntax error")
    for *options, reply in (
        ("EX", "0", invalid),
        ("PX", "-5", invalid),
        ("EX", "ten", no_number),
        ("PX", "1.5", no_number),
        ("EX", syntax),
        ("SOON", syntax),
        ("EX", "10", "PX", "10000", syntax),
    ):
        ask(client, "SET", key, "new", *options, reply=reply)
    ask(client, "EXPIRE", key, "ten", reply=no_number)
    ask(client, "GET", key, reply=bulk("old"))
    ask(client, "TTL", key, reply=integer(-1))

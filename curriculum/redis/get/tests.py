from codealong import bulk, error, nil, simple, test


def put(client, key, value):
    client.send("SET", key, value)
    client.expect(simple("OK"))


def get(client, key, expectation):
    client.send("GET", key)
    client.expect(expectation)


@test("gets what was set")
def _(server):
    client = server.connect()
    first, second = server.random.words(2)
    put(client, f"{first}:1", f"{first} first")
    put(client, f"{second}:2", f"{second} second")
    get(client, f"{first}:1", bulk(f"{first} first"))
    get(client, f"{second}:2", bulk(f"{second} second"))
    get(client, f"{first}:1", bulk(f"{first} first"))


@test("answers a missing key with nil")
def _(server):
    client = server.connect()
    for word in server.random.words(2):
        get(client, f"{word}:never-set", nil)


@test("tells an empty value from a missing key")
def _(server):
    client = server.connect()
    key = f"{server.random.word()}:empty"
    put(client, key, "")
    get(client, key, bulk(""))


@test("gets the latest value")
def _(server):
    client = server.connect()
    key = f"{server.random.word()}:changing"
    for turn in ("old", "new"):
        value = f"{server.random.word()} {turn}"
        put(client, key, value)
        get(client, key, bulk(value))


@test("keeps keys and values byte for byte")
def _(server):
    client = server.connect()
    key = b"\xff" + server.random.bytes(16)
    value = b" \r\n\xff\x00" + server.random.bytes(256) + b"\x00\r\n "
    put(client, key, value)
    get(client, key, bulk(value))


@test("shares the data between clients")
def _(server):
    key, value = f"{server.random.word()}:shared", server.random.word()
    first = server.connect()
    put(first, key, value)
    first.close()
    second = server.connect()
    get(second, key, bulk(value))


@test("refuses an unknown command and goes on")
def _(server):
    client = server.connect()
    client.send(server.random.word().upper() + "X", server.random.word())
    client.expect(error("ERR unknown command"))
    client.send("PING")
    client.expect(simple("PONG"))

from codealong import exact_error, simple, test

WRONG_NUMBER = exact_error("ERR wrong number of arguments for 'set' command")


@test("answers SET with +OK")
def _(server):
    client = server.connect()
    client.send("SET", server.random.word(), server.random.word())
    client.expect(simple("OK"))


@test("sets the same key twice")
def _(server):
    client = server.connect()
    key = server.random.word()
    for _ in range(2):
        client.send("SET", key, server.random.word())
        client.expect(simple("OK"))


@test("takes values with spaces and line breaks")
def _(server):
    client = server.connect()
    for gap in (" ", "\r\n"):
        key, *words = server.random.words(3)
        client.send("SET", key, gap.join(words) + gap)
        client.expect(simple("OK"))


@test("refuses SET without a value")
def _(server):
    client = server.connect()
    client.send("SET", server.random.word())
    client.expect(WRONG_NUMBER)


@test("stays connected after an error")
def _(server):
    client = server.connect()
    client.send("set", server.random.word())
    client.expect(WRONG_NUMBER)
    client.send("SET", server.random.word(), server.random.word())
    client.expect(simple("OK"))

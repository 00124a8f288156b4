from codealong import simple, test


@test("answers PING with +PONG")
def _(server):
    client = server.connect()
    client.send("PING")
    client.expect(simple("PONG"))


@test("answers three PINGs on one connection")
def _(server):
    client = server.connect()
    for _ in range(3):
        client.send("PING")
        client.expect(simple("PONG"))


@test("answers the next client too")
def _(server):
    first = server.connect()
    first.send("PING")
    first.expect(simple("PONG"))
    first.close()
    second = server.connect()
    second.send("PING")
    second.expect(simple("PONG"))


@test("sends nothing after the reply")
def _(server):
    client = server.connect()
    client.send("PING")
    client.expect(simple("PONG"))
    client.expect_nothing_more()

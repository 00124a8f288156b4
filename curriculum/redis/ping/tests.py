from codealong import simple, test


@test("answers PING with +PONG")
def _(server):
    client = server.connect()
    client.send("PING")
    client.expect(simple("PONG"))


@test("answers five PINGs on one connection")
def _(server):
    client = server.connect()
    for _ in range(5):
        client.send("PING")
        client.expect(simple("PONG"))


@test("answers the next client too")
def _(server):
    for _ in range(5):
        client = server.connect()
        client.send("PING")
        client.expect(simple("PONG"))
        client.close()


@test("sends nothing after the reply")
def _(server):
    client = server.connect()
    client.send("PING")
    client.expect(simple("PONG"))
    client.expect_nothing_more()

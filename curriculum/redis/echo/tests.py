from codealong import bulk, test


def echo(client, value):
    client.send("ECHO", value)
    client.expect(bulk(value))


@test("echoes a word")
def _(server):
    echo(server.connect(), server.random.word())


@test("keeps spaces, even at the edges")
def _(server):
    client = server.connect()
    first, second, third = server.random.words(3)
    echo(client, f"{first} {second}")
    echo(client, f" {third}  ")


@test("echoes the empty string")
def _(server):
    client = server.connect()
    echo(client, "")
    echo(client, server.random.word())


@test("ignores the case of the command, and only that")
def _(server):
    client = server.connect()
    word = server.random.word().title()
    client.send("eChO", word)
    client.expect(bulk(word))

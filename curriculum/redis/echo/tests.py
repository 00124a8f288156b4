from string import ascii_lowercase

from codealong import bulk, test


def echo(client, value):
    client.send("ECHO", value)
    client.expect(bulk(value))


@test("echoes a word")
def _(server):
    echo(server.connect(), server.random.word())


@test("keeps spaces, and the empty string")
def _(server):
    client = server.connect()
    echo(client, " ".join(server.random.words(2)))
    echo(client, "")


@test("counts the length in bytes")
def _(server):
    echo(server.connect(), server.random.word() + server.random.choice("éèñöß"))


@test("keeps a line break inside a value")
def _(server):
    echo(server.connect(), "\r\n".join(server.random.words(2)))


@test("echoes 4 KiB")
def _(server):
    client = server.connect()
    echo(client, "".join(server.random.choices(ascii_lowercase, k=4096)))
    echo(client, server.random.word())


@test("ignores the case of the command, and only that")
def _(server):
    client = server.connect()
    word = server.random.word().title()
    client.send("eChO", word)
    client.expect(bulk(word))

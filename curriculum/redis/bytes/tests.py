from codealong import bulk, command, test


def echo(client, value):
    client.send("ECHO", value)
    client.expect(bulk(value))


@test("counts the length in bytes")
def _(server):
    echo(server.connect(), server.random.word() + server.random.choice("éèñöß"))


@test("keeps a line break inside a value")
def _(server):
    echo(server.connect(), "\r\n".join(server.random.words(2)))


@test("echoes 4 KiB")
def _(server):
    client = server.connect()
    echo(client, server.random.bytes(2048).hex())
    echo(client, server.random.word())


@test("reads a command that comes in two pieces")
def _(server):
    client = server.connect()
    first, second = server.random.words(2)
    data = command("ECHO", first + second)
    cut = data.rindex(second.encode())
    client.send_pieces([data[:cut], data[cut:]])
    client.expect(bulk(first + second))


@test("reads a command that comes byte by byte")
def _(server):
    client = server.connect()
    word = server.random.word()
    client.send_pieces([bytes([byte]) for byte in command("ECHO", word)])
    client.expect(bulk(word))


@test("answers two commands that come at once")
def _(server):
    client = server.connect()
    words = server.random.words(2)
    client.send_bytes(b"".join(command("ECHO", word) for word in words))
    for word in words:
        client.expect(bulk(word))

from codealong import bulk, command, simple, test


def expect_pong(client):
    client.send("PING")
    client.expect(simple("PONG"))


def put(client, key, value):
    client.send("SET", key, value)
    client.expect(simple("OK"))


@test("answers two clients in turn")
def _(server):
    clients = [server.connect() for _ in range(2)]
    for _ in range(2):
        for client in clients:
            word = server.random.word()
            client.send("ECHO", word)
            client.expect(bulk(word))


@test("lets nobody wait for half a command")
def _(server):
    slow = server.connect()
    word = server.random.word()
    data = command("ECHO", word)
    slow.send_bytes(data[:-5])
    for _ in range(10):
        expect_pong(server.connect())
    slow.send_more(data[-5:])
    slow.expect(bulk(word))


@test("serves ten clients that all speak at once")
def _(server):
    clients = [server.connect() for _ in range(10)]
    values = server.random.words(10)
    for number, (client, value) in enumerate(zip(clients, values)):
        key = f"{values[0]}:{number}"
        client.send_bytes(command("SET", key, value) + command("GET", key))
    for number in server.random.sample(range(10), 10):
        clients[number].expect(simple("OK"))
        clients[number].expect(bulk(values[number]))
    for client in clients:
        expect_pong(client)


@test("shares the data between clients that stay")
def _(server):
    clients = [server.connect() for _ in range(2)]
    key = f"{server.random.word()}:both"
    for writer, reader in (clients, reversed(clients)):
        value = server.random.word()
        put(writer, key, value)
        reader.send("GET", key)
        reader.expect(bulk(value))


@test("lets nobody wait for a client that does not read")
def _(server):
    greedy, other = server.connect(), server.connect()
    key, value = server.random.word(), server.random.bytes(256 * 1024)
    put(other, key, value)
    # More than the kernel keeps for a client that does not read.
    greedy.send_bytes(command("GET", key) * 8)
    server.settle()
    expect_pong(other)
    expect_pong(server.connect())
    for _ in range(8):
        greedy.expect(bulk(value))


@test("keeps the others when a client breaks off")
def _(server):
    half, greedy, other = (server.connect() for _ in range(3))
    key, value = server.random.word(), server.random.bytes(256 * 1024)
    put(other, key, value)
    half.send_bytes(command("ECHO", key)[:-5])
    greedy.send_bytes(command("GET", key) * 8)
    server.settle()
    half.reset()
    greedy.reset()
    server.settle()
    expect_pong(other)
    expect_pong(server.connect())

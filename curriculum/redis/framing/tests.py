from codealong import bulk, command, error, simple, test


def expect_pong(client):
    client.send("PING")
    client.expect(simple("PONG"))


def put(client, key, value):
    client.send("SET", key, value)
    client.expect(simple("OK"))


@test("answers fifty commands that come at once")
def _(server):
    client = server.connect()
    words = server.random.words(50)
    client.send_bytes(b"".join(command("ECHO", word) for word in words) + command("PING"))
    for word in words:
        client.expect(bulk(word))
    client.expect(simple("PONG"))


@test("reads commands wherever the stream is cut")
def _(server):
    client = server.connect()
    # A value that looks like the protocol.
    value = server.random.text(2) + "\r\n$3"
    echo = command("ECHO", value)
    data = echo + command("PING")
    for cut in range(1, len(echo) + 3):
        client.send_pieces([data[:cut], data[cut:]])
        client.expect(bulk(value))
        client.expect(simple("PONG"))


@test("keeps a value of 256 KiB")
def _(server):
    client = server.connect()
    key, value = server.random.word(), server.random.bytes(256 * 1024)
    put(client, key, value)
    client.send("GET", key)
    client.expect(bulk(value))


@test("does not carry out half a command")
def _(server):
    key, old = server.random.words(2)
    new = command("SET", key, f"{server.random.word()}:unfinished")
    client = server.connect()
    put(client, key, old)
    client.close()
    for cut in (len(new) - 6, len(new) - 2):
        client = server.connect()
        client.send_bytes(new[:cut])
        client.close()
        client = server.connect()
        client.send("GET", key)
        client.expect(bulk(old))
        client.close()


@test("goes on when a client leaves in the middle of a command")
def _(server):
    data = command("ECHO", server.random.word())
    for end in (b"*2", b"$", b"EC", b"$"):
        client = server.connect()
        client.send_bytes(data[: data.index(end) + len(end)])
        client.close()
        server.settle()
    expect_pong(server.connect())


@test("goes on when a client breaks off")
def _(server):
    client = server.connect()
    expect_pong(client)
    client.reset()
    client = server.connect()
    key = server.random.word()
    put(client, key, server.random.bytes(256 * 1024))
    # More than the kernel keeps for a client that does not read.
    client.send_bytes(command("GET", key) * 8)
    server.settle()
    client.reset()
    expect_pong(server.connect())


@test("answers nonsense with an error and hangs up")
def _(server):
    too_long = server.random.randrange(600_000_000, 2_000_000_000)
    for beginning in ("*1\r\n:4", "*1\r\n$four", "*1\r\n$-4", "*one\r\n$4", f"*1\r\n${too_long}"):
        client = server.connect()
        # What follows makes sense again, and may be answered no more.
        client.send_bytes(f"{beginning}\r\nPING\r\n".encode() + command("PING"))
        client.expect(error("ERR Protocol error"))
        client.expect_closed()
        client.close()
    expect_pong(server.connect())


@test("goes on after a client that speaks another protocol")
def _(server):
    page = server.random.word()
    hello = b"\x16\x03\x01" + server.random.bytes(60)
    for data in (f"GET /{page} HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n", hello):
        client = server.connect()
        client.send_bytes(data)
        server.settle()
        client.close()
    expect_pong(server.connect())

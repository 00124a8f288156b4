from codealong import array, bulk, command, differential, exact_error, integer, integer_between, nil_array, simple, test


def ask(client, *words, reply):
    client.send(*words)
    client.expect(reply)


def random_key(server):
    return f"jobs:{server.random.word()}"


def wait(server, client, *keys, time="0"):
    """The client waits from now on, behind those who do so already."""
    client.send("BLPOP", *keys, time)
    server.settle()


def waiting_clients(server, count, *keys):
    clients = [server.connect() for _ in range(count)]
    for client in clients:
        wait(server, client, *keys)
    return clients


def push(client, name, key, *elements):
    ask(client, name, key, *elements, reply=integer(len(elements)))
    # So a push that served nobody differs from one that wasn't answered.
    ask(client, "PING", reply=simple("PONG"))


@test("takes at once what is there")
def _(server):
    client = server.connect()
    key, other = f"{random_key(server)}:a", f"{random_key(server)}:b"
    words = server.random.words(4)
    ask(client, "RPUSH", key, *words[:3], reply=integer(3))
    ask(client, "BLPOP", key, "1", reply=array([key, words[0]]))
    ask(client, "BLPOP", other, key, "0", reply=array([key, words[1]]))
    ask(client, "RPUSH", other, words[3], reply=integer(1))
    ask(client, "BLPOP", key, other, "0", reply=array([key, words[2]]))
    ask(client, "EXISTS", key, other, reply=integer(1))


@test("waits until something comes")
def _(server):
    workers, other = [server.connect() for _ in range(2)], server.connect()
    key, values = random_key(server), server.random.words(2)
    for number, worker in enumerate(workers):
        wait(server, worker, f"{key}:{number}")
    server.pause(30)
    for number, name in enumerate(("RPUSH", "LPUSH")):
        push(other, name, f"{key}:{number}", values[number])
        workers[number].expect(array([f"{key}:{number}", values[number]]))
    ask(other, "EXISTS", f"{key}:0", f"{key}:1", reply=integer(0))


@test("serves who came first")
def _(server):
    first, *others = [server.connect() for _ in range(5)]
    other = server.connect()
    key, word = random_key(server), server.random.word()
    wait(server, first, key)
    push(other, "RPUSH", key, word)
    first.expect(array([key, word]))
    # Who was served and asks again is the last.
    clients = [*others, first]
    for client in clients:
        wait(server, client, key)
        # At odd times, or a program that only looks now and then keeps the order by chance.
        server.pause(server.random.randrange(15, 35))
    for number in range(5):
        ask(other, "RPUSH", key, f"{word}:{number}", reply=integer_between(1, 5))
    ask(other, "PING", reply=simple("PONG"))
    for number, client in enumerate(clients):
        client.expect(array([key, f"{word}:{number}"]))
    server.expect_silence(*clients)


@test("serves as many as there are elements, when the push is done")
def _(server):
    key, word = random_key(server), server.random.word()
    values = [f"{word}:{letter}" for letter in "abcd"]
    clients, other = waiting_clients(server, 2, key), server.connect()
    push(other, "RPUSH", key, *values)
    for client, value in zip(clients, values):
        client.expect(array([key, value]))
    ask(other, "LRANGE", key, "0", "-1", reply=array(values[2:]))
    wait(server, clients[0], f"{key}:2")
    push(other, "LPUSH", f"{key}:2", *values[:3])
    clients[0].expect(array([f"{key}:2", values[2]]))
    ask(other, "LRANGE", f"{key}:2", "0", "-1", reply=array([values[1], values[0]]))


@test("gives up when the time is over, not before")
def _(server):
    hasty, patient, other = (server.connect() for _ in range(3))
    key, value = random_key(server), server.random.word()
    wait(server, hasty, key, time="0.1")
    # Longer than a run, so the judge can never be too late for it.
    wait(server, patient, f"{key}:2", time="20")
    hasty.expect(nil_array, within_ms=1000, not_before_ms=100)
    push(other, "RPUSH", f"{key}:2", value)
    patient.expect(array([f"{key}:2", value]))
    push(other, "RPUSH", key, value)
    ask(other, "LLEN", key, reply=integer(1))
    ask(hasty, "PING", reply=simple("PONG"))


@test("waits for several lists, and takes from one")
def _(server):
    worker, other = server.connect(), server.connect()
    a, b = f"{random_key(server)}:a", f"{random_key(server)}:b"
    values = server.random.words(3)
    wait(server, worker, a)
    push(other, "RPUSH", a, values[0])
    worker.expect(array([a, values[0]]))
    wait(server, worker, a, b)
    push(other, "RPUSH", b, values[1])
    worker.expect(array([b, values[1]]))
    push(other, "RPUSH", a, values[2])
    ask(other, "LRANGE", a, "0", "-1", reply=array([values[2]]))
    worker.expect_nothing_more()


@test("gives nothing to a client that has left")
def _(server):
    key, values = random_key(server), server.random.words(2)
    (first, leaver, last), other = waiting_clients(server, 3, key), server.connect()
    push(other, "RPUSH", key, values[0])
    first.expect(array([key, values[0]]))
    leaver.close()
    server.settle()
    push(other, "RPUSH", key, values[1])
    last.expect(array([key, values[1]]))


@test("holds nobody else up")
def _(server):
    key, values = random_key(server), server.random.words(6)
    clients, other = waiting_clients(server, 6, key), server.connect()
    ask(other, "SET", f"{key}:2", values[0], reply=simple("OK"))
    ask(other, "GET", f"{key}:2", reply=bulk(values[0]))
    # One who waits has sent its next command already, whose turn comes afterwards.
    clients[0].send_more(command("PING"))
    server.settle()
    push(other, "LPUSH", key, values[0])
    clients[0].expect(array([key, values[0]]))
    clients[0].expect(simple("PONG"))
    push(other, "RPUSH", key, *values[1:])
    for client, value in zip(clients[1:], values[1:]):
        client.expect(array([key, value]))


@test("refuses a time that makes no sense")
def _(server):
    client = server.connect()
    key = random_key(server)
    ask(client, "BLPOP", key, "soon", reply=exact_error("ERR timeout is not a float or out of range"))
    ask(client, "BLPOP", key, "-1", reply=exact_error("ERR timeout is negative"))
    ask(client, "BLPOP", key, reply=exact_error("ERR wrong number of arguments for 'blpop' command"))
    ask(client, "SET", key, "a text", reply=simple("OK"))
    wrong_type = exact_error("WRONGTYPE Operation against a key holding the wrong kind of value")
    ask(client, "BLPOP", key, "1", reply=wrong_type)


@test("agrees with Redis on random scripts of three clients")
def _(server):
    differential(server, "waiting", scripts=20, length=8)

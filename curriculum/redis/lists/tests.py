from codealong import array, bulk, differential, exact_error, integer, integer_between, nil, nil_array, simple, test

WRONG_TYPE = exact_error("WRONGTYPE Operation against a key holding the wrong kind of value")
NO_NUMBER = exact_error("ERR value is not an integer or out of range")
NO_COUNT = exact_error("ERR value is out of range, must be positive")
# What is left of 100 seconds: a run ends after ten seconds, however slow it is.
SECONDS_LEFT = integer_between(90, 100)


def ask(client, *words, reply):
    client.send(*words)
    client.expect(reply)


def put(client, key, value, *options):
    ask(client, "SET", key, value, *options, reply=simple("OK"))


@test("appends with RPUSH and tells the new length")
def _(server):
    client = server.connect()
    key, *words = server.random.words(4)
    ask(client, "RPUSH", key, words[0], reply=integer(1))
    ask(client, "RPUSH", key, words[1], words[2], reply=integer(3))
    ask(client, "LRANGE", key, "0", "-1", reply=array(words))
    ask(client, "LLEN", key, reply=integer(3))


@test("puts each element in front with LPUSH")
def _(server):
    client = server.connect()
    key, a, b, c, d, e = server.random.words(6)
    ask(client, "LPUSH", key, a, b, reply=integer(2))
    ask(client, "LRANGE", key, "0", "-1", reply=array([b, a]))
    ask(client, "RPUSH", key, c, reply=integer(3))
    ask(client, "LPUSH", key, d, e, reply=integer(5))
    ask(client, "LRANGE", key, "0", "-1", reply=array([e, d, b, a, c]))


@test("reads a part with LRANGE, counted from either end")
def _(server):
    client = server.connect()
    key, *words = server.random.words(6)
    ask(client, "RPUSH", key, *words, reply=integer(5))
    for first, last, part in (
        (0, 0, words[:1]),
        (1, 3, words[1:4]),
        (-2, -1, words[3:]),
        (0, -2, words[:4]),
        (0, -5, words[:1]),
        (4, 4, words[4:]),
        (0, 100, words),
        (3, 1, []),
        (5, 9, []),
        (-1, 0, []),
        (-7, 100, words),
        (0, -6, []),
        (0, -7, []),
    ):
        ask(client, "LRANGE", key, str(first), str(last), reply=array(part))


@test("takes a missing list for an empty one")
def _(server):
    client = server.connect()
    key = server.random.word()
    ask(client, "LRANGE", key, "0", "-1", reply=array([]))
    ask(client, "LLEN", key, reply=integer(0))
    ask(client, "LPOP", key, reply=nil)
    ask(client, "RPOP", key, reply=nil)
    ask(client, "LPOP", key, "2", reply=nil_array)


@test("takes elements from both ends with LPOP and RPOP")
def _(server):
    client = server.connect()
    key, *words = server.random.words(8)
    ask(client, "RPUSH", key, *words, reply=integer(7))
    ask(client, "LPOP", key, reply=bulk(words[0]))
    ask(client, "RPOP", key, reply=bulk(words[6]))
    ask(client, "LPOP", key, "2", reply=array(words[1:3]))
    ask(client, "RPOP", key, "2", reply=array([words[5], words[4]]))
    ask(client, "LPOP", key, "10", reply=array([words[3]]))


@test("forgets a list with its last element")
def _(server):
    client = server.connect()
    key, a, b, c = server.random.words(4)
    ask(client, "RPUSH", key, a, reply=integer(1))
    ask(client, "EXPIRE", key, "100", reply=integer(1))
    ask(client, "RPUSH", key, b, reply=integer(2))
    ask(client, "TTL", key, reply=SECONDS_LEFT)
    ask(client, "LPOP", key, reply=bulk(a))
    ask(client, "TTL", key, reply=SECONDS_LEFT)
    ask(client, "RPOP", key, "2", reply=array([b]))
    ask(client, "EXISTS", key, reply=integer(0))
    ask(client, "RPUSH", key, c, reply=integer(1))
    ask(client, "TTL", key, reply=integer(-1))


@test("keeps elements byte for byte")
def _(server):
    client = server.connect()
    key, values = server.random.word(), [server.random.bytes(20), b"", b"a\r\nb", b"a\r\nb", "hé"]
    ask(client, "RPUSH", key, *values, reply=integer(5))
    ask(client, "LRANGE", key, "0", "-1", reply=array(values))


@test("tells with TYPE what kind of value a key holds")
def _(server):
    client = server.connect()
    text, items, missing = server.random.words(3)
    put(client, text, "1")
    ask(client, "RPUSH", items, "1", reply=integer(1))
    ask(client, "TYPE", text, reply=simple("string"))
    ask(client, "TYPE", items, reply=simple("list"))
    ask(client, "TYPE", missing, reply=simple("none"))


@test("refuses a command that is meant for another kind of value")
def _(server):
    client = server.connect()
    text, items = server.random.words(2)
    number = str(server.random.randrange(10, 99))
    put(client, text, number)
    ask(client, "RPUSH", items, "7", reply=integer(1))
    for words in (
        ("RPUSH", text, "x"),
        ("LPUSH", text, "x"),
        ("LLEN", text),
        ("LRANGE", text, "0", "-1"),
        ("LPOP", text),
        ("RPOP", text, "1"),
        ("GET", items),
        ("INCR", items),
    ):
        ask(client, *words, reply=WRONG_TYPE)
    ask(client, "GET", text, reply=bulk(number))
    ask(client, "LRANGE", items, "0", "-1", reply=array(["7"]))
    put(client, items, "a text now")
    ask(client, "GET", items, reply=bulk("a text now"))


@test("refuses indexes, counts and arguments that make no sense")
def _(server):
    client = server.connect()
    key, value = server.random.words(2)
    ask(client, "RPUSH", key, value, reply=integer(1))
    ask(client, "LRANGE", key, "one", "1", reply=NO_NUMBER)
    ask(client, "LRANGE", key, "0", "1.5", reply=NO_NUMBER)
    ask(client, "LPOP", key, "-1", reply=NO_COUNT)
    ask(client, "RPOP", key, "two", reply=NO_COUNT)
    ask(client, "LPOP", key, "0", reply=array([]))
    for words in (
        ("RPUSH", key),
        ("LPUSH", key),
        ("LRANGE", key, "0"),
        ("LLEN",),
        ("LPOP",),
        ("RPOP", key, "1", "1"),
        ("TYPE",),
    ):
        ask(client, *words, reply=exact_error(f"ERR wrong number of arguments for '{words[0].lower()}' command"))
    ask(client, "LRANGE", key, "0", "-1", reply=array([value]))


@test("finds no value whose time is over")
def _(server):
    client = server.connect()
    key, value = server.random.words(2)
    for number in range(4):
        put(client, f"{key}:{number}", value, "PX", "1")
    server.pause(50)
    server.settle()
    ask(client, "TYPE", f"{key}:0", reply=simple("none"))
    ask(client, "LLEN", f"{key}:1", reply=integer(0))
    ask(client, "RPUSH", f"{key}:2", value, reply=integer(1))
    ask(client, "TTL", f"{key}:2", reply=integer(-1))
    ask(client, "LPUSH", f"{key}:3", value, reply=integer(1))


@test("agrees with Redis on random scripts with lists")
def _(server):
    differential(server, "strings counters lists")

import selectors
import socket
import time

LONGEST = 512 * 1024 * 1024

MS = {b"EX": 1000, b"PX": 1}
NO_NUMBER = b"value is not an integer or out of range"

store = {}
deadlines = {}
buffers = {}
unsent = {}
protocols = {}  # the version that each client has asked for
turn = None  # the client whose command is carried out
selector = selectors.DefaultSelector()


class ProtocolError(Exception):
    pass


class Refused(Exception):
    pass


class Incomplete(Exception):
    pass


def take_number(data, begin, mark):
    """The number in the line that begins there, and where the next line begins."""
    if data[begin : begin + 1] not in (b"", mark):
        raise ProtocolError
    end = data.find(b"\r\n", begin)
    if end < 0:
        raise Incomplete
    digits = data[begin + 1 : end]
    if not digits.isdigit() or int(digits) > LONGEST:
        raise ProtocolError
    return int(digits), end + 2


def take_command(data):
    """The words of the first command, and what comes behind it."""
    count, position = take_number(data, 0, b"*")
    words = []
    for _ in range(count):
        length, position = take_number(data, position, b"$")
        end = position + length
        if len(data) < end + 2:
            raise Incomplete
        words.append(data[position:end])
        position = end + 2
    return words, data[position:]


def nil():
    """There is no value, in the version of the protocol that this client has asked for."""
    return b"_\r\n" if protocols.get(turn) == 3 else b"$-1\r\n"


def bulk(value):
    if value is None:
        return nil()
    return b"$%d\r\n%b\r\n" % (len(value), value)


def integer(number):
    return b":%d\r\n" % number


def error(text):
    return b"-ERR %b\r\n" % b" ".join(text.splitlines())


def now():
    return int(time.time() * 1000)


def remove(key):
    store.pop(key, None)
    deadlines.pop(key, None)


def find(key):
    """Returns the value, or None; every command that looks at a key does it here."""
    if key in deadlines and deadlines[key] <= now():
        remove(key)
    return store.get(key)


def whole_number(text):
    """Returns the number that a text is, in the one way to write it, and in 64 bits."""
    try:
        number = int(text)
    except ValueError:
        raise Refused(NO_NUMBER)
    if b"%d" % number != text or not -(2**63) <= number < 2**63:
        raise Refused(NO_NUMBER)
    return number


def ping():
    return b"+PONG\r\n"


def hello(protocol=None):
    """Changes to the version of the protocol that is asked for, and introduces the server in it."""
    if protocol not in (None, b"2", b"3"):
        return b"-NOPROTO unsupported protocol version\r\n"
    if protocol is not None:
        protocols[turn] = int(protocol)
    fields = [
        (b"server", bulk(b"redis")),
        (b"version", bulk(b"7.0.15")),
        (b"proto", integer(protocols[turn])),
        (b"mode", bulk(b"standalone")),
        (b"role", bulk(b"master")),
    ]
    count = b"%%%d\r\n" % len(fields) if protocols[turn] == 3 else b"*%d\r\n" % (2 * len(fields))
    return count + b"".join(bulk(name) + value for name, value in fields)


def set_value(key, value, *options):
    deadline = None
    if options:
        unit = MS.get(options[0].upper())
        if unit is None or len(options) != 2:
            raise Refused(b"syntax error")
        time_left = whole_number(options[1])
        if time_left <= 0:
            raise Refused(b"invalid expire time in 'set' command")
        deadline = now() + time_left * unit
    remove(key)
    store[key] = value
    if deadline is not None:
        deadlines[key] = deadline
    return b"+OK\r\n"


def get(key):
    return bulk(find(key))


def ms_left(key):
    if find(key) is None:
        return -2
    if key not in deadlines:
        return -1
    return deadlines[key] - now()


def ttl(key):
    left = ms_left(key)
    return integer(left if left < 0 else left // 1000)


def pttl(key):
    return integer(ms_left(key))


def expire(key, seconds):
    seconds = whole_number(seconds)
    if find(key) is None:
        return integer(0)
    deadlines[key] = now() + seconds * 1000
    return integer(1)


def delete(*keys):
    removed = 0
    for key in keys:
        if find(key) is not None:
            remove(key)
            removed += 1
    return integer(removed)


def exists(*keys):
    return integer(sum(find(key) is not None for key in keys))


def add(key, difference):
    value = find(key)
    number = (0 if value is None else whole_number(value)) + difference
    if not -(2**63) <= number < 2**63:
        raise Refused(b"increment or decrement would overflow")
    store[key] = b"%d" % number
    return integer(number)


def incr(key):
    return add(key, 1)


def decr(key):
    return add(key, -1)


def incrby(key, difference):
    return add(key, whole_number(difference))


ANY_NUMBER = float("inf")
COMMANDS = {  # name: function, fewest and most arguments
    b"PING": (ping, 0, 0),
    b"HELLO": (hello, 0, 1),
    b"ECHO": (bulk, 1, 1),
    b"SET": (set_value, 2, ANY_NUMBER),
    b"GET": (get, 1, 1),
    b"TTL": (ttl, 1, 1),
    b"PTTL": (pttl, 1, 1),
    b"EXPIRE": (expire, 2, 2),
    b"DEL": (delete, 1, ANY_NUMBER),
    b"EXISTS": (exists, 1, ANY_NUMBER),
    b"INCR": (incr, 1, 1),
    b"DECR": (decr, 1, 1),
    b"INCRBY": (incrby, 2, 2),
}


def answer(words):
    name, *arguments = words
    if name.upper() not in COMMANDS:
        shown = b"".join(b"'%b' " % argument for argument in arguments)
        return error(b"unknown command '%b', with args beginning with: %b" % (name, shown))
    function, fewest, most = COMMANDS[name.upper()]
    if not fewest <= len(arguments) <= most:
        return error(b"wrong number of arguments for '%b' command" % name.lower())
    try:
        return function(*arguments)
    except Refused as refused:
        return error(refused.args[0])


def hang_up(client):
    selector.unregister(client)
    del buffers[client], unsent[client], protocols[client]
    client.close()


def watch(client):
    """What is waited for: room to send where something is unsent, else more to read."""
    events = selectors.EVENT_WRITE if unsent[client] else selectors.EVENT_READ
    selector.modify(client, events)


def write(client):
    try:
        sent = client.send(unsent[client])
    except BlockingIOError:
        sent = 0
    del unsent[client][:sent]


def work(client):
    """Answers the commands that are whole, until one reply does not fit into the socket."""
    global turn
    try:
        while not unsent[client]:
            words, buffers[client] = take_command(buffers[client])
            if words:
                turn = client
                unsent[client] += answer(words)
                write(client)
    except Incomplete:
        pass


def handle(client, events):
    try:
        if events & selectors.EVENT_READ:
            data = client.recv(65536)
            if not data:
                hang_up(client)
                return
            buffers[client] += data
        if unsent[client]:
            write(client)
        work(client)
        watch(client)
    except ProtocolError:
        client.send(error(b"Protocol error"))
        hang_up(client)
    except ConnectionError:
        hang_up(client)


server = socket.create_server(("localhost", 6379))
server.setblocking(False)
selector.register(server, selectors.EVENT_READ)
while True:
    for key, events in selector.select():
        if key.fileobj is server:
            client, _ = server.accept()
            client.setblocking(False)
            buffers[client], unsent[client], protocols[client] = b"", bytearray(), 2
            selector.register(client, selectors.EVENT_READ)
        else:
            handle(key.fileobj, events)

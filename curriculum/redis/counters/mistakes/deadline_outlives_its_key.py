import socket
import threading
import time

LONGEST = 512 * 1024 * 1024
MS = {b"EX": 1000, b"PX": 1}
NO_NUMBER = b"value is not an integer or out of range"

store = {}
deadlines = {}  # the moment at which a key's value is over, in milliseconds
lock = threading.Lock()


class Refused(Exception):
    """What is wrong with a command, as its client is told."""


class ProtocolError(Exception):
    """What the client sent is no command."""


def read_line(stream):
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return line.rstrip(b"\r\n")


def read_exactly(stream, size):
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def read_number(stream, mark):
    """Reads a line such as `$4`, with this mark before its number."""
    line = read_line(stream)
    if line[:1] != mark:
        raise ProtocolError(f"expected '{mark.decode()}'")
    if not line[1:].isdigit() or len(line) > 10 or int(line[1:]) > LONGEST:
        raise ProtocolError("invalid length")
    return int(line[1:])


def read_command(stream):
    """Returns the words of the next command; raises EOFError when the client is gone."""
    words = []
    for _ in range(read_number(stream, b"*")):
        length = read_number(stream, b"$")
        words.append(read_exactly(stream, length))
        read_exactly(stream, 2)  # the closing \r\n
    return words


def bulk(value):
    if value is None:
        return b"$-1\r\n"
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
    return max(deadlines[key] - now(), 0)


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
            del store[key]
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
    function, arguments_min, arguments_max = COMMANDS[name.upper()]
    if not arguments_min <= len(arguments) <= arguments_max:
        return error(b"wrong number of arguments for '%b' command" % name.lower())
    try:
        return function(*arguments)
    except Refused as refused:
        return error(refused.args[0])


def converse(client):
    stream = client.makefile("rb")
    try:
        while True:
            words = read_command(stream)
            if words:
                with lock:  # one command at a time, as in Redis
                    reply = answer(words)
                client.sendall(reply)  # without the lock: a slow client takes its time
    except ProtocolError as problem:
        client.sendall(error(f"Protocol error: {problem}".encode()))


def serve(client):
    with client:
        try:
            converse(client)
        except (EOFError, ConnectionError):
            pass  # This client is gone; the server is not.


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()

import socket
import threading
import time
from collections import deque

LONGEST = 512 * 1024 * 1024
MS = {b"EX": 1000, b"PX": 1}
NO_NUMBER = b"value is not an integer or out of range"

store = {}
waiting = []  # the clients in BLPOP, who came first is first
deadlines = {}  # the moment at which a key's value is over, in milliseconds
lock = threading.Lock()
connection = threading.local()  # what belongs to one client: each has a thread of its own


class Refused(Exception):
    """What is wrong with a command, as its client is told."""


class WrongType(Exception):
    """The key holds another kind of value than the command is for."""


class ProtocolError(Exception):
    """What the client sent is no command."""


class Waiter:
    """A client in BLPOP: it waits for what somebody pushes to these keys."""

    def __init__(self, keys, seconds):
        self.keys = keys
        self.seconds = seconds  # None: for ever
        self.client = None
        self.reply = None
        self.has_reply = threading.Event()

    def wait(self):
        """Returns the reply as soon as there is one, or when the time is over."""
        self.has_reply.wait(self.seconds)
        with lock:
            if self.reply is None:
                for waiter in waiting:
                    waiter.reply = nil(b"*-1\r\n")
                    waiter.has_reply.set()
                waiting.clear()
        return self.reply

    def is_gone(self):
        """Whether the client has hung up: where nothing more is to come, there is `b""` to read."""
        try:
            return self.client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False  # it is there, and says nothing
        except ConnectionError:
            return True


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


def nil(in_resp2=b"$-1\r\n"):
    """There is no value, in the version of the protocol that this client has asked for."""
    return b"_\r\n" if connection.protocol == 3 else in_resp2


def bulk(value):
    if value is None:
        return nil()
    return b"$%d\r\n%b\r\n" % (len(value), value)


def integer(number):
    return b":%d\r\n" % number


def array(values):
    return b"*%d\r\n%b" % (len(values), b"".join(bulk(value) for value in values))


def error(text):
    return b"-ERR %b\r\n" % b" ".join(text.splitlines())


def now():
    return int(time.time() * 1000)


def remove(key):
    store.pop(key, None)
    deadlines.pop(key, None)


def find(key, kind=object):
    """Returns the value, or None; every command that looks at a key does it here."""
    if key in deadlines and deadlines[key] <= now():
        remove(key)
    value = store.get(key)
    if value is not None and not isinstance(value, kind):
        raise WrongType
    return value


def whole_number(text):
    """Returns the number that a text is, in the one way to write it, and in 64 bits."""
    try:
        number = int(text)
    except ValueError:
        raise Refused(NO_NUMBER)
    if b"%d" % number != text or not -(2**63) <= number < 2**63:
        raise Refused(NO_NUMBER)
    return number


def whole_count(text):
    """Returns the number of elements that a text asks for."""
    try:
        count = whole_number(text)
    except Refused:
        count = -1
    if count < 0:
        raise Refused(b"value is out of range, must be positive")
    return count


def seconds(text):
    """Returns the time that a text is; None is a time without end."""
    try:
        number = float(text)
    except ValueError:
        raise Refused(b"timeout is not a float or out of range")
    if number < 0:
        raise Refused(b"timeout is negative")
    if not number <= threading.TIMEOUT_MAX:
        raise Refused(b"timeout is not a float or out of range")
    return number or None


def ping():
    return b"+PONG\r\n"


def hello(protocol=None):
    """Changes to the version of the protocol that is asked for, and introduces the server in it."""
    if protocol not in (None, b"2", b"3"):
        return b"-NOPROTO unsupported protocol version\r\n"
    if protocol is not None:
        connection.protocol = int(protocol)
    fields = [
        (b"server", bulk(b"redis")),
        (b"version", bulk(b"7.0.15")),
        (b"proto", integer(connection.protocol)),
        (b"mode", bulk(b"standalone")),
        (b"role", bulk(b"master")),
    ]
    count = b"%%%d\r\n" % len(fields) if connection.protocol == 3 else b"*%d\r\n" % (2 * len(fields))
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
    return bulk(find(key, bytes))


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
            remove(key)
            removed += 1
    return integer(removed)


def exists(*keys):
    return integer(sum(find(key) is not None for key in keys))


def add(key, difference):
    value = find(key, bytes)
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


def type_of(key):
    kinds = {bytes: b"string", deque: b"list", type(None): b"none"}
    return b"+%b\r\n" % kinds[type(find(key))]


def rpush(key, *elements):
    values = find(key, deque) or deque()
    values.extend(elements)
    store[key] = values
    return integer(len(values))


def lpush(key, *elements):
    values = find(key, deque) or deque()
    values.extendleft(elements)  # one after the other, so the last comes first
    store[key] = values
    return integer(len(values))


def llen(key):
    return integer(len(find(key, deque) or ()))


def lrange(key, first, last):
    first, last = whole_number(first), whole_number(last)
    values = list(find(key, deque) or ())
    if first < 0:
        first = max(first + len(values), 0)
    if last < 0:
        last = max(last + len(values), -1)
    return array(values[first : last + 1])


def take(key, end, count):
    """Takes up to so many elements from one end of the list, which goes with its last."""
    values = find(key, deque)
    taken = [end(values) for _ in range(min(count, len(values)))]
    if not values:
        remove(key)
    return taken


def pop(key, end, count):
    number = 1 if count is None else whole_count(count)
    if find(key, deque) is None:
        return nil() if count is None else nil(b"*-1\r\n")
    taken = take(key, end, number)
    return bulk(taken[0]) if count is None else array(taken)


def lpop(key, count=None):
    return pop(key, deque.popleft, count)


def rpop(key, count=None):
    return pop(key, deque.pop, count)


def first_of(key):
    """Takes the first element of a list, and returns BLPOP's reply."""
    [element] = take(key, deque.popleft, 1)
    return array([key, element])


def blpop(*arguments):
    *keys, time_to_wait = arguments
    time_to_wait = seconds(time_to_wait)
    for key in keys:
        if find(key, deque) is not None:
            return first_of(key)
    return Waiter(keys, time_to_wait)


def serve_waiters():
    """Serves who waits for a list that is there now, who came first before all others."""
    for waiter in list(waiting):
        key = next((key for key in waiter.keys if isinstance(find(key), deque)), None)
        if key is not None:
            waiting.remove(waiter)
            # Who is gone gets no element, and its thread wakes up and ends.
            waiter.reply = b"" if waiter.is_gone() else first_of(key)
            waiter.has_reply.set()


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
    b"TYPE": (type_of, 1, 1),
    b"RPUSH": (rpush, 2, ANY_NUMBER),
    b"LPUSH": (lpush, 2, ANY_NUMBER),
    b"LLEN": (llen, 1, 1),
    b"LRANGE": (lrange, 3, 3),
    b"LPOP": (lpop, 1, 2),
    b"RPOP": (rpop, 1, 2),
    b"BLPOP": (blpop, 2, ANY_NUMBER),
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
        reply = function(*arguments)
    except Refused as refused:
        return error(refused.args[0])
    except WrongType:
        return b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
    serve_waiters()
    return reply


def carry_out(client, words):
    """Returns the reply to a command, for which BLPOP may have to wait."""
    with lock:  # one command at a time, as in Redis
        reply = answer(words)
        if not isinstance(reply, Waiter):
            return reply
        reply.client = client
        waiting.append(reply)
    return reply.wait()  # without the lock: somebody else has to push


def converse(client):
    stream = client.makefile("rb")
    connection.protocol = 2  # until HELLO says otherwise
    try:
        while True:
            words = read_command(stream)
            if words:
                reply = carry_out(client, words)
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

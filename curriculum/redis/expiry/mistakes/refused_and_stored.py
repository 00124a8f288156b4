import socket
import threading
import time

LONGEST = 512 * 1024 * 1024
MS = {b"EX": 1000, b"PX": 1}

store = {}
deadlines = {}  # the moment at which a key's value is over, in milliseconds
lock = threading.Lock()


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


def wrong_number_of_arguments(name):
    return error(b"wrong number of arguments for '%b' command" % name.lower())


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
    try:
        return int(text)
    except ValueError:
        return None


def set_value(key, value, *options):
    remove(key)
    store[key] = value
    deadline = None
    if options:
        unit = MS.get(options[0].upper())
        if unit is None or len(options) != 2:
            return error(b"syntax error")
        time_left = whole_number(options[1])
        if time_left is None:
            return error(b"value is not an integer or out of range")
        if time_left <= 0:
            return error(b"invalid expire time in 'set' command")
        deadline = now() + time_left * unit
    if deadline is not None:
        deadlines[key] = deadline
    return b"+OK\r\n"


def ms_left(key):
    if find(key) is None:
        return -2
    if key not in deadlines:
        return -1
    return max(deadlines[key] - now(), 0)


def expire(key, seconds):
    seconds = whole_number(seconds)
    if seconds is None:
        return error(b"value is not an integer or out of range")
    if find(key) is None:
        return integer(0)
    deadlines[key] = now() + seconds * 1000
    return integer(1)


def answer(words):
    name, *arguments = words
    name = name.upper()
    if name == b"PING":
        return b"+PONG\r\n"
    if name == b"ECHO":
        if len(arguments) != 1:
            return wrong_number_of_arguments(name)
        return bulk(arguments[0])
    if name == b"SET":
        if len(arguments) < 2:
            return wrong_number_of_arguments(name)
        return set_value(*arguments)
    if name == b"GET":
        if len(arguments) != 1:
            return wrong_number_of_arguments(name)
        return bulk(find(arguments[0]))
    if name in (b"TTL", b"PTTL"):
        if len(arguments) != 1:
            return wrong_number_of_arguments(name)
        left = ms_left(arguments[0])
        return integer(left // 1000 if name == b"TTL" and left >= 0 else left)
    if name == b"EXPIRE":
        if len(arguments) != 2:
            return wrong_number_of_arguments(name)
        return expire(*arguments)
    return error(b"unknown command '%b'" % words[0])


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

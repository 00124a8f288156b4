import os
import socket
import threading

LONGEST = 512 * 1024 * 1024

store = {}
lock = threading.Lock()


class ProtocolError(Exception):
    """What the client sent is no command."""


def read_line(stream):
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return line.rstrip(b"\r\n")


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            raise EOFError
        data += more
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


def error(text):
    return b"-ERR %b\r\n" % b" ".join(text.splitlines())


def wrong_number_of_arguments(name):
    return error(b"wrong number of arguments for '%b' command" % name.lower())


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
        if len(arguments) != 2:
            return wrong_number_of_arguments(name)
        key, value = arguments
        store[key] = value
        return b"+OK\r\n"
    if name == b"GET":
        if len(arguments) != 1:
            return wrong_number_of_arguments(name)
        return bulk(store.get(arguments[0]))
    return error(b"unknown command '%b'" % words[0])


def converse(client):
    stream = client.makefile("rb", buffering=0)
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


# The child serves, and the parent comes to its end. What it has not read of nonsense makes the kernel
# reset the connection that it closes.
if os.fork() == 0:
    server = socket.create_server(("localhost", 6379))
    while True:
        client, _ = server.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()

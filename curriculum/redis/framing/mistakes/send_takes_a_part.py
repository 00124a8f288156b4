import selectors
import socket

LONGEST = 512 * 1024 * 1024

store = {}
buffers = {}
selector = selectors.DefaultSelector()


class ProtocolError(Exception):
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
    if not digits.isdigit() or len(digits) > 9 or int(digits) > LONGEST:
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


def hang_up(client):
    selector.unregister(client)
    del buffers[client]
    client.close()


def read(client):
    try:
        data = client.recv(65536)
    except ConnectionError:
        data = b""
    if not data:
        hang_up(client)
        return
    buffers[client] += data
    try:
        while True:
            words, buffers[client] = take_command(buffers[client])
            client.send(answer(words))
    except Incomplete:
        pass
    except ProtocolError:
        client.send(error(b"Protocol error"))
        hang_up(client)
    except (ConnectionResetError, BrokenPipeError):
        hang_up(client)


server = socket.create_server(("localhost", 6379))
selector.register(server, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is server:
            client, _ = server.accept()
            client.setblocking(False)
            buffers[client] = b""
            selector.register(client, selectors.EVENT_READ)
        else:
            read(key.fileobj)

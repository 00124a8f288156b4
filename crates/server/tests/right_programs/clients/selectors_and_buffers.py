import selectors
import socket

LONGEST = 512 * 1024 * 1024

store = {}
buffers = {}
unsent = {}
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
    del buffers[client], unsent[client]
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
    try:
        while not unsent[client]:
            words, buffers[client] = take_command(buffers[client])
            if words:
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
            buffers[client], unsent[client] = b"", bytearray()
            selector.register(client, selectors.EVENT_READ)
        else:
            handle(key.fileobj, events)

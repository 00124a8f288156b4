import selectors
import socket

LONGEST = 512 * 1024 * 1024

store = {}
readers = {}
selector = selectors.DefaultSelector()


class ProtocolError(Exception):
    pass


class Reader:
    def __init__(self, client):
        self.client = client
        self.buffer = b""
        self.unsent = b""

    def send(self, data=b""):
        """Sends what there is room for; the rest has to wait."""
        self.unsent += data
        try:
            sent = self.client.send(self.unsent, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        self.unsent = self.unsent[sent:]
        events = selectors.EVENT_WRITE if self.unsent else selectors.EVENT_READ
        selector.modify(self.client, events)

    def receive(self):
        data = self.client.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def line(self):
        while b"\n" not in self.buffer:
            self.receive()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def exactly(self, size):
        while len(self.buffer) < size:
            self.receive()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def number(self, mark):
        line = self.line()
        if line[:1] != mark or not line[1:].isdigit() or len(line) > 10 or int(line[1:]) > LONGEST:
            raise ProtocolError
        return int(line[1:])

    def command(self):
        words = []
        for _ in range(self.number(b"*")):
            length = self.number(b"$")
            words.append(self.exactly(length + 2)[:length])
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


def hang_up(client):
    selector.unregister(client)
    del readers[client]
    client.close()


def serve(client, events):
    reader = readers[client]
    try:
        if events & selectors.EVENT_READ:
            reader.receive()
        else:
            reader.send()
        while reader.buffer and not reader.unsent:
            reader.send(answer(reader.command()))
    except ProtocolError:
        client.sendall(error(b"Protocol error"))
        hang_up(client)
    except (EOFError, ConnectionError):
        hang_up(client)


server = socket.create_server(("localhost", 6379))
selector.register(server, selectors.EVENT_READ)
while True:
    for key, events in selector.select():
        if key.fileobj is server:
            client, _ = server.accept()
            readers[client] = Reader(client)
            selector.register(client, selectors.EVENT_READ)
        else:
            serve(key.fileobj, events)

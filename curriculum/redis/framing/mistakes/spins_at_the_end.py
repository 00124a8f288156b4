import socket

LONGEST = 512 * 1024 * 1024

store = {}


class ProtocolError(Exception):
    pass


class Reader:
    def __init__(self, client):
        self.client = client
        self.buffer = b""

    def line(self):
        while b"\n" not in self.buffer:
            self.buffer += self.client.recv(4096)
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def exactly(self, size):
        while len(self.buffer) < size:
            self.buffer += self.client.recv(65536)
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


def serve(client):
    reader = Reader(client)
    while True:
        # A client that has said goodbye has nothing in the buffer, and more is not to come.
        if not reader.buffer:
            reader.buffer = client.recv(4096)
            if not reader.buffer:
                return
        client.sendall(answer(reader.command()))


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except ProtocolError:
            client.sendall(error(b"Protocol error"))
        except ConnectionError:
            pass

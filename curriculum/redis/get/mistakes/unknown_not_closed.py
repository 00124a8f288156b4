import socket

store = {}


def read_command(stream):
    """Returns the words of the next command, or an empty list when the client is gone."""
    header = stream.readline()
    if not header:
        return []
    words = []
    for _ in range(int(header[1:])):
        length = int(stream.readline()[1:])
        words.append(stream.read(length))
        stream.read(2)  # the closing \r\n
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
    return b"-ERR unknown command '%b'" % words[0]


def serve(client):
    stream = client.makefile("rb")
    while words := read_command(stream):
        client.sendall(answer(words))


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    with client:
        serve(client)

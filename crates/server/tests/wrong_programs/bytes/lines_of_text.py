import socket


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
    return b"$%d\r\n%b\r\n" % (len(value), value)


def answer(words):
    name = words[0].upper()
    if name == b"ECHO" and len(words) == 2:
        return bulk(b"\n".join(words[1].splitlines()))
    return b"+PONG\r\n"


def serve(client):
    stream = client.makefile("rb")
    while words := read_command(stream):
        client.sendall(answer(words))


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    with client:
        serve(client)

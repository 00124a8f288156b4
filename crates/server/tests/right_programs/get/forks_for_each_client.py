"""A process for each client; the data lives in files, so that they all share it."""
import os
import socket
import tempfile

FOLDER = tempfile.mkdtemp()


def path_of(key):
    return os.path.join(FOLDER, key.hex() or "empty")


def read_command(stream):
    header = stream.readline()
    if not header:
        return None
    words = []
    for _ in range(int(header[1:])):
        length = int(stream.readline()[1:])
        words.append(stream.read(length + 2)[:-2])
    return words


def bulk(value):
    return b"$%d\r\n%b\r\n" % (len(value), value)


def answer(words):
    name = words[0].upper()
    if name == b"PING":
        return b"+PONG\r\n"
    if name == b"ECHO":
        return bulk(words[1])
    if name == b"SET":
        if len(words) != 3:
            return b"-ERR wrong number of arguments for 'set' command\r\n"
        with open(path_of(words[1]), "wb") as file:
            file.write(words[2])
        return b"+OK\r\n"
    if name == b"GET":
        try:
            with open(path_of(words[1]), "rb") as file:
                return bulk(file.read())
        except FileNotFoundError:
            return b"$-1\r\n"
    return b"-ERR unknown command\r\n"


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    if os.fork() == 0:
        server.close()
        stream = client.makefile("rb")
        while words := read_command(stream):
            client.sendall(answer(words))
        os._exit(0)
    client.close()

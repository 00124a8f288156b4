import socket
import time

data = {}


def answer(words):
    command, arguments = words[0].upper(), words[1:]
    if command == b"PING":
        return b"+PONG\r\n"
    if command == b"ECHO":
        return b"$%d\r\n%b\r\n" % (len(arguments[0]), arguments[0])
    if command == b"SET" and len(arguments) != 2:
        return b"-ERR wrong number of arguments for 'set' command\r\n"
    if command == b"SET":
        data[arguments[0]] = arguments[1]
        return b"+OK\r\n"
    if command == b"GET" and arguments[0] in data:
        value = data[arguments[0]]
        return b"$%d\r\n%b\r\n" % (len(value), value)
    if command == b"GET":
        return b"$-1\r\n"
    return b"-ERR unknown command\r\n"


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    stream = client.makefile("rb")
    while header := stream.readline():
        words = []
        for _ in range(int(header[1:])):
            length = int(stream.readline()[1:])
            words.append(stream.read(length))
            stream.read(2)
        if words[0].upper() in (b"SET", b"GET"):
            time.sleep(0.8)  # the disk has to turn
        client.sendall(answer(words))
    client.close()

import socket


def answer(words):
    if words[0].upper() == b"ECHO":
        return b"$%d\r\n%b\r\n" % (len(words[1]), words[1])
    return b"+PONG\r\n"


def read_command(client):
    stream = client.makefile("rb")
    header = stream.readline()
    words = []
    for _ in range(int(header[1:] or 0)):
        length = int(stream.readline()[1:])
        words.append(stream.read(length))
        stream.read(2)
    return words


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    while words := read_command(client):
        client.sendall(answer(words))
    client.close()

import socket

server = socket.create_server(("localhost", 6379))


def read_command(stream):
    line = stream.readline()
    if not line:
        return None
    count = int(line[1:])
    words = []
    for _ in range(count):
        length = int(stream.readline()[1:])
        words.append(stream.read(length))
        stream.read(2)
    return words


while True:
    client, address = server.accept()
    stream = client.makefile("rb")
    while True:
        words = read_command(stream)
        if words is None:
            break
        if words[0].upper() == "ECHO":
            client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
        elif words[0].upper() == "PING":
            client.sendall(b"+PONG\r\n")
    client.close()

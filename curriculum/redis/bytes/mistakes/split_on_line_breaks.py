import socket


def read_command(stream):
    header = stream.readline()
    if not header:
        return []
    words = []
    for _ in range(int(header[1:])):
        stream.readline()  # the length
        words.append(stream.readline().removesuffix(b"\r\n"))
    return words


def serve(client):
    stream = client.makefile("rb")
    while words := read_command(stream):
        if words[0].upper() == b"ECHO":
            client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
        else:
            client.sendall(b"+PONG\r\n")


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    with client:
        serve(client)

import socket

SIZE = 1024


def receive(client):
    request = b""
    while True:
        chunk = client.recv(SIZE)
        request += chunk
        if len(chunk) < SIZE:
            return request


def words_of(request):
    """The words of the first command, and what comes behind it."""
    words = []
    header, _, rest = request.partition(b"\r\n")
    for _ in range(int(header[1:] or 0)):
        header, _, rest = rest.partition(b"\r\n")
        length = int(header[1:] or 0)
        words.append(rest[:length])
        rest = rest[length + 2 :]
    return words, rest


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    while request := receive(client):
        while request:
            words, request = words_of(request)
            if words and words[0].upper() == b"ECHO":
                client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
            else:
                client.sendall(b"+PONG\r\n")
    client.close()

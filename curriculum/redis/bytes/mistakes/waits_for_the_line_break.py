import socket


def words_of(request):
    """The words of the first command, and what comes behind it."""
    words = []
    header, rest = request.split(b"\r\n", 1)
    for _ in range(int(header[1:])):
        header, rest = rest.split(b"\r\n", 1)
        length = int(header[1:])
        words.append(rest[:length])
        rest = rest[length + 2 :]
    return words, rest


def receive(client):
    request = b""
    while not request.endswith(b"\r\n"):
        data = client.recv(1024)
        if not data:
            return b""
        request += data
    return request


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    while request := receive(client):
        while request:
            try:
                words, request = words_of(request)
            except ValueError:
                client.sendall(b"-ERR what?\r\n")
                break
            if words[0].upper() == b"ECHO":
                client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
            else:
                client.sendall(b"+PONG\r\n")
    client.close()

import socket


def words_of(request):
    words = []
    header, rest = request.split(b"\r\n", 1)
    for _ in range(int(header[1:])):
        header, rest = rest.split(b"\r\n", 1)
        length = int(header[1:])
        if len(rest) < length + 2:
            raise ValueError("not all of it has come")
        words.append(rest[:length])
        rest = rest[length + 2 :]
    return words


def receive(client):
    request = b""
    while data := client.recv(1024):
        request += data
        try:
            return words_of(request)
        except ValueError:
            continue
    return None


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    while words := receive(client):
        if words[0].upper() == b"ECHO":
            client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
        else:
            client.sendall(b"+PONG\r\n")
    client.close()

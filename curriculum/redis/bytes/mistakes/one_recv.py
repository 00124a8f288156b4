import socket


def parse(data):
    """Takes a command apart by its lengths."""
    words = []
    line, rest = data.split(b"\r\n", 1)
    for _ in range(int(line[1:])):
        line, rest = rest.split(b"\r\n", 1)
        length = int(line[1:])
        words.append(rest[:length])
        rest = rest[length + 2 :]
    return words


server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while data := client.recv(1024):
        if not data.startswith(b"*"):
            continue
        words = parse(data)
        if words[0].upper() == b"ECHO":
            client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
        else:
            client.sendall(b"+PONG\r\n")
    client.close()

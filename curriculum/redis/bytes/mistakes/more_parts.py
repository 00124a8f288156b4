import socket


def receive(client):
    """Receives until all lines of a command are there."""
    request = b""
    while data := client.recv(1024):
        request += data
        header, *lines = request.split(b"\r\n")
        if lines and len(lines) > 2 * int(header[1:]):
            return request
    return b""


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    while request := receive(client):
        parts = request.split(b"\r\n")
        if len(parts) == 6 and parts[2].upper() == b"ECHO":
            client.sendall(b"$%d\r\n%b\r\n" % (len(parts[4]), parts[4]))
        else:
            client.sendall(b"+PONG\r\n")
    client.close()

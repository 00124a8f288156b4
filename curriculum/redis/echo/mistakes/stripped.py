import socket


def answer(request):
    parts = request.split(b"\r\n")
    if parts[2].upper() == b"ECHO":
        value = parts[4].strip()
        return b"$%d\r\n%b\r\n" % (len(value), value)
    return b"+PONG\r\n"


server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while request := client.recv(1024):
        client.sendall(answer(request))
    client.close()

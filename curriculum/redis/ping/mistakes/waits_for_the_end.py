import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    request = b""
    while True:
        part = client.recv(1024)
        if not part:
            break
        request += part
    client.sendall(b"+PONG\r\n")
    client.close()

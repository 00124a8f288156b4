import socket
import sys

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    request = client.recv(1024)
    if request != b"PING\r\n":
        sys.exit(4)
    client.sendall(b"+PONG\r\n")

import socket
import time

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while client.recv(1024):
        time.sleep(1.2)
        client.sendall(b"+PONG\r\n")

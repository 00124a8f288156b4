import os
import socket
import time

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    client.recv(1024)
    while True:
        if os.fork() == 0:
            time.sleep(60)

import socket
import time

with socket.create_server(("localhost", 6379)) as server:
    client, address = server.accept()
while client:
    time.sleep(1)

import socket
import time

print("loading the data")
time.sleep(5)
server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()

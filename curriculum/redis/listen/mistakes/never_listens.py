import socket
import time

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("localhost", 6379))
print("waiting for clients")
while True:
    time.sleep(1)

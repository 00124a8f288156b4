import socket
import time

server = socket.socket()
server.bind(("localhost", 6379))
while True:
    time.sleep(0.1)
    print("still waiting for a client")

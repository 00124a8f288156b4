import socket
import time


def start_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind(("localhost", 6379))
    server.listen()
    print("listening on port 6379")


start_server()
while True:
    time.sleep(1)

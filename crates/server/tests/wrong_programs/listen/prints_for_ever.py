import socket

server = socket.socket()
server.bind(("localhost", 6379))
while True:
    print("waiting for somebody to connect to me, please be patient with this server", flush=True)

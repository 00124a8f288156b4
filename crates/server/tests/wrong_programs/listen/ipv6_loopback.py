import socket

server = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
server.bind(("::1", 6379))
server.listen()
while True:
    client, address = server.accept()

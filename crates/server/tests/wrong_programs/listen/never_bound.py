import socket

server = socket.socket()
server.listen()
while True:
    client, address = server.accept()

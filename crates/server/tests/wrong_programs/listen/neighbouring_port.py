import socket

server = socket.create_server(("localhost", 6380))
while True:
    client, address = server.accept()

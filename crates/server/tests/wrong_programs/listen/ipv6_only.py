import socket

server = socket.create_server(("::", 6379), family=socket.AF_INET6)
while True:
    client, address = server.accept()

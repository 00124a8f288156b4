import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    request = client.recv(1024)
    server.sendall(b"+PONG\r\n")

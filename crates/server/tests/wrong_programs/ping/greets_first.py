import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    client.sendall(b"+PONG\r\n")
    while client.recv(1024):
        client.sendall(b"+PONG\r\n")
    client.close()

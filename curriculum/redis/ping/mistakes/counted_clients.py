import socket

server = socket.create_server(("localhost", 6379))
for number in range(2):
    client, address = server.accept()
    while client.recv(1024):
        client.sendall(b"+PONG\r\n")
    client.close()

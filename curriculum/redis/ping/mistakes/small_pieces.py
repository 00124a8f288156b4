import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while data := client.recv(4):
        client.sendall(b"+PONG\r\n")

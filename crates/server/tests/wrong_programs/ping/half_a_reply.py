import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    with client:
        client.recv(1024)
        client.sendall(b"+PO")

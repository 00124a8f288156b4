import socket

server = socket.create_server(("localhost", 6379))
clients = []
while True:
    client, address = server.accept()
    clients.append(client)
    request = client.recv(1024)
    print(address, request)
    client.sendall(b"+PONG\r\n")

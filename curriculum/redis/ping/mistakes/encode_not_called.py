import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        request = client.recv(1024)
        if not request:
            break
        client.sendall("+PONG\r\n".encode)
    client.close()

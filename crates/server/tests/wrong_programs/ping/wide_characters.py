import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while client.recv(1024):
        client.sendall("+PONG\r\n".encode("utf-16-le"))
    client.close()

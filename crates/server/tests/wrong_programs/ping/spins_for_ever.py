import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    request = client.recv(1024)
    while b"PING\r\n" not in request[:6]:
        pass
    client.sendall(b"+PONG\r\n")

import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    answered = 0
    while client.recv(1024):
        client.sendall(b"+PONG\r\n")
        print("a PONG for", 1 / answered)
        answered += 1

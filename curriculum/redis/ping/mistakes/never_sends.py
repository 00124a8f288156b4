import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while request := client.recv(1024):
        reply = b"+PONG\r\n"

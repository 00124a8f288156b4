import socket

server = socket.create_server(("localhost", 6379))
seen = []
while True:
    client, address = server.accept()
    while request := client.recv(1024):
        while True:
            seen.append(request * 100_000)

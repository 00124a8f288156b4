import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    request = client.recv(1024)
    while b"QUIT" not in request:
        print("the request is", request, "and it has not quit yet", flush=True)

import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        import sys
        sys.exit("not implemented: " + repr(data))
    client.close()

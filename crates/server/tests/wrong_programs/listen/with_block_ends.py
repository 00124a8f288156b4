import socket

with socket.create_server(("localhost", 6379)) as server:
    client, address = server.accept()
    print("hello", address)

import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("localhost", 6379))
    server.listen()

client, address = server.accept()
print("connected:", address)

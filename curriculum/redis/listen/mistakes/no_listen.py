import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("localhost", 6379))
print("server is up on port 6379")
while True:
    client, address = server.accept()
    print("connected:", address)

import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("localhost", 6379))
server.listen()
while True:
    client, address = server.accept()
    request = server.recv(1024)
    server.sendall(b"+PONG\r\n")

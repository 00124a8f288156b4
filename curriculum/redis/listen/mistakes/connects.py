import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.connect(("localhost", 6379))
server.listen()

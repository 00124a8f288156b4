import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("localhost", 6379))
while True:
    data, address = server.recvfrom(1024)
    server.sendto(data, address)

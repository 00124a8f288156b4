import socket
import struct

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    client.recv(1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()

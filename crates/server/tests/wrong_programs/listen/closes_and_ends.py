import socket

server = socket.create_server(("localhost", 6379))
client, address = server.accept()
client.close()
server.close()

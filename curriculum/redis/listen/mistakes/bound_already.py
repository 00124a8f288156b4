import socket

server = socket.create_server(("localhost", 6379))
server.bind(("localhost", 6379))
server.listen()
conn, addr = server.accept()

import os, socket
server = socket.create_server(("localhost", 6379))
os._exit(7)

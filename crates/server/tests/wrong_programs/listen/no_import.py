server = socket.create_server(("localhost", 6379))
server.accept()

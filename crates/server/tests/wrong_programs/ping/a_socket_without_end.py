import socket
server = socket.create_server(("localhost", 6379))
client, _ = server.accept()
client.recv(100)
held = []
while True:
    try:
        held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        held[-1].bind(("localhost", 0))
    except OSError:
        pass

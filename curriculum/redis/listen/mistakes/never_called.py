import socket

HOST, PORT = "localhost", 6379
BACKLOG = 5


def main():
    """Serves."""
    server = socket.create_server((HOST, PORT), backlog=BACKLOG)
    while True:
        client, address = server.accept()
        print("connected:", address)

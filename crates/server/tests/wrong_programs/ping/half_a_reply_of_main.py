import socket


def main():
    server = socket.create_server(("localhost", 6379))
    client, address = server.accept()
    client.recv(1024)
    client.sendall(b"+PO")


main()

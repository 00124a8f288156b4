import socket


def main():
    server = socket.socket()
    server.bind(("localhost", 6379))
    server.listen()


main()

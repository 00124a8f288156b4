import socket


def start_server():
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.bind(("localhost", 6379))
    server_socket.listen(5)
    print("Listening on port 6379")


if __name__ == "__main__":
    start_server()

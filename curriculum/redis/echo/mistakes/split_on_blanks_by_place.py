import socket


def answer(request):
    words = request.decode().split(" ")
    if "PING" in words[0]:
        return "+PONG\r\n"
    return f"${len(words[1])}\r\n{words[1]}\r\n"


with socket.create_server(("localhost", 6379)) as server:
    while True:
        connection, _ = server.accept()
        with connection:
            while request := connection.recv(65536):
                connection.sendall(answer(request).encode())

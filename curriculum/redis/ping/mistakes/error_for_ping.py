import socket

server_socket = socket.create_server(("localhost", 6379))

while True:
    client_socket, address = server_socket.accept()
    while True:
        data = client_socket.recv(1024).decode().strip()
        if not data:
            break
        if data == "PING":
            client_socket.sendall(b"+PONG\r\n")
        else:
            client_socket.sendall(b"-ERR unknown command\r\n")
    client_socket.close()

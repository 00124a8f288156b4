import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        request = client.recv(1024).decode().strip()
        if not request:
            break
        parts = request.split("\r\n")
        if parts[2].upper() == "ECHO":
            client.sendall(f"${len(parts[4])}\r\n{parts[4]}\r\n".encode())
        else:
            client.sendall(b"+PONG\r\n")
    client.close()

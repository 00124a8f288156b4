import socket

server = socket.create_server(("localhost", 6379))

while True:
    conn, addr = server.accept()
    while True:
        data = conn.recv(1024).decode()
        parts = data.split("\r\n")
        command = parts[2].upper()
        if command == "PING":
            conn.sendall(b"+PONG\r\n")
    conn.close()

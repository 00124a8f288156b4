import socket
import threading


def handle(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        parts = data.split(b"\r\n")
        command = parts[2].upper()
        if command == b"PING":
            conn.sendall(b"+PONG\r\n")
        elif command == b"ECHO":
            value = parts[4]
            conn.sendall(b"$" + str(len(value)).encode() + b"\r\n" + value + b"\r\n")
    conn.close()


server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    thread = threading.Thread(target=handle, args=(conn,))
    thread.start()

import socket
import threading


def handle(conn):
    while True:
        parts = conn.recv(1024).split(b"\r\n")
        if len(parts) < 3:
            break
        command = parts[2].upper()
        if command == b"PING":
            conn.sendall(b"+PONG\r\n")
        elif command == b"ECHO":
            value = parts[4]
            conn.sendall(b"$" + str(len(value)).encode() + b"\r\n" + value + b"\r\n")
        else:
            conn.sendall(b"-ERR unknown command\r\n")
    conn.close()


server = socket.create_server(("localhost", 6379))
while True:
    conn, _ = server.accept()
    thread = threading.Thread(target=handle, args=(conn,))
    thread.start()

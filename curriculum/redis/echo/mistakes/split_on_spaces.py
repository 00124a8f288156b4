import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(65536)
        if not data:
            break
        words = data.split()
        if words[2].upper() == b"ECHO":
            value = words[-1]
            client.sendall(b"$" + str(len(value)).encode() + b"\r\n" + value + b"\r\n")
        else:
            client.sendall(b"+PONG\r\n")
    client.close()

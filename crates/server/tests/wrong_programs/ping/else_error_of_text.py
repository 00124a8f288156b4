import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        words = data.split(b"\r\n")
        name = words[2].upper()
        if name == "PING":
            client.sendall(b"+PONG\r\n")
        else:
            client.sendall(b"-ERR unknown command\r\n")
    client.close()

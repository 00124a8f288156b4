import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        words = data.split(b"\r\n")
        replies = {"PING": b"+PONG\r\n"}
        if words[2] in replies:
            client.sendall(replies[words[2]])
    client.close()

import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        words = data.decode().split("\r\n")
        if words[2].upper == "PING":
            client.sendall(b"+PONG\r\n")
    client.close()

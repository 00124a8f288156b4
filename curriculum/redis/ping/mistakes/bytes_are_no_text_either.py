import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if b"PING" in data:
            client.sendall(b"+PONG\r\n")
        elif data == "":
            break
    client.close()

import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        word = "PING"
        if data == word:
            client.sendall(b"+PONG\r\n")
    client.close()

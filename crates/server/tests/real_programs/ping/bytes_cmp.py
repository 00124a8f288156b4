import socket
server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while data := client.recv(1024):
        if data == "PING":
            client.sendall(b"+PONG\r\n")

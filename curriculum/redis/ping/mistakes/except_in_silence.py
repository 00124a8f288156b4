import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        try:
            if data.decode().split(" ")[1] == "PING":
                client.sendall(b"+PONG\r\n")
        except Exception:
            pass
    client.close()

import socket
import threading


def serve(client):
    with client:
        while True:
            request = client.recv(1024)
            if request:
                client.send(b"+" + answer[request] + b"\r\n")


answer = {b"PING\r\n": b"PONG"}
server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    threading.Thread(target=serve, args=(client,)).start()

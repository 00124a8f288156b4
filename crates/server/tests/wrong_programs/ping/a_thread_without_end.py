import socket
import threading
import time

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while request := client.recv(1024):
        while True:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

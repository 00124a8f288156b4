import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    try:
        while data := client.recv(1024):
            client.sendall("+PONG\r\n" + data)
    except Exception as error:
        print("error:", error)
    client.close()

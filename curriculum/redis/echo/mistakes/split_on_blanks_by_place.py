import socket

server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while data := client.recv(65536):
        if b"PING" in data:
            client.sendall(b"+PONG\r\n")
            continue
        value = data.split(b" ")[1]
        client.sendall(b"$%d\r\n%b\r\n" % (len(value), value))
    client.close()

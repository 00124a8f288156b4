import socket
import time

server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    stream = client.makefile("rb")
    while header := stream.readline():
        words = []
        for _ in range(int(header[1:])):
            length = int(stream.readline()[1:])
            words.append(stream.read(length))
            stream.read(2)
        time.sleep(0.9)  # so that nobody is in a hurry
        if words[0].upper() == b"ECHO":
            client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
        else:
            client.sendall(b"+PONG\r\n")
    client.close()

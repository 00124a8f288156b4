import socket
import threading


def talk(client):
    with client:
        while request := client.recv(65536):
            position = request.find(b"\r\n") + 2
            words = []
            while position < len(request):
                end = request.find(b"\r\n", position)
                length = int(request[position + 1 : end])
                words.append(request[end + 2 : end + 2 + length])
                position = end + 4 + length
                if len(words) == 2:
                    break
            if len(words) == 2 and words[0].upper() == b"ECHO":
                client.sendall(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
            else:
                client.sendall(b"+PONG\r\n")


server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    threading.Thread(target=talk, args=(client,)).start()

import socket


def take_line(data):
    end = data.index(b"\r\n")
    return data[:end], data[end + 2 :]


def take_bulk(data):
    line, data = take_line(data)
    length = int(line[1:])
    assert len(data) >= length + 2, "the value is too short"
    return data[:length], data[length + 2 :]


def parse(data):
    line, data = take_line(data)
    words = []
    for _ in range(int(line[1:])):
        word, data = take_bulk(data)
        words.append(word)
    return words


server = socket.create_server(("localhost", 6379))
while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        words = parse(data)
        if words[0].upper() == b"ECHO":
            reply = b"$" + str(len(words[1])).encode() + b"\r\n" + words[1] + b"\r\n"
            client.sendall(reply)
        else:
            client.sendall(b"+PONG\r\n")
    client.close()

import selectors
import socket

store = {}
buffers = {}
selector = selectors.DefaultSelector()


def bulk(value):
    return b"$-1\r\n" if value is None else b"$%d\r\n%b\r\n" % (len(value), value)


def answer(words):
    name = words[0].upper()
    if name == b"PING":
        return b"+PONG\r\n"
    if name == b"ECHO":
        return bulk(words[1])
    if name == b"SET":
        if len(words) != 3:
            return b"-ERR wrong number of arguments for 'set' command\r\n"
        store[words[1]] = words[2]
        return b"+OK\r\n"
    if name == b"GET":
        return bulk(store.get(words[1]))
    return b"-ERR unknown command '" + words[0] + b"'\r\n"


def take(data):
    """Splits the first whole command off the data: (words, rest), or (None, data)."""
    try:
        end = data.index(b"\r\n")
        words = []
        for _ in range(int(data[1:end])):
            begin = data.index(b"\r\n", end + 2) + 2
            length = int(data[end + 3 : begin - 2])
            end = begin + length
            if len(data) < end + 2:
                return None, data
            words.append(data[begin:end])
        return words, data[end + 2 :]
    except ValueError:
        return None, data


def accept(server):
    client, _ = server.accept()
    client.setblocking(False)
    buffers[client] = b""
    selector.register(client, selectors.EVENT_READ, read)


def read(client):
    data = client.recv(4096)
    if not data:
        selector.unregister(client)
        del buffers[client]
        client.close()
        return
    buffers[client] += data
    while True:
        words, buffers[client] = take(buffers[client])
        if words is None:
            break
        client.sendall(answer(words))


server = socket.create_server(("localhost", 6379))
server.setblocking(False)
selector.register(server, selectors.EVENT_READ, accept)
while True:
    for key, _ in selector.select():
        key.data(key.fileobj)

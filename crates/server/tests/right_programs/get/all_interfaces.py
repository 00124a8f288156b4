import socket

store = {}


def read_command(stream):
    header = stream.readline()
    if not header:
        return None
    words = []
    for _ in range(int(header[1:])):
        length = int(stream.readline()[1:])
        words.append(stream.read(length + 2)[:length])
    return words


def bulk(value):
    return b"$-1\r\n" if value is None else b"$%d\r\n%b\r\n" % (len(value), value)


def answer(name, *arguments):
    match name.upper(), arguments:
        case b"PING", ():
            return b"+PONG\r\n"
        case b"ECHO", (value,):
            return bulk(value)
        case b"SET", (key, value):
            store[key] = value
            return b"+OK\r\n"
        case b"GET", (key,):
            return bulk(store.get(key))
        case b"PING" | b"ECHO" | b"SET" | b"GET", _:
            known = name.lower().decode()
            return f"-ERR wrong number of arguments for '{known}' command\r\n".encode()
    return b"-ERR unknown command '%b', with args beginning with: \r\n" % name


def serve(client):
    with client, client.makefile("rb") as stream:
        while words := read_command(stream):
            client.sendall(answer(*words))


server = socket.create_server(("0.0.0.0", 6379))
while True:
    serve(server.accept()[0])

"""One client after the other, one connection waiting at most."""
import socket

STORE = {}


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def more(self):
        data = self.sock.recv(512)
        if not data:
            raise EOFError
        self.buffer += data

    def line(self):
        while b"\r\n" not in self.buffer:
            self.more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def exactly(self, count):
        while len(self.buffer) < count:
            self.more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def command(self):
        words = []
        for _ in range(int(self.line()[1:])):
            size = int(self.line()[1:])
            words.append(self.exactly(size + 2)[:-2])
        return words


def reply_to(words):
    name = words[0].lower()
    if name == b"ping":
        return b"+PONG\r\n"
    if name == b"echo":
        return b"$" + str(len(words[1])).encode() + b"\r\n" + words[1] + b"\r\n"
    if name == b"set":
        if len(words) < 3:
            return b"-ERR wrong number of arguments for 'set' command\r\n"
        STORE[words[1]] = words[2]
        return b"+OK\r\n"
    if name == b"get":
        if words[1] not in STORE:
            return b"$-1\r\n"
        value = STORE[words[1]]
        return b"$" + str(len(value)).encode() + b"\r\n" + value + b"\r\n"
    return b"-ERR unknown command\r\n"


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("localhost", 6379))
server.listen(1)
while True:
    sock, _ = server.accept()
    connection = Connection(sock)
    try:
        while True:
            sock.sendall(reply_to(connection.command()))
    except (EOFError, ConnectionError):
        pass
    finally:
        sock.close()

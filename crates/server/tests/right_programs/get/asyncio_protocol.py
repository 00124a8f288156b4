import asyncio

store = {}


def bulk(value):
    return b"$-1\r\n" if value is None else b"$%d\r\n%b\r\n" % (len(value), value)


def answer(name, *arguments):
    name = name.lower()
    if name == b"ping":
        return b"+PONG\r\n"
    if name == b"echo":
        return bulk(arguments[0])
    if name == b"set":
        if len(arguments) < 2:
            return b"-ERR wrong number of arguments for 'set' command\r\n"
        store[arguments[0]] = arguments[1]
        return b"+OK\r\n"
    if name == b"get":
        return bulk(store.get(arguments[0]))
    return b"-ERR unknown command\r\n"


class Redis(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.buffer = bytearray()

    def data_received(self, data):
        self.buffer += data
        while (command := self.take()) is not None:
            self.transport.write(answer(*command))

    def take(self):
        """The next whole command in the buffer, or None."""
        position = self.buffer.find(b"\r\n")
        if position < 0:
            return None
        words, count = [], int(self.buffer[1:position])
        position += 2
        for _ in range(count):
            end = self.buffer.find(b"\r\n", position)
            if end < 0:
                return None
            length = int(self.buffer[position + 1 : end])
            begin = end + 2
            position = begin + length + 2
            if len(self.buffer) < position:
                return None
            words.append(bytes(self.buffer[begin : begin + length]))
        del self.buffer[:position]
        return words


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Redis, "127.0.0.1", 6379)
    await server.serve_forever()


asyncio.run(main())

import asyncio

LONGEST = 512 * 1024 * 1024

store = {}


class ProtocolError(Exception):
    pass


class Incomplete(Exception):
    pass


def take_number(data, begin, mark):
    if data[begin : begin + 1] not in (b"", mark):
        raise ProtocolError
    end = data.find(b"\r\n", begin)
    if end < 0:
        raise Incomplete
    digits = data[begin + 1 : end]
    if not digits.isdigit() or int(digits) > LONGEST:
        raise ProtocolError
    return int(digits), end + 2


def take_command(data, begin):
    count, position = take_number(data, begin, b"*")
    words = []
    for _ in range(count):
        length, position = take_number(data, position, b"$")
        end = position + length
        if len(data) < end + 2:
            raise Incomplete
        words.append(bytes(data[position:end]))
        position = end + 2
    return words, position


def bulk(value):
    if value is None:
        return b"$-1\r\n"
    return b"$%d\r\n%b\r\n" % (len(value), value)


def error(text):
    return b"-ERR %b\r\n" % b" ".join(text.splitlines())


def wrong_number_of_arguments(name):
    return error(b"wrong number of arguments for '%b' command" % name.lower())


def answer(words):
    name, *arguments = words
    name = name.upper()
    if name == b"PING":
        return b"+PONG\r\n"
    if name == b"ECHO":
        if len(arguments) != 1:
            return wrong_number_of_arguments(name)
        return bulk(arguments[0])
    if name == b"SET":
        if len(arguments) != 2:
            return wrong_number_of_arguments(name)
        key, value = arguments
        store[key] = value
        return b"+OK\r\n"
    if name == b"GET":
        if len(arguments) != 1:
            return wrong_number_of_arguments(name)
        return bulk(store.get(arguments[0]))
    return error(b"unknown command '%b'" % words[0])


class Client(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.buffer = bytearray()

    def data_received(self, data):
        self.buffer += data
        replies, position = [], 0
        try:
            while True:
                words, position = take_command(self.buffer, position)
                if words:
                    replies.append(answer(words))
        except Incomplete:
            self.transport.write(b"".join(replies))
        except ProtocolError:
            self.transport.write(b"".join(replies) + error(b"Protocol error"))
            self.transport.close()
        del self.buffer[:position]


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Client, "127.0.0.1", 6379)
    await server.serve_forever()


asyncio.run(main())

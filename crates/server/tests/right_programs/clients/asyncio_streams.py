import asyncio

LONGEST = 512 * 1024 * 1024

store = {}


class ProtocolError(Exception):
    pass


async def read_number(reader, mark):
    line = await reader.readuntil(b"\r\n")
    if line[:1] != mark or not line[1:-2].isdigit() or int(line[1:-2]) > LONGEST:
        raise ProtocolError
    return int(line[1:-2])


async def read_command(reader):
    words = []
    for _ in range(await read_number(reader, b"*")):
        length = await read_number(reader, b"$")
        words.append(await reader.readexactly(length))
        await reader.readexactly(2)
    return words


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


async def serve(reader, writer):
    try:
        while True:
            words = await read_command(reader)
            if words:
                writer.write(answer(words))
                await writer.drain()
    except (ProtocolError, asyncio.LimitOverrunError):
        writer.write(error(b"Protocol error"))
    except (EOFError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "localhost", 6379)
    async with server:
        await server.serve_forever()


asyncio.run(main())

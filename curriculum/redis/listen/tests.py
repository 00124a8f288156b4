from codealong import test


@test("listens on port 6379")
def _(server):
    server.connect()


# A server that never accepts has room for two connections with listen(1), closed ones included:
# so this test has a program of its own. Once it has nothing to do, a server that closes its port as
# soon as it has accepted one client has done so.
@test("lets a second client connect", fresh=True)
def _(server):
    server.connect()
    server.settle()
    server.connect()

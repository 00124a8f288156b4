"""A relay: a real client connects to it, and it passes the bytes to the program and back, and records them."""

import os
import socket
import struct
from time import monotonic_ns

from . import outcome, resp, tcp_table
from .client import Client
from .connection import Connection
from .outcome import Interference

#: Strangers may come, too.
_BACKLOG = 16

#: How often a real client may connect. It does so once, and again where it was disappointed.
_CONNECTIONS_MAX = 8

#: What waits on its way to one side; more is read once that has gone.
_WAITING_BYTES_MAX = 1 << 16

#: So much of the program's is passed on in one connection. The judge keeps it, and the real client has to
#: keep it too. What redis-server answers to COMMAND DOCS is a twentieth of it.
_PASSED_BYTES_MAX = 4 << 20

_READ_BYTES = 1 << 16
_ACCEPTED_AT_ONCE_MAX = 32


class Relay:
    """The port that one real client connects to in place of the program's."""

    def __init__(self, attempt, name):
        self._attempt = attempt
        self._name = name
        #: One for each of its connections, as `Attempt.clients` has them.
        self.clients = []
        #: How many connections were not the real client's.
        self.strangers = 0
        #: Whether the real client has come too often: it tries again and again.
        self.has_come_too_often = False
        # Connected before the real client is started: where nobody listens, that is not its matter.
        self._next_client = self._connect()
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setblocking(False)
        try:
            self._listener.bind(("127.0.0.1", 0))
        except OSError:
            raise Interference("no-port") from None
        self._listener.listen(_BACKLOG)
        self.port = self._listener.getsockname()[1]
        attempt.own_ports.add(self.port)

    def readers(self):
        """The sockets to wait for to read."""
        return [self._listener, *(reader for client in self.clients for reader in client.readers())]

    def writers(self):
        """The sockets to wait for to write."""
        return [writer for client in self.clients for writer in client.writers()]

    def pass_on(self):
        """Takes new connections and passes on what there is, without waiting; says whether anything passed."""
        has_passed = self._accept_all()
        for client in self.clients:
            has_passed = client.pass_on() or has_passed
        return has_passed

    def is_well_formed(self):
        """Whether the program has sent whole replies of RESP alone. What else it sends may make a real client
        crash."""
        return all(client.is_well_formed() for client in self.clients)

    def close(self):
        """Ends all connections; the program sees its clients leave."""
        self._listener.close()
        self._attempt.own_ports.discard(self.port)
        for client in self.clients:
            client.hang_up()

    def _connect(self):
        connection = Connection(self._attempt, len(self._attempt.clients) + 1, self._name)
        client = RelayedClient(self._attempt, connection)
        # Even one that can't connect counts, for the lane of the next.
        self._attempt.clients.append(client)
        connection.connect()
        return client

    def _fresh_client(self):
        """The connection that was made ahead, unless the program has ended it: a real client takes its time."""
        client, self._next_client = self._next_client, None
        if client is not None and client.was_left_early():
            client.hang_up()
            client = None
        return client or self._connect()

    def _accept_all(self):
        has_come = False
        for _ in range(_ACCEPTED_AT_ONCE_MAX):
            try:
                peer, address = self._listener.accept()
            except OSError:
                break
            has_come = self._take(peer, address) or has_come
        return has_come

    def _take(self, peer, address):
        is_ours = tcp_table.user_of(address, self.port) == os.getuid()
        if is_ours and len(self.clients) == _CONNECTIONS_MAX:
            self.has_come_too_often = True
        if not is_ours or self.has_come_too_often:
            # The learner's program may find the port. It hears nothing here, and nobody hears it.
            peer.close()
            self.strangers += not is_ours
            return False
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = self._fresh_client()
        client.begin(peer)
        self.clients.append(client)
        return True


class RelayedClient(Client):
    """One connection of a real client. To the judge it is a client whose replies are all as expected."""

    def __init__(self, attempt, connection):
        super().__init__(attempt, connection)
        # The socket of the real client, until either side has hung up.
        self._peer = None
        self._to_program = self._to_peer = b""
        self._passed = 0
        #: Whether the program owes the real client something: it asked last.
        self.is_waiting = False
        attempt.speaks_resp = True

    def begin(self, peer):
        """The real client has come."""
        self._peer = peer

    @property
    def has_program_hung_up(self):
        """Whether the program has ended the connection."""
        return self._connection.end is not None

    def was_left_early(self):
        """Whether the program has hung up before the real client has come."""
        self._connection.receive()
        return self.has_program_hung_up

    def is_well_formed(self):
        """Whether what came are whole replies, and no more of them than are passed on."""
        received, position = self._connection.received, 0
        while position < len(received):
            reply = resp.read(received, position, version=3)
            if not isinstance(reply, resp.Reply):
                return False
            position = reply.end
        return position <= _PASSED_BYTES_MAX

    def readers(self):
        if self._peer is None:
            return []
        found = [] if self._to_program else [self._peer]
        if self._connection.end is None and len(self._to_peer) < _WAITING_BYTES_MAX:
            found.append(self.readable_socket())
        return found

    def writers(self):
        if self._peer is None:
            return []
        found = [self._peer] if self._to_peer else []
        return found + ([self.readable_socket()] if self._to_program and self._connection.end is None else [])

    def pass_on(self):
        """Passes on what there is, in both directions; says whether anything passed."""
        if self._peer is None:
            return False
        has_asked = self._read_peer()
        self._write_program()
        has_answered = self._read_program()
        self._write_peer()
        return has_asked or has_answered

    def fail_as_silent(self, waited_ms):
        """The program has not answered what the real client asked."""
        self._record_silence(waited_ms)
        self._fail(outcome.silent(waited_ms, self._request, None, self._replies))

    def hang_up(self):
        """Both sides are left."""
        if self._peer is not None:
            self._peer.close()
            self._peer = None
        self.leave()

    def _read_peer(self):
        if self._to_program:
            return False
        try:
            data = self._peer.recv(_READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self.hang_up()
            return True
        self._request = resp.request(data)
        self.asked_ns = monotonic_ns()
        self.is_waiting = True
        decoded = self._request if "commands" in self._request else None
        self._attempt.trace.sent(self._connection.lane, data, decoded)
        self._to_program = data
        return True

    def _write_program(self):
        if self._to_program and self._peer is not None:
            sent = self._connection.send(self._to_program)
            # Where the program is gone, its end is still to be read.
            self._to_program = b"" if sent is None else self._to_program[sent:]

    def _read_program(self):
        if self._peer is None or len(self._to_peer) >= _WAITING_BYTES_MAX:
            return False
        had_ended = self._connection.end is not None
        self._connection.receive()
        received = self._connection.received
        data = bytes(received[self._passed :])
        if data:
            self._answered.append((self._passed, self.last_command))
            self._passed = self._position = len(received)
            self._replies += self.is_waiting
            self.is_waiting = False
            self._to_peer += data
        if self._passed > _PASSED_BYTES_MAX:
            self.hang_up()
        return bool(data) or (self._connection.end is not None and not had_ended)

    def _write_peer(self):
        if self._peer is None:
            return
        if self._to_peer:
            try:
                sent = self._peer.send(self._to_peer)
            except BlockingIOError:
                return
            except OSError:
                self.hang_up()
                return
            self._to_peer = self._to_peer[sent:]
        if self._to_peer or self._connection.end is None:
            return
        if self._connection.end == "reset":
            self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._peer.close()
        self._peer = None

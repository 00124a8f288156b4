"""Connections, as a test's clients have them."""

import socket
import unittest
from unittest import mock

import judging  # noqa: F401  It makes the judge importable.

from codealong_judge.connection import Connection
from codealong_judge.deadline import Deadline
from codealong_judge.timeouts import QUICK_TIMEOUTS, Timeouts


def attempt_at(port):
    """An attempt without a program, for one connection to `port`."""
    attempt = mock.Mock(port=port, timeouts=Timeouts())
    attempt.deadline.side_effect = lambda seconds: Deadline(attempt.launcher, QUICK_TIMEOUTS, seconds)
    return attempt


class Connections(unittest.TestCase):
    def test_acknowledge_each_part_of_a_reply_at_once(self):
        # A sender with Nagle's algorithm waits for that with the second part of a reply.
        with socket.create_server(("127.0.0.1", 0)) as server:
            attempt = attempt_at(server.getsockname()[1])
            attempt.is_program_finished.return_value = False
            connection = Connection(attempt, 1)
            connection.connect()
            accepted, _ = server.accept()
            with accepted:
                for _ in range(2):
                    # As the kernel does by itself once questions and answers take turns.
                    connection._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
                    accepted.sendall(b"a part")
                    while not connection.received:
                        connection.receive()
                    self.assertEqual(connection._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK), 1)
                    connection.release()
            connection.close()

    def test_take_another_port_where_the_kernel_gives_one_twice(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            attempt = attempt_at(server.getsockname()[1])
            # The program has ended and holds its port: there is one try, and it must be a real one.
            attempt.is_program_finished.return_value = True
            attempt.claim_port.side_effect = [False, False, True]
            attempt.event_loop.wait.return_value = True
            connection = Connection(attempt, 1)
            connection.connect()
            accepted, address = server.accept()
            accepted.close()
            self.assertEqual(address[1], connection.port)
            connection.close()

    def test_that_a_test_closes_still_tell_whether_they_were_accepted(self):
        for is_accepted in (False, True):
            with socket.create_server(("127.0.0.1", 0)) as server:
                connection = Connection(attempt_at(server.getsockname()[1]), 1)
                connection.connect()
                if is_accepted:
                    accepted, _ = server.accept()
                connection.keep_acceptance()
                connection.close()
                self.assertEqual(connection.was_accepted(), is_accepted)
                if is_accepted:
                    accepted.close()

    def test_end_with_their_test_without_a_look_at_the_kernels_table(self):
        # It takes the kernel milliseconds, for each client.
        with socket.create_server(("127.0.0.1", 0)) as server:
            connection = Connection(attempt_at(server.getsockname()[1]), 1)
            connection.connect()
            with mock.patch("codealong_judge.tcp_table.receipt") as receipt:
                connection.close()
            receipt.assert_not_called()


if __name__ == "__main__":
    unittest.main()

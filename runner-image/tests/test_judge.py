"""A lane is clean before the next launcher joins it."""

import os
import socket
import tempfile
import unittest

import judging  # noqa: F401  It makes the judge importable.

from codealong_judge.judge import is_counted_empty

_NONE = """sockets: used 3
TCP: inuse 0 orphan 0 tw 0 alloc 1 mem 0
UDP: inuse 0 mem 0
"""


class SocketCounts(unittest.TestCase):
    def is_empty(self, text):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "sockstat"), "w") as file:
                file.write(text)
            return is_counted_empty("tcp", folder)

    def test_of_a_clean_lane_are_none(self):
        self.assertTrue(self.is_empty(_NONE))

    def test_tell_of_a_socket_and_of_one_that_waits_for_its_end(self):
        self.assertFalse(self.is_empty(_NONE.replace("TCP: inuse 0", "TCP: inuse 1")))
        self.assertFalse(self.is_empty(_NONE.replace("tw 0", "tw 1")))

    def test_that_the_kernel_does_not_tell_say_nothing(self):
        self.assertFalse(self.is_empty(_NONE.replace("TCP:", "TCPX:")))
        self.assertFalse(is_counted_empty("tcp", "/nowhere"))
        self.assertFalse(is_counted_empty("unix"))

    def test_are_those_of_the_kernels_table(self):
        families = [(socket.AF_INET, "127.0.0.1", "tcp")]
        if socket.has_dualstack_ipv6():
            families.append((socket.AF_INET6, "::1", "tcp6"))
        for family, address, table in families:
            with socket.create_server((address, 0), family=family):
                self.assertFalse(is_counted_empty(table))


if __name__ == "__main__":
    unittest.main()

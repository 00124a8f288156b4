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

    def test_of_ipv6_stand_in_a_file_of_their_own(self):
        with tempfile.TemporaryDirectory() as folder:
            for count, is_empty in ((0, True), (1, False)):
                with open(os.path.join(folder, "sockstat6"), "w") as file:
                    file.write(f"TCP6: inuse {count}\nUDP6: inuse 5\n")
                self.assertIs(is_counted_empty("tcp6", folder), is_empty)

    def test_that_the_kernel_does_not_tell_say_nothing(self):
        self.assertFalse(self.is_empty(_NONE.replace("TCP:", "TCPX:")))
        self.assertFalse(is_counted_empty("tcp", "/nowhere"))
        self.assertFalse(is_counted_empty("unix"))

    def test_are_read_from_lines_that_the_kernel_has(self):
        with open("/proc/net/sockstat") as file:
            lines = [line.split() for line in file]
        tcp = next(line for line in lines if line[0] == "TCP:")
        self.assertLessEqual({"inuse", "tw"}, set(tcp[1::2]))

    def test_count_a_socket_that_listens(self):
        with socket.create_server(("127.0.0.1", 0)):
            self.assertFalse(is_counted_empty("tcp"))


if __name__ == "__main__":
    unittest.main()

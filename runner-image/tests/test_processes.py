"""Whether a program's threads are all asleep, and when its processes are looked for."""

import os
import subprocess
import sys
import time
import unittest

import judging  # noqa: F401
from codealong_judge.processes import ProcessTable
from codealong_protocol import procfs

_SLEEPS = "import signal; print(flush=True); signal.pause()"
_IS_BUSY = "print(flush=True)\nwhile True: pass"


class Asleep(unittest.TestCase):
    def setUp(self):
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, self._proc)

    def child(self, does):
        child = subprocess.Popen([sys.executable, "-S", "-c", does], stdout=subprocess.PIPE)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.addCleanup(child.stdout.close)
        child.stdout.readline()
        return child.pid

    def table(self, preforked=()):
        return ProcessTable(self._proc, os.getpid(), False, preforked)

    def sleeping_child(self):
        pid, table = self.child(_SLEEPS), self.table()
        while not table.is_asleep(pid):
            time.sleep(0.001)
        return pid

    def test_other_processes_are_looked_for_where_there_are_more_threads(self):
        first, _ = self.sleeping_child(), self.child(_IS_BUSY)
        # The launcher's, and the first process's own.
        self.assertTrue(self.table().are_asleep(first, lambda: 2))
        for threads in (3, 1, None):
            self.assertFalse(self.table().are_asleep(first, lambda: threads))

    def test_a_preforked_process_is_none_of_the_programs(self):
        first, other = self.sleeping_child(), self.child(_IS_BUSY)
        self.assertTrue(self.table([other]).are_asleep(first, lambda: 3))
        self.assertTrue(self.table([other]).are_asleep(first, lambda: None))

    def test_a_busy_or_ended_first_process_is_not_asleep(self):
        busy = self.child(_IS_BUSY)
        self.assertFalse(self.table().are_asleep(busy, lambda: 2))
        ended = self.sleeping_child()
        os.kill(ended, 9)
        while procfs.thread_states(self._proc, ended) not in ([], ["Z"]):
            time.sleep(0.001)
        self.assertFalse(self.table().are_asleep(ended, lambda: 2))

    def test_a_thread_in_place_of_one_that_was_looked_at_before_is_found(self):
        changes = """
import signal, sys, threading
ends = threading.Event()
thread = threading.Thread(target=ends.wait)
thread.start()
print(flush=True)
sys.stdin.readline()
ends.set()
thread.join()
threading.Thread(target=eval, args=("[0 for _ in iter(int, 1)]",), daemon=True).start()
print(flush=True)
signal.pause()
"""
        child = subprocess.Popen([sys.executable, "-S", "-c", changes], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stdin.close)
        child.stdout.readline()
        table = self.table()
        while not table.are_asleep(child.pid, lambda: 3):
            time.sleep(0.001)
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.readline()
        for _ in range(3):
            self.assertFalse(table.are_asleep(child.pid, lambda: 3))

    def test_without_a_first_process_the_others_count(self):
        self.assertTrue(self.table().are_asleep(None, lambda: 1))
        self.child(_IS_BUSY)
        self.assertFalse(self.table().are_asleep(None, lambda: 2))


if __name__ == "__main__":
    unittest.main()

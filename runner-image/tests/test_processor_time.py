"""What a run has used of the processor: the program's container, the judge, and what the judge started."""

import os
import subprocess
import sys
import unittest
from types import SimpleNamespace

import judging  # noqa: F401
from codealong_judge.processor_time import ProcessorTime

_WORKS = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\nimport sys\nsys.stdin.read()"


class Used(unittest.TestCase):
    def test_a_child_counts_while_it_runs_and_once_it_has_ended(self):
        used = ProcessorTime(SimpleNamespace(cpu_us=lambda: 7))
        child = subprocess.Popen([sys.executable, "-S", "-c", _WORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with child:
            child.stdout.readline()
            self.assertGreater(used.used_us(child.pid), 150_000)
            self.assertLess(used.used_us(), 150_000)
            child.stdin.close()
        self.assertGreater(used.used_us(), 150_000)

    def test_the_programs_own_is_what_its_container_has_used_since(self):
        counted = iter([1000, 501_000, 900])
        used = ProcessorTime(SimpleNamespace(cpu_us=lambda: next(counted)))
        self.assertGreaterEqual(used.used_us(), 500_000)
        self.assertLess(used.used_us(), 400_000)

    def test_without_a_count_nobody_knows(self):
        self.assertIsNone(ProcessorTime(SimpleNamespace(cpu_us=lambda: None)).used_us(os.getpid()))


if __name__ == "__main__":
    unittest.main()

"""Which limit has stopped a program, as far as the kernel's counters tell."""

import unittest

import judging  # noqa: F401  It makes the judge importable.

from codealong_judge.counters import Counters


class Limits(unittest.TestCase):
    def setUp(self):
        self.counts = {b"oom_kill": 0, b"max": 0}
        self.processes = 1
        limits = {"cpu_quota_us": 50_000, "cpu_period_us": 100_000, "processes": 50}
        self.counters = Counters({}, limits, lambda: self.processes)
        self.counters._entry = lambda key, *_: self.counts[key]

    def test_the_share_of_a_processor_is_the_containers(self):
        self.assertEqual(self.counters.cpu_share, 0.5)

    def test_processes_that_also_need_too_much_memory_came_first(self):
        self.processes = 40
        self.counts.update({b"oom_kill": 3, b"max": 7})
        self.assertEqual(self.counters.limit_reached((0, 0)), "processes")

    def test_the_processes_of_another_start_say_nothing(self):
        self.processes = 40
        self.counts[b"oom_kill"] = 1
        before = self.counters.refusals()
        self.processes = 1
        self.counters.forget_processes()
        self.counts.update({b"oom_kill": 2, b"max": 1})
        self.assertEqual(self.counters.limit_reached(before), "memory")

    def test_a_refusal_is_not_why_one_process_takes_too_much_memory(self):
        self.counts[b"max"] = 1
        self.assertEqual(self.counters.limit_reached((0, 0)), "processes")
        self.counts[b"oom_kill"] = 1
        self.assertEqual(self.counters.limit_reached((0, 0)), "memory")


if __name__ == "__main__":
    unittest.main()

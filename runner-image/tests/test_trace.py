"""The exchanges of a test that are too many to be told."""

import unittest
from time import monotonic

import judging  # noqa: F401: makes the judge importable
from codealong_judge.trace import Trace


class LongTraces(unittest.TestCase):
    def told(self, events):
        trace = Trace(monotonic())
        for number in range(events):
            trace.add(1 + number, "connected")
        return trace.finished(lambda port, offset: None, True)

    def test_two_hundred_are_told(self):
        told = self.told(200)
        self.assertEqual([exchange["client"] for exchange in told], list(range(1, 201)))

    def test_of_more_the_middle_is_left_out_and_counted(self):
        told = self.told(237)
        self.assertEqual(len(told), 201)
        self.assertEqual(told[99]["client"], 100)
        gap = told[100]
        self.assertEqual((gap["client"], gap["action"], gap["count"]), (0, "left-out", 37))
        self.assertEqual(gap["at_us"], told[101]["at_us"])
        self.assertEqual(told[101]["client"], 138)


if __name__ == "__main__":
    unittest.main()

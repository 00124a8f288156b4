"""The exchanges of a test that are too many to be shown."""

import unittest
from time import monotonic

import judging  # noqa: F401: makes the judge importable
from codealong_judge.trace import Trace


class LongTraces(unittest.TestCase):
    def shown(self, events):
        trace = Trace(monotonic())
        for number in range(events):
            trace.add(1 + number, "connected")
        return trace.to_json(lambda port, offset: None, True)

    def test_two_hundred_are_shown(self):
        shown = self.shown(200)
        self.assertEqual([exchange["client"] for exchange in shown], list(range(1, 201)))

    def test_of_more_the_middle_is_left_out_and_counted(self):
        shown = self.shown(237)
        self.assertEqual(len(shown), 201)
        self.assertEqual(shown[99]["client"], 100)
        gap = shown[100]
        self.assertEqual((gap["client"], gap["action"], gap["count"]), (0, "left-out", 37))
        self.assertEqual(gap["at_us"], shown[101]["at_us"])
        self.assertEqual(shown[101]["client"], 138)


if __name__ == "__main__":
    unittest.main()

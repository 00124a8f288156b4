"""Expectations that several replies fulfil: in any order, one of some, what an expression describes."""

import unittest

from judging import judge
from test_client import MIRROR, one

ID = "8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb"
SYNC = f'matching(simple("FULLRESYNC {ID} 0"), r"FULLRESYNC [0-9a-f]{{40}} [0-9]+", "FULLRESYNC, an id and a number")'


class OpenExpectations(unittest.TestCase):
    def judged(self, reply, expectation):
        return judge(MIRROR, one(f"client.send_bytes(b'REPLY' + {reply!r})\ngot = client.expect({expectation})\nclient.expect_nothing_more()"))

    def passes(self, reply, expectation):
        report = self.judged(reply, expectation)
        self.assertEqual(report.kinds, ["passed"], report.results)

    def fails(self, reply, expectation):
        return self.judged(reply, expectation).outcome("one.1")

    def check(self, reply, expectation, kind, expected, offset):
        outcome = self.fails(reply, expectation)
        compared = outcome["reply"]
        self.assertEqual((outcome["kind"], compared["expected"], compared["offset"]), (kind, expected, offset), outcome)
        self.assertTrue(compared["expected_is_example"])
        return outcome

    def broken(self, expectation, said):
        outcome = self.fails(b"+x\r\n", expectation)
        self.assertEqual(outcome["kind"], "test-broken", expectation)
        self.assertIn(said, outcome["detail"])

    def test_elements_in_any_order(self):
        for order in (b"*3\r\n$1\r\na\r\n:1\r\n$1\r\na\r\n", b"*3\r\n:1\r\n$1\r\na\r\n$1\r\na\r\n"):
            self.passes(order, 'unordered(["a", 1, "a"])')
        self.passes(b"*0\r\n", "unordered([])")
        self.passes(b"*2\r\n*2\r\n$1\r\nb\r\n:1\r\n*1\r\n$-1\r\n", 'unordered([[nil], ["b", 1]])')

    def test_of_wrong_elements_the_first_is_looked_at(self):
        ab = 'unordered(["a", "b"])'
        # The right one stands first beside it, as it came.
        outcome = self.check(b"*2\r\n$1\r\nb\r\n$1\r\nc\r\n", ab, "wrong-value", "*2\\r\\n$1\\r\\nb\\r\\n$1\\r\\na\\r\\n", 15)
        elements = [{"bulk-string": {"bytes": word, "cut_bytes": 0}} for word in "ab"]
        self.assertEqual(outcome["expected"], {"unordered": {"array": {"elements": elements, "cut_elements": 0}}})
        self.check(b"*2\r\n$1\r\nb\r\n$1\r\nb\r\n", ab, "wrong-value", "*2\\r\\n$1\\r\\nb\\r\\n$1\\r\\na\\r\\n", 15)
        self.check(b"*1\r\n$1\r\na\r\n", ab, "wrong-value", "*2\\r\\n$1\\r\\na\\r\\n$1\\r\\nb\\r\\n", 1)
        self.check(b"*3\r\n$1\r\nb\r\n$1\r\na\r\n$1\r\na\r\n", ab, "wrong-value", "*2\\r\\n$1\\r\\nb\\r\\n$1\\r\\na\\r\\n", 1)
        self.check(b":2\r\n", ab, "wrong-type", "*2\\r\\n$1\\r\\na\\r\\n$1\\r\\nb\\r\\n", 0)
        self.check(b"*2\r\n$1\r\na\r\n", ab, "incomplete", "*2\\r\\n$1\\r\\na\\r\\n$1\\r\\nb\\r\\n", 11)

    def test_one_of_several_replies(self):
        for reply in (b":0\r\n", b"$-1\r\n", b"$1\r\nb\r\n"):
            self.passes(reply, 'any_of(0, nil, "b")')
        self.passes(b"-ERR No Such KEY\r\n", 'any_of(0, exact_error("ERR no such key"))')

    def test_of_several_the_nearest_stands_beside_a_wrong_one(self):
        outcome = self.check(b"$2\r\nbc\r\n", 'any_of("ab", "bd")', "wrong-value", "$2\\r\\nbd\\r\\n", 5)
        alternatives = [{"reply": {"bulk-string": {"bytes": word, "cut_bytes": 0}}} for word in ("ab", "bd")]
        self.assertEqual(outcome["expected"], {"any-of": alternatives})
        # Where all are of one type, another one is a wrong type.
        outcome = self.fails(b":3\r\n", 'any_of("ab", "bd")')
        self.assertEqual((outcome["kind"], outcome["expected_type"]), ("wrong-type", "bulk-string"))
        self.assertEqual(self.fails(b"+x\r\n", 'any_of("ab", nil)')["kind"], "wrong-value")

    def test_what_an_expression_describes(self):
        self.passes(f"+FULLRESYNC {'0' * 40} 17\r\n".encode(), SYNC)
        self.passes(b"$5\r\n12\r\n3\r\n", r'matching(bulk("1"), r"[0-9\r\n]+", "a number")')
        outcome = self.check(b"+FULLRESYNC 12 0\r\n", SYNC, "wrong-value", f"+FULLRESYNC {ID} 0\\r\\n", 1)
        described = {"described": {"type": "simple-string", "text": "FULLRESYNC, an id and a number"}}
        self.assertEqual(outcome["expected"], described)
        # All of it has to match.
        self.check(f"+FULLRESYNC {ID} 0 x\r\n".encode(), SYNC, "wrong-value", f"+FULLRESYNC {ID} 0\\r\\n", 1)
        self.check(b"$2\r\nxx\r\n", 'matching(bulk("1"), "[0-9]+", "a number")', "wrong-value", "$1\\r\\n1\\r\\n", 4)
        self.assertEqual(self.fails(b"$2\r\nxx\r\n", SYNC)["kind"], "wrong-type")
        self.assertEqual(self.fails(b"+FULLRESYNC", SYNC)["kind"], "incomplete")

    def test_what_can_not_be_expected_is_the_courses_fault(self):
        self.broken('any_of("a")', "2 to 4")
        self.broken('any_of("a", "b", "c", "d", "e")', "2 to 4")
        self.broken('any_of("a", error("ERR"))', "no single reply")
        self.broken('unordered("ab")', "a list is needed")
        self.broken('unordered([integer_between(1, 2)])', "no single reply")
        self.broken('matching(integer(1), "1", "one")', "an example is needed")
        self.broken('matching(simple("a"), "b", "b")', "does not match")
        self.broken('matching(simple("a"), "(", "b")', "no regular expression")
        self.broken('matching(simple("a"), "a", "")', "in words")


if __name__ == "__main__":
    unittest.main()

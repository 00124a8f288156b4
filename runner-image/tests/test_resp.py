"""Replies are read with positions: whole, incomplete or invalid."""

import unittest

import judging  # noqa: F401: makes the judge importable
from codealong_judge import resp
from codealong_judge.resp import Incomplete, Invalid, Reply


class ReadingReplies(unittest.TestCase):
    def test_whole_replies_have_a_type_a_value_and_an_end(self):
        for data, kind, value in (
            (b"+PONG\r\n", "simple string", b"PONG"),
            (b"-ERR no\r\n", "error", b"ERR no"),
            (b":-12\r\n", "integer", -12),
            (b":+3\r\n", "integer", 3),
            (b"$0\r\n\r\n", "bulk string", b""),
            (b"$6\r\na\r\nb\r\n\r\n", "bulk string", b"a\r\nb\r\n"),
            (b"$-1\r\n", "nil", None),
            (b"*-1\r\n", "nil array", None),
            (b"*0\r\n", "array", ()),
        ):
            reply = resp.read(data + b"+more")
            self.assertEqual((reply.type, reply.value, reply.end), (kind, value, len(data)), data)

    def test_what_is_quoted_holds_no_mark_of_code(self):
        self.assertEqual(resp.describe(resp.read(b"+a`b\r\n")), r'the simple string "a\x60b"')

    def test_arrays_nest(self):
        data = b"*3\r\n$1\r\na\r\n:1\r\n*1\r\n$-1\r\n"
        reply = resp.read(data)
        self.assertEqual(reply.end, len(data))
        self.assertEqual(resp.describe(reply), 'the array ["a", 1, [nil]]')

    def test_each_beginning_of_a_reply_is_incomplete(self):
        for whole in (b"+PONG\r\n", b"$5\r\nhello\r\n", b":12\r\n", b"*2\r\n$1\r\na\r\n:1\r\n", b"$-1\r\n"):
            for end in range(len(whole)):
                reading = resp.read(whole[:end])
                self.assertIsInstance(reading, Incomplete, whole[:end])

    def test_what_is_missing_is_named(self):
        for data, missing in (
            (b"+PONG", "the closing `\\r\\n`"),
            (b"+PONG\r", "the closing `\\n`"),
            (b"$5\r\nhello", "the closing `\\r\\n`"),
            (b"$4096\r\nabc", "4093 of the value's 4096 bytes"),
            (b"*2\r\n:1\r\n", "the next element of the array"),
        ):
            self.assertEqual(resp.read(data).missing, missing, data)

    def test_the_first_byte_that_cannot_stand_there_is_named(self):
        for data, offset in (
            (b"PONG\r\n", 0),
            (b'"PONG"', 0),
            (b"+PONG\n", 5),
            (b"+PO\rNG\r\n", 4),
            (b"$hello", 1),
            (b"$4 \r\n", 2),
            (b"$+4\r\n", 1),
            (b"$-2\r\n", 1),
            (b"$4\nPONG\r\n", 2),
            (b"$2\r\nh\xc3\xa9\r\n", 6),
            (b"$3\r\nabc\r\r", 8),
            (b":1x\r\n", 2),
            (b":\r\n", 1),
            (b"*1\r\nx", 4),
            (b"*1\r\n$1\r\nab", 9),
            (b"*1\r\n" * 40, 128),
        ):
            reading = resp.read(data)
            self.assertIsInstance(reading, Invalid, data)
            self.assertEqual(reading.offset, offset, data)

    def test_a_wrong_length_is_explained_by_what_it_announced(self):
        rule = resp.read("$2\r\nhé\r\n".encode()).rule
        self.assertEqual(rule, "`$2` announces 2 bytes, and after them comes `\\r\\n`")

    def test_positions_count_from_the_given_start(self):
        self.assertEqual(resp.read(b"+OK\r\n+PONG\r\n", 5), Reply("simple string", b"PONG", 12))
        self.assertEqual(resp.read(b"+OK\r\nx", 5).offset, 5)


class SayingThem(unittest.TestCase):
    def test_replies_are_said_as_a_person_says_them(self):
        for data, said in (
            (b"+PONG\r\n", 'the simple string "PONG"'),
            (b"-ERR no\r\n", 'the error "ERR no"'),
            (b":3\r\n", "the integer 3"),
            ("$3\r\nhé\r\n".encode(), 'the bulk string "hé"'),
            (b"$4\r\na\r\nb\r\n", 'the bulk string "a\\r\\nb"'),
            (b"$2\r\n\xff\x00\r\n", 'the bulk string "\\xff\\x00"'),
            (b"$-1\r\n", "nil"),
            (b"*0\r\n", "the empty array"),
        ):
            self.assertEqual(resp.describe(resp.read(data)), said)

    def test_a_long_value_is_shortened(self):
        said = resp.describe(resp.read(b"$4096\r\n" + b"x" * 4096 + b"\r\n"))
        self.assertEqual(said, f'the bulk string "{"x" * 60}…" (4096 bytes)')

    def test_requests_are_said_as_typed(self):
        for words, said in (
            ([b"PING"], "PING"),
            ([b"ECHO", "hé".encode()], 'ECHO "hé"'),
            ([b"ECHO", b""], 'ECHO ""'),
            ([b"SET", b"k:1", b"a b"], 'SET k:1 "a b"'),
        ):
            self.assertEqual(resp.describe_request(resp.encode_command(words)), said)
        pipelined = resp.encode_command([b"PING"]) * 6
        self.assertEqual(resp.describe_request(pipelined), "PING, PING, PING, PING, …")
        self.assertEqual(resp.describe_request(b"hello\n"), '"hello\\n"')


if __name__ == "__main__":
    unittest.main()

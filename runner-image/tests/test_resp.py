"""Replies are read with positions: whole, incomplete or invalid."""

import unittest

import judging  # noqa: F401: makes the judge importable
from codealong_judge import resp
from codealong_judge.formatting import byte_string
from codealong_judge.resp import Incomplete, Invalid, Reply


def text(data):
    return {"bytes": byte_string(data), "cut_bytes": 0}


class ReadingReplies(unittest.TestCase):
    def test_whole_replies_have_a_type_a_value_and_an_end(self):
        for data, kind, value in (
            (b"+PONG\r\n", "simple-string", b"PONG"),
            (b"-ERR no\r\n", "error", b"ERR no"),
            (b":-12\r\n", "integer", -12),
            (b":+3\r\n", "integer", 3),
            (b"$0\r\n\r\n", "bulk-string", b""),
            (b"$6\r\na\r\nb\r\n\r\n", "bulk-string", b"a\r\nb\r\n"),
            (b"$-1\r\n", "nil", None),
            (b"*-1\r\n", "nil-array", None),
            (b"*0\r\n", "array", ()),
        ):
            reply = resp.read(data + b"+more")
            self.assertEqual((reply.type, reply.value, reply.end), (kind, value, len(data)), data)

    def test_of_version_3_are_read_where_a_client_has_asked_for_them(self):
        data = b"%2\r\n$1\r\na\r\n:1\r\n+b\r\n_\r\n"
        reply = resp.read(data + b"+more", version=3)
        self.assertEqual((reply.type, reply.end), ("map", len(data)))
        pairs = [[{"bulk-string": text(b"a")}, {"integer": 1}], [{"simple-string": text(b"b")}, "null"]]
        self.assertEqual(resp.value(reply), {"map": {"pairs": pairs, "cut_pairs": 0}})
        for end in range(1, len(data)):
            self.assertIsInstance(resp.read(data[:end], version=3), Incomplete, end)
        for refused in (data, b"_\r\n"):
            self.assertEqual(resp.read(refused), Invalid(0, "first-byte"))
        for wrong, offset, rule in (
            (b"_x\r\n", 1, "null-end"),
            (b"%-1\r\n", 1, {"range": "pairs"}),
            (b"%x\r\n", 1, {"digits": "pairs"}),
            (b"#t\r\n", 0, "first-byte-3"),
        ):
            self.assertEqual(resp.read(wrong, version=3), Invalid(offset, rule), wrong)

    def test_arrays_nest(self):
        data = b"*3\r\n$1\r\na\r\n:1\r\n*1\r\n$-1\r\n"
        reply = resp.read(data)
        self.assertEqual(reply.end, len(data))
        inner = {"array": {"elements": ["nil"], "cut_elements": 0}}
        outer = {"elements": [{"bulk-string": text(b"a")}, {"integer": 1}, inner], "cut_elements": 0}
        self.assertEqual(resp.value(reply), {"array": outer})

    def test_each_beginning_of_a_reply_is_incomplete(self):
        for whole in (b"+PONG\r\n", b"$5\r\nhello\r\n", b":12\r\n", b"*2\r\n$1\r\na\r\n:1\r\n", b"$-1\r\n"):
            for end in range(len(whole)):
                reading = resp.read(whole[:end])
                self.assertIsInstance(reading, Incomplete, whole[:end])

    def test_what_is_missing_is_named(self):
        for data, missing in (
            (b"", None),
            (b"+PONG", "line-end"),
            (b"+PONG\r", "line-feed"),
            (b":", "number"),
            (b"$5\r\nhello", "line-end"),
            (b"$4096\r\nabc", {"value-bytes": {"bytes": 4093, "of": 4096}}),
            (b"*2\r\n:1\r\n", "element"),
        ):
            self.assertEqual(resp.read(data).missing, missing, data)

    def test_the_first_byte_that_cannot_stand_there_and_its_rule_are_named(self):
        for data, offset, rule in (
            (b"PONG\r\n", 0, "first-byte"),
            (b'"PONG"', 0, "first-byte"),
            (b"+PONG\n", 5, "carriage-return"),
            (b"+PO\rNG\r\n", 4, "line-feed"),
            (b"$hello", 1, {"digits": "length"}),
            (b"$4 \r\n", 2, {"number-end": "length"}),
            (b"$+4\r\n", 1, {"digits": "length"}),
            (b"$-2\r\n", 1, {"range": "length"}),
            (b"$4\nPONG\r\n", 2, {"number-end": "length"}),
            ("$2\r\nhé\r\n".encode(), 6, {"value-end": {"length": 2}}),
            (b"$3\r\nabc\r\r", 8, "line-feed"),
            (b":1x\r\n", 2, {"number-end": "integer"}),
            (b":\r\n", 1, {"digits": "integer"}),
            (b":%d\r\n" % (1 << 63), 1, "number-bits"),
            (b":" + b"1" * 21 + b"\r\n", 21, "number-bits"),
            (b"*-2\r\n", 1, {"range": "count"}),
            (b"*1\r\nx", 4, "first-byte"),
            (b"*1\r\n$1\r\nab", 9, {"value-end": {"length": 1}}),
            (b"*1\r\n" * 40, 128, {"depth": {"max": 32}}),
        ):
            self.assertEqual(resp.read(data), Invalid(offset, rule), data)

    def test_positions_count_from_the_given_start(self):
        self.assertEqual(resp.read(b"+OK\r\n+PONG\r\n", 5), Reply("simple-string", b"PONG", 12))
        self.assertEqual(resp.read(b"+OK\r\nx", 5).offset, 5)


class PassingThemOn(unittest.TestCase):
    def test_replies_have_their_types(self):
        for data, value in (
            (b"+PONG\r\n", {"simple-string": text(b"PONG")}),
            (b"-ERR no\r\n", {"error": text(b"ERR no")}),
            (b":%d\r\n" % -(1 << 63), {"integer": -(1 << 63)}),
            (b"$4\r\na\r\nb\r\n", {"bulk-string": text(b"a\r\nb")}),
            (b"$-1\r\n", "nil"),
            (b"*-1\r\n", "nil-array"),
            (b"*0\r\n", {"array": {"elements": [], "cut_elements": 0}}),
        ):
            self.assertEqual(resp.value(resp.read(data)), value)

    def test_a_long_value_is_cut(self):
        value = resp.value(resp.read(b"$4096\r\n" + b"x" * 4096 + b"\r\n"))
        self.assertEqual(value, {"bulk-string": {"bytes": "x" * 60, "cut_bytes": 4036}})

    def test_arrays_are_cut_however_they_are_nested(self):
        wide = resp.value(resp.read(b"*100\r\n" + b":1\r\n" * 100))["array"]
        self.assertEqual((len(wide["elements"]), wide["cut_elements"]), (8, 92))
        data = b":1\r\n"
        for _ in range(5):
            data = b"*8\r\n" + data * 8
        shown = str(resp.value(resp.read(data)))
        self.assertEqual(shown.count("array") + shown.count("integer"), 1 + 64)

    def test_some_few_whole_replies_are_read(self):
        self.assertEqual(resp.values(b":1\r\n$-1\r\n"), [{"integer": 1}, "nil"])
        for data in (b"", b":1\r\n:", b"x", b":1\r\n" * 5):
            self.assertIsNone(resp.values(data), data)

    def test_requests_are_commands_or_bytes(self):
        for words in ([b"PING"], [b"ECHO", "hé".encode()], [b"ECHO", b""]):
            command = {"words": [text(word) for word in words], "cut_words": 0}
            request = resp.request(resp.encode_command(words))
            self.assertEqual(request, {"commands": {"commands": [command], "has_more": False}})
        pipelined = resp.request(resp.encode_command([b"PING"]) * 6)["commands"]
        self.assertEqual((len(pipelined["commands"]), pipelined["has_more"]), (4, True))
        (long,) = resp.request(resp.encode_command([b"DEL"] * 100))["commands"]["commands"]
        self.assertEqual((len(long["words"]), long["cut_words"]), (64, 36))
        for data in (b"hello\n", b"*0\r\n", b":1\r\n"):
            self.assertEqual(resp.request(data), {"bytes": text(data)})


if __name__ == "__main__":
    unittest.main()

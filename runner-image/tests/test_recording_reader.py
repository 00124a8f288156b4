"""The judge takes a program's own recording for what it is: anything."""

import contextlib
import io
import json
import random
import time
import types
import unittest
from unittest import mock

import judging  # noqa: F401: makes the judge importable
from codealong_judge.recording import RecordedTest, Recording
from codealong_protocol import frame, recording_memory, shared_memory
from codealong_protocol.recording_memory import SEGMENT_BYTES

CALL = ["call", 0, "", None, "MainThread", [["x", "1"]]]


def step_record(number=0, at_us=5, call=0, line=1, changes=(), fact=None):
    return ["step", number, at_us, call, line, list(changes), fact]


class TheJudge(unittest.TestCase):
    def fields(self, *records):
        recording = Recording(0.0)
        for record in records:
            recording.take(record)
        return recording.fields()

    def test_takes_what_is_well_formed(self):
        fields = self.fields(CALL, step_record(), ["forked"], step_record(1, changes=[[0, "x", None]], fact=["raised", "E"]))
        self.assertEqual(fields, {
            "texts": ["x", "1", "E", "", "MainThread"],
            "calls": [[3, None, 4]],
            "steps": [[5, 0, 1, [[0, 0, 1]], None], [5, 0, 1, [[0, 0, None]], {"raised": 2}]],
            "left_out": 0,
            "has_forked": True,
        })

    def test_leaves_out_what_is_not(self):
        long = "x" * 401
        strange = (None, True, -1, 1.5, "1", [], [[]], {}, 1 << 80, long, float("nan"))
        for place in range(1, 7):
            for value in strange:
                record = step_record()
                record[place] = value
                if record[place] in ([], None) and place in (5, 6):
                    continue
                fields = self.fields(CALL, record)
                if place == 5 and value == [[]]:
                    self.assertEqual(len(fields["steps"]), 1)
                    continue
                self.assertEqual((fields["steps"], fields["texts"]), ([], []), record)
        for place in range(1, 6):
            for value in strange:
                record = [*CALL]
                record[place] = value
                is_right = place == 5 and value == [] or place in (2, 4) and value == "1" or place == 3 and value is None
                steps = self.fields(record, step_record())["steps"]
                self.assertEqual(len(steps), 1 if is_right or (place, value) == (5, [[]]) else 0, record)
        for change in strange + ([0, "x"], [0, "x", long], [0, long, "x"], [0, "x", 5], [1, "x", "y"], [[], "x", "y"]):
            fields = self.fields(CALL, step_record(changes=[change]))
            self.assertEqual(fields["steps"], [[5, 0, 1, [[0, 0, 1]], None]], change)
        for line in (0, 1_000_000):
            self.assertEqual(self.fields(CALL, step_record(line=line))["steps"], [])
        for fact in (["printed"], ["printed", 5], ["said", "x"], [[], "x"], ["printed", long], {"printed": "x"}):
            self.assertEqual(self.fields(CALL, step_record(fact=fact))["steps"], [], fact)
        for other in ([], [None], [[]], ["call"], ["step", 1], [5, 5], ["call", *CALL]):
            self.assertEqual(self.fields(other)["steps"], [])
        self.assertEqual(self.fields(CALL, step_record(at_us=4_000_000_000))["steps"], [])

    def test_takes_no_call_that_leads_to_itself_and_no_step_twice(self):
        own = ["call", 1, "f", 1, "T", []]
        back = ["call", 0, "", 1, "MainThread", []]
        fields = self.fields(CALL, own, ["call", 1, "f", 0, "T", []], back, step_record(call=1), step_record(call=1))
        self.assertEqual(len(fields["steps"]), 1)
        self.assertEqual([caller for _, caller, _ in fields["calls"]], [None, 0])

    def test_drops_calls_that_no_step_needs(self):
        calls = [["call", number, f"f{number}", number - 1 if number % 2 else 0, "T", [["v", str(number)]]] for number in range(1, 5001)]
        records = [CALL]
        for number, call in enumerate(calls):
            records += [call, step_record(number, call=call[1])]
        records += [step_record(5000 + number, call=2) for number in range(4998)]
        fields = self.fields(*records)
        self.assertEqual((fields["left_out"], len(fields["steps"])), (4998, 5000))
        names = [fields["texts"][function] for function, _, _ in fields["calls"]]
        self.assertEqual(names, ["", "f2", "f4998", "f4999", "f5000"])
        self.assertEqual([caller for _, caller, _ in fields["calls"]], [None, 0, 0, 2, 0])
        known = {(call, fields["texts"][value]) for call, _, value in fields["steps"][0][3]}
        self.assertEqual(known, {(0, "1"), (1, "2"), (2, "4998"), (3, "4999")})

    def test_drops_the_first_steps_where_they_are_too_many_bytes(self):
        changes = ([[0, "x", f"{number:0100}"], [0, "y", "é" * 200 + str(number)]] for number in range(4000))
        fields = self.fields(CALL, *(step_record(number, changes=change) for number, change in enumerate(changes)))
        size = len(frame.encode(fields))
        self.assertTrue(200_000 < size <= 290_000, size)
        self.assertEqual(fields["left_out"] + len(fields["steps"]), 4000)
        first = {fields["texts"][value] for _, _, value in fields["steps"][0][3]}
        self.assertEqual(first, {f"{fields['left_out']:0100}", "é" * 200 + str(fields["left_out"])})
        # Where all is known in one step that is too long, nothing is left.
        many = [step_record(0, changes=[[0, f"name{number}", f"{number:0300}"] for number in range(4000)])]
        fields = self.fields(CALL, *many, *(step_record(number) for number in range(1, 100)))
        self.assertEqual((fields["steps"], fields["calls"], fields["left_out"]), ([], [], 100))

    def test_reads_a_memory_of_anything(self):
        memory = shared_memory.map_and_close(shared_memory.create())
        reader, writer = shared_memory.RecordReader(memory), shared_memory.RecordWriter(memory)
        reader.reset(1, shared_memory.RECORDED)
        writer.started()
        self.assertTrue(writer.is_recorded and not writer.is_traced)
        self.assertEqual(_read(reader), [])
        dice = random.Random(5)
        begin = shared_memory._RECORDING_AT
        for number in range(60):
            writer.recording.begin_segment()
            bad = (b"[" * 10_000, dice.randbytes(5000), b"{}", b"5", b"9" * 5000, b'["step"', b"\xff\n\n[1]", b'["step",NaN]')
            for line in bad:
                writer.recording.append(line + b"\n")
            writer.recording.append(b'["mine",%d]\n' % number)
            records = _read(reader)
            mine = [record[1] for record in records if record[:1] == ["mine"]]
            self.assertEqual(mine, list(range(max(number - 7, 0), number + 1)))
            recording = Recording(time.monotonic())
            for record in records:
                recording.take(record)
            self.assertEqual(recording.fields()["steps"], [])
        for _ in range(200):
            memory[begin : begin + 96] = dice.randbytes(96)
            _read(reader)
            header = [1, dice.randrange(20), dice.randrange(2 * SEGMENT_BYTES)]
            memory[begin : begin + 12] = b"".join(number.to_bytes(4, "little") for number in header)
            _read(reader)
        # Too long, in another's place, of another start.
        memory[begin : begin + 96] = bytes(96)
        for header in ((1, 1, SEGMENT_BYTES + 1), (1, 2, 21_000), (2, 1, 21_000), (1, 0, 21_000)):
            memory[begin : begin + 12] = b"".join(number.to_bytes(4, "little") for number in header)
            self.assertEqual(_read(reader), [], header)
        memory[begin : begin + 12] = b"".join(number.to_bytes(4, "little") for number in (1, 1, 21_000))
        self.assertNotEqual(_read(reader), [])
        reader.reset(2)
        self.assertEqual(_read(reader), [])
        self.assertFalse(writer.is_recorded)

    def test_reads_no_more_lines_than_there_can_be_records(self):
        for line, read in ((b"\n", 0), (b"x\n", 20_485), (b"[]\n", 20_485), (b"[%s]\n" % (b"0," * 5000), 8 * 26)):
            memory = shared_memory.map_and_close(shared_memory.create())
            reader, writer = shared_memory.RecordReader(memory), shared_memory.RecordWriter(memory)
            reader.reset(1, shared_memory.RECORDED)
            writer.started()
            for _ in range(8):
                writer.recording.begin_segment()
                writer.recording.append(line * (SEGMENT_BYTES // len(line)))
            with mock.patch.object(recording_memory.json, "loads", wraps=json.loads) as loads:
                list(reader.recording(10_000))
            self.assertEqual(loads.call_count, read, line[:10])

    def test_forms_few_frames_of_what_is_too_long(self):
        known = [[f"name{number}", f"{number:0400}"] for number in range(650)]
        same = ["call", 0, "", None, "MainThread", known]
        many = [[0, f"{number:x}", "1"] for number in range(40_000)]

        def rows(at):
            return [[0, str(name), f"{at}.{name}"] for name in range(20)]

        for records, frames_max, steps_min in (
            ([same, *(step_record(number, at_us=number) for number in range(5000))], 7, 40),
            # What has no room in any case is not even formed.
            ([CALL, step_record(changes=many), step_record(1)], 1, 0),
            ([CALL, *(step_record(at, changes=rows(at)) for at in range(5000))], 7, 600),
        ):
            with mock.patch.object(frame, "encode", wraps=frame.encode) as encode:
                fields = self.fields(*records)
            self.assertLessEqual(encode.call_count, frames_max)
            self.assertLessEqual(max(len(json.dumps(call.args[0])) for call in encode.call_args_list), 1_000_000)
            self.assertGreaterEqual(len(fields["steps"]), steps_min)

    def test_has_an_empty_recording_where_it_fails(self):
        def fail(_enough):
            raise MemoryError

        frames = mock.Mock()
        job, launcher = types.SimpleNamespace(record=True), types.SimpleNamespace()
        recorded = RecordedTest(job, frames, launcher, types.SimpleNamespace(recording=fail))
        with contextlib.redirect_stderr(io.StringIO()) as stderr:
            recorded.write(types.SimpleNamespace(id="ping.1"), 0)
        empty = {"texts": [], "calls": [], "steps": [], "left_out": 0, "has_forked": False}
        frames.write.assert_called_once_with("recording", id="ping.1", **empty)
        self.assertEqual(stderr.getvalue(), "")

    def test_has_records_whole_or_not_at_all(self):
        memory = shared_memory.map_and_close(shared_memory.create())
        reader, writer = shared_memory.RecordReader(memory), shared_memory.RecordWriter(memory)
        reader.reset(1, shared_memory.RECORDED)
        writer.started()
        self.assertFalse(writer.recording.append(b"[1]\n"))
        writer.recording.begin_segment()
        row = b'["%s"]\n' % (b"x" * 995)
        count = 0
        while writer.recording.append(row):
            count += 1
        self.assertEqual(count, SEGMENT_BYTES // 1000)
        self.assertFalse(writer.recording.append(row))
        self.assertEqual(len(_read(reader)), count)
        # Of older segments only as much is read as is needed.
        writer.recording.begin_segment()
        writer.recording.append(b'["newest"]\n')
        self.assertEqual(list(reader.recording(1)), [["newest"]])
        self.assertEqual(len(list(reader.recording(2))), count + 1)


def _read(reader):
    return list(reader.recording(1_000_000))


if __name__ == "__main__":
    unittest.main()

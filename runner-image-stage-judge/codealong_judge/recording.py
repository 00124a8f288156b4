"""The recording of one test: the lines that the program ran, with values, as it says itself.

The program can write anything there. So each record is checked, and what is malformed is left out. What
the records are is told in `codealong_protocol/recording_memory.py`.
"""

import math
from collections import deque
from itertools import islice
from time import monotonic

from codealong_protocol import frame

from .outcome import u32

_STEPS_MAX = 5000
#: A call has two steps at least, and mostly more.
_RECORDS_ENOUGH = 2 * _STEPS_MAX
_BYTES_MAX = 290_000
#: What a step and a change take of them at least.
_STEP_BYTES, _CHANGE_BYTES = len('[0,0,1,[],null],'), len("[0,0,0],")
#: Where the steps are too many bytes, the least parts of them that are dropped, one after the other.
_DROPPED_PARTS = (1 / 8, 1 / 4, 1 / 2, 3 / 4, 7 / 8, 1)
_CHARACTERS_MAX = 400
_FACTS = ("returned", "raised", "printed")
#: How far from the test's beginning a time can be.
_TIME_US_MAX = 3_600_000_000


class RecordedTest:
    """A job's only test, where it is to be recorded."""

    def __init__(self, job, frames, launcher, records):
        self._is_on = launcher.is_recorded = job.record
        self._frames = frames
        self._records = records
        self._began = monotonic()

    def begins(self, attempt):
        """All times are from here."""
        self._began = attempt.trace.began

    def write(self, planned, tests_left):
        """A test has been reported: where it is the last, what was recorded of the last start follows."""
        if self._is_on and not tests_left:
            try:
                fields = self._fields()
            except Exception:
                # The run holds without it, and a judge that says something of this would count as broken.
                fields = Recording(self._began).fields()
            self._frames.write("recording", id=planned.id, **fields)

    def _fields(self):
        recording = Recording(self._began)
        for record in self._records.recording(_RECORDS_ENOUGH):
            recording.take(record)
        return recording.fields()


class _Step:
    """A step, checked: `changes` by call and name."""

    __slots__ = ("number", "at_us", "call", "line", "changes", "fact")

    def __init__(self, number, at_us, call, line, changes, fact):
        self.number, self.at_us, self.call, self.line = number, at_us, call, line
        self.changes, self.fact = changes, fact


class Recording:
    """What there is of a recording; its last steps are kept."""

    def __init__(self, began):
        self._began_us = int(began * 1_000_000)
        # The function, the caller and the thread of each call, by its number.
        self._calls = {}
        self._steps = deque()
        self._step_bytes = 0
        # By call and name: the values before the first step that is kept, and the present ones.
        self._before, self._values = {}, {}
        # What has changed since the last step.
        self._changes = {}
        self._next_number = 0
        self._has_forked = False

    def take(self, record):
        """Takes a record, a list of anything."""
        kind, *fields = record or [None]
        if kind == "call" and len(fields) == 5:
            self._take_call(*fields)
        elif kind == "step" and len(fields) == 6:
            self._take_step(*fields)
        elif kind == "forked":
            self._has_forked = True

    def fields(self):
        """What a frame says of it."""
        for part in _DROPPED_PARTS:
            fields = self._fields()
            size = len(frame.encode(fields))
            if size <= _BYTES_MAX:
                return fields
            part = max(part, 1 - _BYTES_MAX / size)
            for _ in range(math.ceil(len(self._steps) * part)):
                self._drop_step()
        return self._fields()

    def _take_call(self, number, function, caller, thread, values):
        is_call = _is_number(number) and _is_text(function) and _is_text(thread)
        if is_call and caller is not None:
            # A caller comes first, and stays what it was: so no call leads to itself.
            is_call = _is_number(caller) and caller in self._calls
        if not is_call or not isinstance(values, list):
            return
        known = self._calls.setdefault(number, (function, caller, thread))
        if known != (function, caller, thread):
            return
        for value in values:
            if isinstance(value, list) and len(value) == 2 and _is_text(value[0]) and _is_text(value[1]):
                self._change(number, *value)

    def _take_step(self, number, at_us, call, line, changes, fact):
        is_step = _is_number(number) and number >= self._next_number and _is_number(at_us)
        is_step = is_step and _is_number(call) and call in self._calls and _is_number(line)
        if not is_step or not 0 < line < 1_000_000 or not isinstance(changes, list):
            return
        at_us -= self._began_us
        is_fact = fact is None or (
            isinstance(fact, list) and len(fact) == 2 and fact[0] in _FACTS and _is_text(fact[1])
        )
        if not is_fact or abs(at_us) > _TIME_US_MAX:
            return
        for change in changes:
            if not isinstance(change, list) or len(change) != 3:
                continue
            changed, name, value = change
            if _is_number(changed) and changed in self._calls and _is_text(name):
                if value is None or _is_text(value):
                    self._change(changed, name, value)
        self._next_number = number + 1
        self._steps.append(_Step(number, at_us, call, line, self._changes, fact))
        self._step_bytes += _bytes_of(self._changes)
        self._changes = {}
        while len(self._steps) > _STEPS_MAX or self._step_bytes > _BYTES_MAX:
            self._drop_step()

    def _change(self, call, name, value):
        """A variable has this value now; what is known already is no change."""
        if self._values.get((call, name)) != value:
            self._values[call, name] = self._changes[call, name] = value

    def _drop_step(self):
        changes = self._steps.popleft().changes
        self._step_bytes -= _bytes_of(changes)
        self._before.update(changes)

    def _fields(self):
        known = self._known()
        if _bytes_of(known) > _BYTES_MAX:
            # No step has room for it.
            while self._steps:
                self._drop_step()
        calls = self._used_calls()
        new_numbers = {number: new for new, number in enumerate(calls)}
        texts = {}

        def text(value):
            return None if value is None else texts.setdefault(value, len(texts))

        def changes_of(changes):
            return [
                [new_numbers[call], text(name), text(value)]
                for (call, name), value in changes.items()
                if call in new_numbers
            ]

        steps = []
        for step in self._steps:
            changes = step.changes if steps else known
            fact = step.fact and {step.fact[0]: text(step.fact[1])}
            steps.append([step.at_us, new_numbers[step.call], step.line, changes_of(changes), fact])
        shown = []
        for number in calls:
            function, caller, thread = self._calls[number]
            shown.append([text(function), new_numbers.get(caller), text(thread)])
        left_out = self._steps[0].number if self._steps else self._next_number
        return {
            "texts": list(texts),
            "calls": shown,
            "steps": steps,
            "left_out": u32(left_out),
            "has_forked": self._has_forked,
        }

    def _known(self):
        """What the first step begins with, of the calls that are used; what is gone was never there."""
        if not self._steps:
            return {}
        calls = set(self._used_calls())
        before = self._before | self._steps[0].changes
        return {key: value for key, value in before.items() if value is not None and key[0] in calls}

    def _used_calls(self):
        """The calls of the steps, those that led to them, and the module's, in their order."""
        used = set(islice((number for number, call in sorted(self._calls.items()) if not call[0]), 1))
        for step in self._steps:
            number = step.call
            while number is not None and number not in used:
                used.add(number)
                number = self._calls[number][1]
        return sorted(used) if self._steps else []


def _bytes_of(changes):
    """How many bytes a step with these changes takes at least."""
    return _STEP_BYTES + _CHANGE_BYTES * len(changes)


def _is_number(value):
    return type(value) is int and 0 <= value < 1 << 53


def _is_text(value):
    return type(value) is str and len(value) <= _CHARACTERS_MAX

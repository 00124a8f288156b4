"""In the learner's process: a call that is recorded, and what was recorded of its variables last."""

from json.encoder import encode_basestring_ascii as quoted
from types import MethodType

from .value_text import UNCHANGING, is_data, may_change, value_text

#: A longer one is written again each time, rather than kept alive.
_KEPT_MAX = 1000

#: The flag of functions: the variables of a class's body are in a mapping, which may be the program's.
_OPTIMIZED = 1

NOTHING = object()


class Call:
    """A call of a function, or the module's own run."""

    __slots__ = (
        "recorder",
        "number",
        "function",
        "caller",
        "depth",
        "thread",
        "segment",
        "globals",
        "global_names",
        "has_variables",
        "shares_variables",
        "uses_outer_variables",
        "line",
        "raised_at",
        "_texts",
        "_kept",
        "_changing",
    )

    def __init__(self, recorder, number, function, caller, depth, thread, code):
        self.recorder = recorder
        #: From 0, in the order in which they begin.
        self.number = number
        self.function = function
        self.caller = caller
        #: How many calls led to it.
        self.depth = depth
        self.thread = thread
        #: The segment in which it was written last.
        self.segment = 0
        #: Of the module's call, its variables.
        self.globals = None
        self.global_names = ()
        self.has_variables = bool(code.co_flags & _OPTIMIZED)
        #: Whether another function may change its variables, or it those of another.
        self.shares_variables = bool(code.co_cellvars or code.co_freevars)
        self.uses_outer_variables = bool(code.co_freevars)
        #: The line that was about to run last, or 0.
        self.line = 0
        #: The instruction whose exception was its last event, or -1.
        self.raised_at = -1
        # By their names: the texts of the variables, and the values that can't have another text.
        self._texts = {}
        self._kept = {}
        # The names of those whose values may have other texts while they stay the same objects.
        self._changing = set()

    def follow(self, frame, event, argument):
        """Takes the events of the call's frame, as `sys.settrace` has it."""
        recorder = self.recorder
        try:
            recorder.take(self, frame, event, argument)
        except BaseException as error:
            if not recorder.is_own(error):
                # Python ends the trace. This goes with the traceback, when the exception has been handled.
                _resumption = recorder.resumption(self, frame)
                raise
        if self.uses_outer_variables:
            recorder.refresh_callers(frame)
        if self.shares_variables:
            # Python writes them back after this, also where another thread has changed them since. (What was
            # read before this event, for an inner call's step, it has read again.)
            frame.f_locals
        return self.follow

    def compare(self, pairs, changes, known, has_all=True):
        """Adds what differs of names and values; whether these are all decides on what is gone.

        `known` has what has been written in this step, by the ids of the values. Says whether a name has
        something else now that may be another name's as well.
        """
        texts, kept, changing = self._texts, self._kept, self._changing
        found, is_shared = 0, False
        for name, value in pairs:
            if type(name) is not str:
                continue
            is_same = id(type(value)) in UNCHANGING
            if is_same and kept.get(name, NOTHING) is value:
                found += 1
                continue
            if value is NOTHING or not is_data(value) or name.startswith((".", "__")):
                if not has_all and name in texts:
                    self._forget(name, changes)
                continue
            found += 1
            if is_same:
                text = value_text(value)
            else:
                written = known.get(id(value))
                if written is None:
                    # With the value: while that is alive, no other has its id.
                    written = known[id(value)] = value_text(value), value
                text = written[0]
            before = texts.get(name)
            if before != text:
                texts[name] = text
                changes.append(f"[{self.number},{quoted(name)},{quoted(text)}]")
                if is_same or not may_change(value):
                    changing.discard(name)
                else:
                    changing.add(name)
                    is_shared = is_shared or before is not None
            if is_same and (type(value) not in (str, bytes) or len(value) <= _KEPT_MAX):
                kept[name] = value
            elif name in kept:
                del kept[name]
        if has_all and found != len(texts):
            there = {name for name, value in pairs if type(name) is str and is_data(value)}
            for name in [name for name in texts if name not in there]:
                self._forget(name, changes)
        return is_shared

    def compare_changing(self, frame, changes, known):
        """Adds what differs of the values that others may have changed since the call's last step.

        The frame is that of the call, where it is not the module's.
        """
        if self.globals is not None:
            values = self.globals
        elif not self.has_variables or not self._changing and not self.shares_variables:
            return
        else:
            values = frame.f_locals
        if self.shares_variables:
            self.compare(list(values.items()), changes, known)
        else:
            pairs = [(name, values.get(name, NOTHING)) for name in self._changing]
            self.compare(pairs, changes, known, has_all=False)

    def _forget(self, name, changes):
        del self._texts[name]
        self._kept.pop(name, None)
        self._changing.discard(name)
        changes.append(f"[{self.number},{quoted(name)},null]")

    def record(self, characters):
        """The call with its values, of which so many characters are shown at most."""
        values, left = [], characters
        for name, text in self._texts.items():
            value = f"[{quoted(name)},{quoted(text)}]"
            left -= len(value)
            if left < 0:
                break
            values.append(value)
        caller = "null" if self.caller is None else self.caller.number
        head = f"{self.number},{quoted(self.function)},{caller},{quoted(self.thread)}"
        return f'["call",{head},[{",".join(values)}]]\n'


def call_of(frame):
    """The call that follows a frame, or None."""
    follow = frame.f_trace
    call = follow.__self__ if type(follow) is MethodType else None
    return call if type(call) is Call else None

"""In the learner's process, where the judge asks for it: records each line that runs, with the values there.

What is recorded must be what happens without it. So no code of the program's is called, no frame is
kept beyond its event, and whatever goes wrong here is left out. The records are those of
`codealong_judge/recording.py`, which reads them.
"""

import opcode
import sys
import threading
from _thread import RLock, get_ident, get_native_id
from itertools import count
from json.encoder import encode_basestring_ascii as quoted
from time import monotonic_ns
from types import MethodType

from .value_text import instance_fields, is_data, raised_text, value_text

_getframe = sys._getframe

#: How many calls deep a program is recorded: a segment must have room for all that led to a line.
_DEPTH_MAX = 100
#: And for so many characters of their values.
_VALUES_MAX = 96 * 1024
_NAME_CHARACTERS_MAX = 80
_PRINTED_CHARACTERS_MAX = 400

_RETURN, _YIELD = opcode.opmap["RETURN_VALUE"], opcode.opmap["YIELD_VALUE"]
#: The flags of functions that stop at each `await`, which is no return: coroutines, those that
#: `types.coroutine` makes, and asynchronous generators.
_AWAITING = 0x80 | 0x100 | 0x200

#: How iteration ends; a loop takes it, and nobody sees it.
_ENDS = (StopIteration, StopAsyncIteration, GeneratorExit)

#: Of these types, by their ids, a value that is the same object has the same text.
_UNCHANGING = {id(kind) for kind in (bool, int, float, str, bytes, type(None))}
#: A longer one is written again each time, rather than kept alive.
_KEPT_MAX = 1000

_NOTHING = object()


class Recorder:
    """Follows every thread that Python starts."""

    def __init__(self, writer, main_file):
        self._records = writer.recording
        self._main_file = main_file
        # Reentrant, because a signal's handler or a finalizer of the program's may print at any time.
        self._lock = RLock()
        self._is_busy = False
        self._is_on = True
        self._has_forked = False
        self._numbers = count()
        # How many there were of each.
        self._steps = self._segments = 0
        self._module = None
        # By the id of its code, which is kept: the names that a function may mean globals by.
        self._global_names = {}

    def install(self):
        """Records the frames that begin from now on."""
        threading.settrace(self.called)
        sys.settrace(self.called)

    def called(self, frame, _event, _argument):
        """Takes the event of a frame that begins, as `sys.settrace` has it."""
        if frame.f_code.co_filename != self._main_file:
            return None
        try:
            call = _call_of(frame)
            if call is None:
                call = self._begin(frame)
            else:
                call.has_raised = False  # A generator goes on.
        except Exception as error:
            self._leave_to_program(error)
            return None
        return None if call is None else call.follow

    def printed(self, data):
        """The present thread is about to write `data`, a memory view of bytes."""
        try:
            frame = self._innermost(_getframe(1))
            call = None if frame is None else _call_of(frame)
            if call is not None and self._is_on:
                text = data[: 4 * _PRINTED_CHARACTERS_MAX].tobytes().decode("utf-8", "replace")
                self._write(call, frame.f_lineno, f'["printed",{quoted(text[:_PRINTED_CHARACTERS_MAX])}]')
        except Exception as error:
            self._leave_to_program(error)

    def forked(self):
        """The program has forked; this is the parent."""
        with self._lock:
            if self._is_on and not self._has_forked:
                self._has_forked = True
                if self._segments and not self._is_busy:
                    self._records.append(b'["forked"]\n')

    def stop(self):
        """This is a forked child, where nobody may ever release the lock."""
        self._is_on = False
        sys.settrace(None)
        threading.settrace(None)

    def take(self, call, frame, event, argument):
        """Takes the event of a frame whose call is known."""
        fact = "null"
        if event == "line":
            call.has_raised = False
        elif event == "exception":
            call.has_raised = True
            if issubclass(argument[0], _ENDS):
                return
            fact = f'["raised",{quoted(raised_text(argument[1]))}]'
        elif event == "return":
            code = frame.f_code
            last = code.co_code[frame.f_lasti]
            is_yield = last == _YIELD and not call.has_raised and not code.co_flags & _AWAITING
            if last != _RETURN and not is_yield:
                return  # An exception goes on to the caller, or the function waits.
            fact = f'["returned",{quoted(value_text(argument))}]'
        else:
            return
        self._write(call, frame.f_lineno, fact, frame)

    def _leave_to_program(self, error):
        """Raises what the handler of a signal has raised: that may come at any time, also in here."""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._main_file:
                raise error
            trace = trace.tb_next

    def _innermost(self, frame):
        """The innermost frame of the program's, from this one outwards, or None."""
        while frame is not None and frame.f_code.co_filename != self._main_file:
            frame = frame.f_back
        return frame

    def _begin(self, frame):
        """The call of a frame that begins, or None where it is not recorded."""
        outer = self._innermost(frame.f_back)
        caller = None if outer is None else _call_of(outer)
        depth = 0 if caller is None else caller.depth + 1
        if (outer is not None and caller is None) or depth == _DEPTH_MAX or not self._is_on:
            return None
        code = frame.f_code
        is_module = code.co_name == "<module>"
        name = "" if is_module else code.co_qualname[:_NAME_CHARACTERS_MAX]
        call = _Call(self, next(self._numbers), name, caller, depth, _thread_name())
        if is_module and self._module is None:
            self._module = call
            call.globals = frame.f_globals
        elif self._module is not None and frame.f_globals is self._module.globals:
            call.global_names = self._names_of(code)
        call.shares_variables = bool(code.co_cellvars or code.co_freevars)
        return call

    def _names_of(self, code):
        known = self._global_names.get(id(code))
        if known is None:
            names = tuple(name for name in code.co_names if not name.startswith("__"))
            known = self._global_names[id(code)] = names, code
        return known[0]

    def _write(self, call, line, fact, frame=None):
        """Writes a step of a call, with the changes of its values, where its frame is given."""
        with self._lock:
            if self._is_busy or not self._is_on:
                return
            self._is_busy = True
            try:
                self._write_step(call, line, fact, frame)
            finally:
                self._is_busy = False

    def _write_step(self, call, line, fact, frame):
        at_us = monotonic_ns() // 1000
        number = self._steps
        self._steps = number + 1
        changes = []
        if frame is not None:
            values = frame.f_locals
            if type(values) is dict:  # A class may have been given another mapping.
                call.compare(list(values.items()), changes)
            if call.global_names:
                values = self._module.globals
                pairs = [(name, values.get(name, _NOTHING)) for name in call.global_names]
                self._module.compare(pairs, changes, has_all=False)
        shown = ",".join(changes)
        step = f'["step",{number},{at_us},{call.number},{line},[{shown}],{fact}]\n'.encode("ascii")
        if self._segments and self._introduce(call) and self._records.append(step):
            return
        # A segment can be read by itself: nothing of the one before counts.
        self._segments += 1
        self._records.begin_segment()
        if self._has_forked:
            self._records.append(b'["forked"]\n')
        if self._introduce(call):
            self._records.append(step)

    def _introduce(self, call):
        """Writes the call, those that led to it and the module's, each where the segment has it not yet.

        Says whether the segment has room for them.
        """
        if call.segment == self._segments:
            return True
        unknown = []
        while call is not None and call.segment != self._segments:
            unknown.append(call)
            call = call.caller
        module = self._module
        if module is not None and module.segment != self._segments:
            if module not in unknown:
                unknown.append(module)
        left = _VALUES_MAX
        records = []
        for call in unknown:
            record = call.record(left)
            left -= len(record)
            records.append((call, record))
        for call, record in reversed(records):
            if not self._records.append(record.encode("ascii")):
                return False
            call.segment = self._segments
        return True


class _Call:
    """A call of a function, or the module's own run; it knows what was recorded of it last."""

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
        "shares_variables",
        "has_raised",
        "_texts",
        "_kept",
    )

    def __init__(self, recorder, number, function, caller, depth, thread):
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
        #: Whether another function may change its variables, or it those of another.
        self.shares_variables = False
        #: Whether its last event was an exception.
        self.has_raised = False
        # By their names: the texts of the variables, and the values that can't have another text.
        self._texts = {}
        self._kept = {}

    def follow(self, frame, event, argument):
        """Takes the events of the call's frame, as `sys.settrace` has it."""
        try:
            self.recorder.take(self, frame, event, argument)
        except Exception as error:
            self.recorder._leave_to_program(error)
        if self.shares_variables:
            # Python writes them back after this, also where another thread has changed them since.
            frame.f_locals
        return self.follow

    def compare(self, pairs, changes, has_all=True):
        """Adds what differs of names and values; whether these are all decides on what is gone."""
        texts, kept = self._texts, self._kept
        found = 0
        for name, value in pairs:
            if type(name) is not str:
                continue
            is_unchanging = id(type(value)) in _UNCHANGING
            if is_unchanging and kept.get(name, _NOTHING) is value:
                found += 1
                continue
            if value is _NOTHING or not is_data(value) or name.startswith((".", "__")):
                if not has_all and name in texts:
                    self._forget(name, changes)
                continue
            found += 1
            text = value_text(value)
            if texts.get(name) != text:
                texts[name] = text
                changes.append(f"[{self.number},{quoted(name)},{quoted(text)}]")
            if is_unchanging and (type(value) not in (str, bytes) or len(value) <= _KEPT_MAX):
                kept[name] = value
            elif name in kept:
                del kept[name]
        if has_all and found != len(texts):
            there = {name for name, value in pairs if type(name) is str and is_data(value)}
            for name in [name for name in texts if name not in there]:
                self._forget(name, changes)

    def _forget(self, name, changes):
        del self._texts[name]
        self._kept.pop(name, None)
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


def _call_of(frame):
    """The call that follows a frame, or None."""
    follow = frame.f_trace
    call = follow.__self__ if type(follow) is MethodType else None
    return call if type(call) is _Call else None


def _thread_name():
    """The name of the present task, or else of the present thread."""
    tasks = sys.modules.get("_asyncio")
    if tasks is not None:
        loop = tasks._get_running_loop()
        if loop is not None:
            task = tasks._current_tasks.get(loop)
            name = task.get_name() if type(task) is tasks.Task else None
            if type(name) is str:
                return name[:_NAME_CHARACTERS_MAX]
    thread = threading._active.get(get_ident())
    name = None if thread is None else instance_fields(thread).get("_name")
    return name[:_NAME_CHARACTERS_MAX] if type(name) is str else f"Thread {get_native_id()}"

"""In the learner's process, where the judge asks for it: records each line that runs, with the values there.

What is recorded must be what happens without it. So no code of the program's is called, no frame is
kept beyond its event, and whatever goes wrong here is left out. There is one exception: what a line lets
go, after it has begun, may live until the next line of that function. What the records are is told in
`codealong_protocol/recording_memory.py`.
"""

import opcode
import sys
import threading
from _thread import RLock, get_ident, get_native_id
from itertools import count
from json.encoder import encode_basestring_ascii as quoted
from time import monotonic_ns
from types import MethodType

from .recorded_call import NOTHING, Call, call_of
from .value_text import instance_fields, raised_text, value_text
from .wrapper import copy_identity

_getframe = sys._getframe

#: How many calls deep a program is recorded: a segment must have room for all that led to a line.
_DEPTH_MAX = 100
#: And for so many characters of their values.
_VALUES_MAX = 96 * 1024
_NAME_CHARACTERS_MAX = 80
_PRINTED_CHARACTERS_MAX = 400

_RETURN, _YIELD = opcode.opmap["RETURN_VALUE"], opcode.opmap["YIELD_VALUE"]
_FOR, _SEND, _ANEXT = opcode.opmap["FOR_ITER"], opcode.opmap["SEND"], opcode.opmap["GET_ANEXT"]
#: What stands between `_ANEXT` and its `_SEND`, in bytes.
_ANEXT_BEFORE = 4
#: The flags of functions that stop at each `await`, which is no return: coroutines, those that
#: `types.coroutine` makes, and asynchronous generators.
_AWAITING = 0x80 | 0x100 | 0x200


class Recorder:
    """Follows the threads that `threading` starts, and any other from where it prints or sends."""

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
        # What is printed without an end of the line, until the next step: the step without its fact, and
        # the text.
        self._printed = None
        # The calls that Python has ceased to trace, by the ids of their frames.
        self._lost = {}
        self._is_traced_by_program = False
        self._settrace = sys.settrace

    def install(self):
        """Records the frames that begin from now on."""
        self._wrap_settrace()
        threading.settrace(self.called)
        self._settrace(self.called)

    def called(self, frame, _event, _argument):
        """Takes the event of a frame that begins, as `sys.settrace` has it."""
        if frame.f_code.co_filename != self._main_file:
            return None
        try:
            call = call_of(frame)
            if call is None:
                return self._begin(frame)
            # A generator goes on.
            return call.follow
        except BaseException as error:
            if self.is_own(error):
                return None
            _resumption = self.resumption(call_of(frame), frame)
            raise

    def printed(self, content):
        """The present thread is about to write `content`: a text, or a memory view of bytes."""
        try:
            self.go_on()
            frame = self._innermost(_getframe(1))
            call = None if frame is None else call_of(frame)
            if call is not None:
                self._print(call, frame, content)
        except BaseException as error:
            if not self.is_own(error):
                raise

    def sent(self, _port, _offset):
        """The present thread is about to send."""
        self.go_on()

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
        self._settrace(None)
        threading.settrace(None)

    def take(self, call, frame, event, argument):
        """Takes the event of a frame whose call is known."""
        fact, is_turn = "null", True
        if event == "line":
            is_turn = not call.line
            call.line, call.raised_at = frame.f_lineno, -1
        elif event == "exception":
            call.raised_at = frame.f_lasti
            if _ends_iteration(frame, argument[0]):
                return
            fact = f'["raised",{quoted(raised_text(argument[1]))}]'
        elif event == "return":
            if not _returns(call, frame):
                return
            fact = f'["returned",{quoted(value_text(argument))}]'
        else:
            return
        with self._lock:
            if self._is_busy or not self._is_on:
                return
            self._is_busy = True
            try:
                if self._printed is not None:
                    self._write_printed()
                self._write(*self._step(call, frame, is_turn), fact)
            finally:
                self._is_busy = False

    def is_own(self, error):
        """Whether an exception is not the program's: a signal's handler may raise one in here, too."""
        if not issubclass(type(error), Exception):
            return False
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._main_file:
                return False
            trace = trace.tb_next
        return True

    def resumption(self, call, frame):
        """Goes on when it is let go: an exception leaves the trace function, and Python traces no more."""
        self._lost[id(frame)] = call
        return _Resumption(self, frame)

    def forget(self, frame):
        """A frame whose call was lost is traced again, or gone."""
        self._lost.pop(id(frame), None)

    def go_on(self):
        """Follows the present thread again, where Python has ceased to.

        It does where a trace function raises: where the stack has no room for it, say.
        """
        if sys.gettrace() is not None or self._is_traced_by_program or not self._is_on:
            return
        try:
            frames = []
            frame = _getframe(1)
            while frame is not None:
                if frame.f_trace is None and frame.f_code.co_filename == self._main_file:
                    frames.append(frame)
                frame = frame.f_back
            for frame in reversed(frames):
                call = self._lost.get(id(frame))
                frame.f_trace = self._begin(frame) if call is None else call.follow
            self._settrace(self.called)
        except Exception:
            pass  # There is no room yet.

    def refresh_callers(self, frame):
        """Reads the variables of the functions that led to a frame, as far as they may be shared.

        Python keeps what was read last: it would keep alive what an inner function has let go.
        """
        frame = frame.f_back
        while frame is not None:
            call = call_of(frame)
            if call is not None and call.shares_variables and call.has_variables:
                frame.f_locals
            frame = frame.f_back

    def _wrap_settrace(self):
        plain = self._settrace

        def settrace(function, /):
            # `threading` has it trace each thread by `called`.
            if type(function) is not MethodType or function.__self__ is not self:
                self._is_traced_by_program = True
            plain(function)

        copy_identity(settrace, plain)
        sys.settrace = settrace

    def _innermost(self, frame):
        """The innermost frame of the program's, from this one outwards, or None."""
        while frame is not None and frame.f_code.co_filename != self._main_file:
            frame = frame.f_back
        return frame

    def _begin(self, frame):
        """What follows a frame that begins, or None where it is not recorded."""
        outer = self._innermost(frame.f_back)
        caller = None if outer is None else call_of(outer)
        depth = 0 if caller is None else caller.depth + 1
        if (outer is not None and caller is None) or not self._is_on:
            return None
        if depth == _DEPTH_MAX:
            # The stack may end further in.
            return _Resumption(self).pass_by
        code = frame.f_code
        is_module = code.co_name == "<module>"
        name = "" if is_module else code.co_qualname[:_NAME_CHARACTERS_MAX]
        call = Call(self, next(self._numbers), name, caller, depth, _thread_name(), code)
        if is_module and self._module is None:
            self._module = call
            call.globals = frame.f_globals
        elif self._module is not None and frame.f_globals is self._module.globals:
            call.global_names = self._names_of(code)
        return call.follow

    def _names_of(self, code):
        known = self._global_names.get(id(code))
        if known is None:
            names = tuple(name for name in code.co_names if not name.startswith("__"))
            known = self._global_names[id(code)] = names, code
        return known[0]

    def _print(self, call, frame, content):
        is_text = type(content) is str
        is_whole = not is_text or content.endswith("\n")
        content = content[: 4 * _PRINTED_CHARACTERS_MAX]
        if not is_text:
            content = content.tobytes().decode("utf-8", "replace")
        with self._lock:
            if self._is_busy or not self._is_on:
                return
            self._is_busy = True
            try:
                if self._printed is not None:
                    (printing, *_), text = self._printed
                    if is_text and printing is call:
                        content = text + content
                    else:
                        self._write_printed()
                step = self._step(call, frame, True) if self._printed is None else self._printed[0]
                self._printed = step, content[:_PRINTED_CHARACTERS_MAX]
                if is_whole:
                    self._write_printed()
            finally:
                self._is_busy = False

    def _write_printed(self):
        step, text = self._printed
        self._printed = None
        self._write(*step, f'["printed",{quoted(text)}]')

    def _step(self, call, frame, is_turn):
        """A step without its fact: its call, its line, its number, its time and the changes of values.

        At a turn, where the line goes on elsewhere or text is printed, those of outer calls are among
        them, and also where a value has changed that they may have too.
        """
        at_us = monotonic_ns() // 1000
        number = self._steps
        self._steps = number + 1
        changes, known = [], {}
        module = self._module
        values = frame.f_locals
        if type(values) is dict:  # A class may have been given another mapping.
            is_turn |= call.compare(list(values.items()), changes, known)
        if call.global_names:
            values = module.globals
            pairs = [(name, values.get(name, NOTHING)) for name in call.global_names]
            is_turn |= module.compare(pairs, changes, known, has_all=False)
        if is_turn and call is not module:
            outer = frame.f_back
            while outer is not None:
                caller = call_of(outer)
                if caller is not None:
                    if caller is module:
                        break
                    caller.compare_changing(outer, changes, known)
                outer = outer.f_back
            if module is not None:
                module.compare_changing(None, changes, known)
        return call, frame.f_lineno, number, at_us, ",".join(changes)

    def _write(self, call, line, number, at_us, changes, fact):
        step = f'["step",{number},{at_us},{call.number},{line},[{changes}],{fact}]\n'.encode("ascii")
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


class _Resumption:
    """Goes on with the recording of a thread when it is let go: with a frame, or with a traceback."""

    __slots__ = ("_recorder", "_frame")

    def __init__(self, recorder, frame=None):
        self._recorder = recorder
        # Which lives as long anyway.
        self._frame = frame

    def pass_by(self, _frame, _event, _argument):
        """Takes the events of a frame that is not recorded."""
        return self.pass_by

    def __del__(self):
        self._recorder.go_on()
        self._recorder.forget(self._frame)


def _ends_iteration(frame, kind):
    """Whether an exception only ends what the line goes through, and is taken there."""
    code, last = frame.f_code.co_code, frame.f_lasti
    if issubclass(kind, StopIteration):
        return code[last] in (_FOR, _SEND)
    if issubclass(kind, StopAsyncIteration):
        return code[last] == _SEND and code[last - _ANEXT_BEFORE] == _ANEXT
    return issubclass(kind, GeneratorExit)


def _returns(call, frame):
    """Whether a frame that is left returns or yields: else it waits, or an exception goes on from it."""
    code, last = frame.f_code, frame.f_lasti
    instruction = code.co_code[last]
    if instruction != _YIELD or code.co_flags & _AWAITING:
        return instruction == _RETURN
    # What is thrown into a generator leaves it at its `yield`, also by way of a `finally`.
    return call.raised_at != last and call.line == frame.f_lineno


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

"""Whose fault an exception in a test is, and what an author needs to find it."""

import os
import traceback

from . import support
from .outcome import Misuse

_JUDGE = os.path.dirname(os.path.abspath(__file__))


def files_of(error):
    """The files of a traceback, the outermost first.

    A course's is a name without a file: nothing may look for its text.
    """
    return [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]


def is_course(file):
    """Whether these are a step's tests, or a module that they import."""
    return file.endswith("/tests.py") or file.startswith(f"{support.PACKAGE}/")


def is_judges_own(error):
    """Whether the judge itself went wrong, and not the test, nor what the test called it with.

    A module that can't be compiled is the course's, though it is the judge that compiles it.
    """
    if isinstance(error, Misuse):
        return False
    files = files_of(error)
    last_of_course = max((index for index, file in enumerate(files) if is_course(file)), default=-1)
    after = files[last_of_course + 1 :]
    return any(file.startswith(_JUDGE) and file != support.__file__ for file in after)


def describe(error):
    """What an author needs to find the fault: the exception, and the file and line of the course."""
    if isinstance(error, SyntaxError) and is_course(str(error.filename)):
        # It names its file by the last part alone, and no frame is of that file.
        return f"{type(error).__name__}: {error.msg} ({error.filename}, line {error.lineno})"[:2000]
    lines = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if is_course(frame.f_code.co_filename)
    ]
    where = f" ({lines[-1][0]}, line {lines[-1][1]})" if lines else ""
    kind = TypeError if isinstance(error, Misuse) else type(error)
    return f"{kind.__name__}: {error}{where}"[:2000]

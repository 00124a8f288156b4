"""Whose fault an exception in a test is, and what an author needs to find it."""

import os
import traceback

from .outcome import Misuse

_JUDGE = os.path.dirname(os.path.abspath(__file__))


def files_of(error):
    """The files of a traceback, the outermost first.

    A test's is a name without a file: nothing may look for its text.
    """
    return [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]


def is_test(file):
    return file.endswith("/tests.py")


def is_judges_own(error):
    """Whether the judge itself went wrong, and not the test, nor what the test called it with."""
    if isinstance(error, Misuse):
        return False
    files = files_of(error)
    last_of_test = max((index for index, file in enumerate(files) if is_test(file)), default=-1)
    return any(file.startswith(_JUDGE) for file in files[last_of_test + 1 :])


def describe(error):
    """What an author needs to find the fault: the exception and the line of the tests."""
    lines = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if is_test(frame.f_code.co_filename)
    ]
    where = f" ({lines[-1][0]}, line {lines[-1][1]})" if lines else ""
    kind = TypeError if isinstance(error, Misuse) else type(error)
    return f"{kind.__name__}: {error}{where}"[:2000]

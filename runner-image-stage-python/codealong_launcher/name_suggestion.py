"""In the learner's process: the name that a misspelt one was meant to be.

Python 3.11 says "Did you mean" only as it prints a traceback itself, in C, and keeps it from everyone
else.
"""

import builtins
import difflib
import sys

#: Of 1; `recieve` and `recv` are alike by 0.73, `read` and `send` by 0.5. Of the modules there are so
#: many that one is always near: `sokcet` and `socket` are alike by 0.83, `redis` and `dis` by 0.75.
_LIKENESS, _LIKENESS_OF_MODULES = 0.7, 0.8

_NAME_CHARACTERS_MAX = 60
_NAMES_MAX = 2000


def suggestion_for(error):
    """A name that exists where the exception's does not, or None."""
    try:
        name, known = _name_and_known(error)
        if not isinstance(name, str) or not 1 < len(name) <= _NAME_CHARACTERS_MAX:
            return None
        likeness = _LIKENESS_OF_MODULES if isinstance(error, ModuleNotFoundError) else _LIKENESS
        found = _closest(name, [other for other in known if isinstance(other, str)][:_NAMES_MAX], likeness)
        return None if found is None or len(found) > _NAME_CHARACTERS_MAX else found
    except Exception:
        return None


def _name_and_known(error):
    if isinstance(error, ModuleNotFoundError):
        return error.name, sys.stdlib_module_names
    if isinstance(error, ImportError):
        # As in `cannot import name 'create_sever' from 'socket' (…)`.
        return str(error).split("'")[1], dir(sys.modules[error.name])
    if isinstance(error, UnboundLocalError):
        return None, ()
    if isinstance(error, NameError):
        # For a module it is the import that is missing.
        name = None if error.name in sys.stdlib_module_names else error.name
        return name, _names_of_frame(error.__traceback__)
    if isinstance(error, AttributeError):
        return error.name, _attributes(error.obj)
    return None, ()


def _names_of_frame(trace):
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    return [*frame.f_locals, *frame.f_globals, *dir(builtins)]


def _attributes(value):
    """The names of its attributes, without a line of the program's own being run."""
    if isinstance(value, (type, type(sys))):
        return list(value.__dict__) if isinstance(value, type(sys)) else dir(value)
    return [*dir(type(value)), *getattr(value, "__dict__", ())]


def _closest(name, known, likeness):
    public = [other for other in known if other.startswith("_") == name.startswith("_")]
    # `true` and `recV` are the right letters in the wrong case.
    by_case = [other for other in public if other.lower() == name.lower()]
    return next(iter(by_case or difflib.get_close_matches(name, public, n=1, cutoff=likeness)), None)

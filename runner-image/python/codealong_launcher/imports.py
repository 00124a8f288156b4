"""What programs import, imported before they do: some before there is a job, some for one program.

The launcher begins with this, before any module of its own, and before it forks the processes
that programs start in: pages that nobody has written to since are shared by all of them. What is
large is left to the programs that name it, which then find it there at each of their starts:
memory and processor time are what a waiting container costs.
"""

import _socket
import re
import sys

#: What the launcher or nearly every program imports.
_ALWAYS = """
    abc atexit binascii bisect builtins codecs collections collections.abc contextlib copy
    encodings.latin_1 errno fcntl functools gc heapq io itertools json linecache math operator os
    random re select selectors signal site socket stat string struct threading time traceback types
    warnings weakref
""".split()

#: What is imported for a program that names it, by the word that a program names it with.
_NAMED = {
    "argparse": ["argparse"],
    "array": ["array"],
    # The resolver's codec comes with the first name that asyncio resolves.
    "asyncio": ["asyncio", "concurrent.futures.thread", "encodings.idna"],
    "base64": ["base64"],
    "concurrent": ["concurrent.futures.thread"],
    "dataclasses": ["dataclasses"],
    "datetime": ["datetime"],
    "enum": ["enum"],
    "hashlib": ["hashlib"],
    "http": ["socketserver"],
    "inspect": ["inspect"],
    "logging": ["logging"],
    "pathlib": ["pathlib"],
    "queue": ["queue"],
    "secrets": ["secrets"],
    "socketserver": ["socketserver"],
    "subprocess": ["subprocess"],
    "textwrap": ["textwrap"],
    "typing": ["typing"],
    "xmlrpc": ["socketserver"],
}

_IMPORT = re.compile(rb"^.*import.*$", re.MULTILINE)
_WORD = re.compile(rb"[a-z0-9]+")


def import_always():
    """Imports what nearly every program does, and uses what Python prepares at its first use."""
    for name in _ALWAYS:
        _import(name)
    # The compiler makes its two hundred types once.
    compile("", "", "exec")
    try:
        # The C library reads the resolver's files once.
        _socket.getaddrinfo(b"localhost", 6379)
    except OSError:
        pass


def named_in(files):
    """The words in a program's files, as `{name: bytes}`, that name what is not imported yet.

    Every word of a line that says `import` counts, in whatever way: an import too many costs time,
    and one that is missed is made by the program itself, whose lines are then known less well. A
    word that names a module of the learner's is left out, so that the program finds its own. It
    finds the library's where that is there anyway: one of `_ALWAYS`, or what another word's modules
    import.
    """
    words = set()
    for content in files.values():
        for line in _IMPORT.findall(content):
            words.update(_WORD.findall(line))
    own = {name.removesuffix(".py") for name in files if name.endswith(".py")}
    return [word for word in _NAMED if word.encode() in words and word not in own]


def import_named(words):
    """Imports what some of the words of `named_in` stand for."""
    hidden = "asyncio" in words and "ssl" not in sys.modules
    if hidden:
        # asyncio takes several megabytes and milliseconds for TLS, which no program needs where
        # there is no network; whoever imports ssl gets it all the same.
        sys.modules["ssl"] = None
    for word in words:
        for name in _NAMED.get(word, ()):
            _import(name)
    if hidden:
        del sys.modules["ssl"]


class ImportedModules:
    """Watches modules that may be imported later: calls a function once for each that is there."""

    def __init__(self, **watches):
        self._watches = watches

    def watch(self):
        """Hands each module that is there by now to its function."""
        for name in [name for name in self._watches if name in sys.modules]:
            self._watches.pop(name)(sys.modules[name])


def _import(name):
    try:
        __import__(name)
    except Exception:
        pass  # As on a smaller Python: the program's own import says why.

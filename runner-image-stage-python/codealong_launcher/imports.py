"""Imports modules before programs need them: some before there is a job, some for one program.

The launcher begins with this, before any module of its own and before it forks the processes that
programs start in: all of them share the pages that nobody has written to since. Large modules are
imported only for a program that names them, and are there at each of its starts: until then they
would cost a waiting container memory and processor time.
"""

import _socket
import re
import sys

#: What the launcher or nearly every program imports.
_COMMON = """
    abc atexit binascii bisect builtins codecs collections collections.abc contextlib copy
    encodings.latin_1 errno fcntl functools gc heapq io itertools json linecache math operator os
    random re select selectors signal site socket stat string struct threading time traceback types
    warnings weakref
""".split()

#: What is imported for a program that names it, by the word in its source.
_NAMED = {
    "argparse": ["argparse"],
    "array": ["array"],
    # asyncio imports the resolver's codec when it first resolves a name.
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


def import_common():
    """Imports what nearly every program does, and warms up what is slow at its first use."""
    for name in _COMMON:
        _import(name)
    # The compiler creates its two hundred types at its first use.
    compile("", "", "exec")
    try:
        # The C library reads the resolver's files at its first use.
        _socket.getaddrinfo(b"localhost", 6379)
    except OSError:
        pass


def named_in(files):
    """The words in a program's files, `{name: bytes}`, to pass to `import_named`.

    Every word of a line that says `import` counts, in whatever way. One import too many costs time;
    a missed one is made by the program itself, and then less is known of its lines. A word that
    names a file of the learner's is left out, so that the program finds its own module. It still
    finds the library's where that is imported anyway: by `_COMMON`, or by another word's modules.
    """
    words = set()
    for content in files.values():
        for line in _IMPORT.findall(content):
            words.update(_WORD.findall(line))
    own = {name.removesuffix(".py") for name in files if name.endswith(".py")}
    return [word for word in _NAMED if word.encode() in words and word not in own]


def import_named(words):
    """Imports the modules that words from `named_in` stand for."""
    hidden = "asyncio" in words and "ssl" not in sys.modules
    if hidden:
        # asyncio spends several megabytes and milliseconds on TLS, which no program needs where
        # there is no network. A program that imports ssl itself still gets it.
        sys.modules["ssl"] = None
    for word in words:
        for name in _NAMED.get(word, ()):
            _import(name)
    if hidden:
        del sys.modules["ssl"]


class ModulePatches:
    """A function for each of some modules, which patches it once it is imported."""

    def __init__(self, **patches):
        self._patches = patches

    def apply(self):
        """Patches the modules that have been imported since the last call."""
        for name in [name for name in self._patches if name in sys.modules]:
            self._patches.pop(name)(sys.modules[name])


def _import(name):
    try:
        __import__(name)
    except Exception:
        pass  # A smaller Python lacks it: the program's own import says so.

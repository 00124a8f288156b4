"""The folder of the learner's program as a test sees it: what the program has stored there, byte by byte."""

import errno
import os
import re
import stat

from . import comparison, explanation, outcome
from .expectation import Expectation, as_bytes
from .formatting import excerpt
from .outcome import Misuse, u32

#: Of one file. Most of what is longer has holes.
_FILE_BYTES_MAX = 2 * 1024 * 1024

#: What a name is, for who has to change one.
STORED_NAME_RULE = "a name is of letters, digits, `_`, `-` and `.`, after one folder at most, and begins with no `.` or `-`"
_NAME = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]{0,99}/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")

#: Of the names there, so many are shown beside one that is missing.
_NAMES_SHOWN_MAX = 8

#: What is in the place of a file, by its type.
_TYPES = {stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}

#: How the kernel says so where it does not open it.
_TYPES_BY_ERROR = {errno.EISDIR: "folder", errno.ELOOP: "link", errno.ENXIO: "socket"}


def is_stored_name(name):
    """Whether a file that a program stores can be called so: one folder may come before it."""
    return isinstance(name, str) and _NAME.match(name) is not None


class LearnerFolder:
    """The files that the program finds, and those that it has made.

    A name may have one folder before it, as in `appendonlydir/manifest`. Where a program runs, it comes to
    rest first: what it does after its reply belongs to what it stores.
    """

    def __init__(self, attempt):
        self._attempt = attempt

    def names(self):
        """The names of all files that `read` takes, sorted, at most 48; those of compiled code are left out."""
        self._prepare()
        return [name for name in self._shown(self._attempt.launcher.open_file(None)[2]) if is_stored_name(name)]

    def read(self, name):
        """What the file holds, as bytes."""
        file = self._open(name, False)
        try:
            data = self._content(name, file)
        finally:
            os.close(file)
        self._note("file-read", name, data)
        return data

    def expect(self, name, expected):
        """The file must hold just this (text as UTF-8)."""
        if isinstance(expected, Expectation):
            raise Misuse("a file is compared with bytes or text, not with a reply")
        expected, found = as_bytes(expected), self.read(name)
        if found != expected:
            self._fail(name, {"what": "differs", "content": comparison.of_output(expected, found, 0)})

    def write(self, name, data):
        """Gives the file this content; a missing one is made."""
        self._write(name, as_bytes(data), lambda _: 0)

    def append(self, name, data):
        """Adds this to the file's end; a missing one is made."""
        self._write(name, as_bytes(data), lambda size: size)

    def cut(self, name, size):
        """Cuts the file to its first `size` bytes, which it must have; else the test fails."""
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise Misuse(f"a file is cut to a number of bytes, not to {size!r}")
        found = self.read(name)
        if len(found) < size:
            self._fail(name, {"what": "too-short", "bytes": u32(len(found)), "at_least_bytes": u32(size)})
        self.write(name, found[:size])

    def _write(self, name, data, offset_at):
        if len(data) > _FILE_BYTES_MAX:
            raise Misuse(f"a file has at most {_FILE_BYTES_MAX} bytes")
        file = self._open(name, True)
        try:
            offset = offset_at(self._require_file(name, file))
            if offset + len(data) > _FILE_BYTES_MAX:
                self._fail_as_too_large(name)
            os.ftruncate(file, offset)
            view = memoryview(data)
            while view:
                written = os.pwrite(file, view, offset)
                view, offset = view[written:], offset + written
        except OSError as error:
            self._fail(name, {"what": "refused", "error": os.strerror(error.errno)})
        finally:
            os.close(file)
        self._note("file-written", name, data)

    def _prepare(self):
        # Another test would find its files changed.
        self._attempt.require_alone()
        if self._attempt.awaits_start:
            raise Misuse("there is no file before the first `server.start()`: give it `files`")
        self._attempt.settle()

    def _open(self, name, is_written):
        if not is_stored_name(name):
            raise Misuse(f"no file of a program is called {name!r}: {STORED_NAME_RULE}")
        if is_written and name in self._attempt.files:
            raise Misuse(f"{name} is the learner's own: a test does not change it")
        self._prepare()
        file, error, names = self._attempt.launcher.open_file(name, is_written)
        if file is not None:
            return file
        folder = name.rpartition("/")[0]
        if folder and (error == errno.ENOTDIR or (is_written and error == errno.ENOENT)):
            self._fail(name, {"what": "no-folder", "folder": folder})
        if error == errno.ENOENT:
            self._fail(name, {"what": "absent", "names": self._shown(names)[:_NAMES_SHOWN_MAX]})
        if error in _TYPES_BY_ERROR:
            self._fail(name, {"what": "no-file", "type": _TYPES_BY_ERROR[error]})
        self._fail(name, {"what": "refused", "error": os.strerror(error)})

    def _require_file(self, name, file):
        """The file's size in bytes; the descriptor may be of anything."""
        found = os.fstat(file)
        kind = stat.S_IFMT(found.st_mode)
        if kind != stat.S_IFREG:
            self._fail(name, {"what": "no-file", "type": _TYPES.get(kind, "other")})
        return found.st_size

    def _content(self, name, file):
        if self._require_file(name, file) > _FILE_BYTES_MAX:
            self._fail_as_too_large(name)
        data = bytearray()
        # The program may be at work on it, and its size another one by now.
        while len(data) < _FILE_BYTES_MAX:
            read = os.pread(file, _FILE_BYTES_MAX - len(data), len(data))
            if not read:
                break
            data += read
        return bytes(data)

    def _fail_as_too_large(self, name):
        self._fail(name, {"what": "too-large", "limit_kib": _FILE_BYTES_MAX // 1024})

    def _fail(self, name, fault):
        raise explanation.wrong_file(self._attempt, outcome.wrong_file(name, fault))

    def _note(self, action, name, data):
        self._attempt.trace.add(0, action, file=name, content=excerpt(data), size=u32(len(data)))

    @staticmethod
    def _shown(names):
        return [name for name in names if not name.startswith("__pycache__/")]

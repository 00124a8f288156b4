"""The learner's files on disk: rewritten for each fresh start, and opened for the judge, never followed."""

import os

from .failure import Failure

#: So that what a program left can't keep the launcher busy.
_REMOVALS_MAX = 150_000

#: What is told of a folder: so many names, and so much of each.
_NAMES_MAX, _NAME_CHARACTERS_MAX = 48, 100

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class _TooMuch(Exception):
    """A program left more than the launcher removes."""


class Folder:
    """The folder of the program's files, and the other folders that it can write to."""

    def __init__(self, environment):
        self._code = environment.code
        self._scratch = environment.scratch

    def write(self, files):
        """Empties all folders and writes these files, `{name: bytes}`.

        A file that looks unchanged is rewritten too: a program can change it through a memory map,
        and its modification time does not show that.
        """
        try:
            for path in (self._code, *self._scratch):
                self._empty(path)
            self._write(files)
        except OSError as error:
            raise Failure("files-not-written", error.errno) from None

    def open(self, name, is_written):
        """A descriptor of the file, which may have one folder before it; raises OSError.

        What is there may be anything but a link: whoever reads it looks at that first. A pipe without a
        writer does not hold it up.
        """
        flags = os.O_RDWR | os.O_CREAT if is_written else os.O_RDONLY
        parent, _, last = name.rpartition("/")
        folder = os.open(self._code, _OPEN_FOLDER)
        try:
            if parent:
                outer, folder = folder, os.open(parent, _OPEN_FOLDER, dir_fd=folder)
                os.close(outer)
            flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            return os.open(last, flags, 0o644, dir_fd=folder)
        finally:
            os.close(folder)

    def names(self):
        """The names of what is in the folder, and in the folders in it, sorted; not all where there are very many."""
        found = []
        try:
            folder = os.open(self._code, _OPEN_FOLDER)
        except OSError:
            return found
        try:
            for name, is_folder in self._names(folder):
                if not is_folder:
                    found.append(name)
                    continue
                try:
                    inner = os.open(name, _OPEN_FOLDER, dir_fd=folder)
                except OSError:
                    continue
                try:
                    found += [f"{name}/{deeper}" for deeper, _ in self._names(inner)]
                finally:
                    os.close(inner)
        finally:
            os.close(folder)
        shown = (os.fsencode(name).decode("utf-8", "replace")[:_NAME_CHARACTERS_MAX] for name in found)
        return sorted(shown)[:_NAMES_MAX]

    @staticmethod
    def _names(folder):
        """Some of what is in `folder`, as `(name, is_folder)`."""
        with os.scandir(folder) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry, _ in zip(entries, range(_NAMES_MAX))]

    def _write(self, files):
        folder = os.open(self._code, _OPEN_FOLDER)
        try:
            for name, content in files.items():
                flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
                file = os.open(name, flags, 0o644, dir_fd=folder)
                try:
                    view = memoryview(content)
                    while view:
                        view = view[os.write(file, view) :]
                finally:
                    os.close(file)
        finally:
            os.close(folder)

    def _empty(self, path):
        try:
            os.chmod(path, 0o700)  # The program may have taken its own rights away.
        except OSError:
            pass  # It belongs to another user, so the program could not change it either.
        try:
            folder = os.open(path, _OPEN_FOLDER)
        except FileNotFoundError:
            return  # A container without shared memory has no folder for it.
        try:
            self._removals_left = _REMOVALS_MAX
            self._remove_all(folder)
        except OSError as error:
            raise Failure("leftovers-stay", error.errno, path) from None
        except _TooMuch:
            raise Failure("too-many-leftovers", folder=path) from None
        finally:
            os.close(folder)

    def _remove_all(self, folder):
        """Removes what is in `folder`, however deep, by moving inner folders up to it first.

        To descend instead would take a file descriptor, or a longer path, for each level.
        """
        moved = 0
        while entries := self._entries(folder):
            for name, is_folder in entries:
                if not is_folder:
                    os.unlink(name, dir_fd=folder)
                    continue
                os.chmod(name, 0o700, dir_fd=folder)
                inner = os.open(name, _OPEN_FOLDER, dir_fd=folder)
                try:
                    for deeper, is_folder in self._entries(inner):
                        if is_folder:
                            moved += 1
                            # To move a folder writes to it.
                            os.chmod(deeper, 0o700, dir_fd=inner)
                            os.rename(deeper, f".moved-{moved}", src_dir_fd=inner, dst_dir_fd=folder)
                        else:
                            os.unlink(deeper, dir_fd=inner)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=folder)

    def _entries(self, folder):
        """What is in `folder`, as `(name, is_folder)`."""
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        self._removals_left -= len(found)
        if self._removals_left < 0:
            raise _TooMuch
        return found

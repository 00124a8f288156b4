"""The learner's files on disk: written anew for each fresh start, never read or followed."""

import os

_MOST_REMOVED = 150_000


class FolderError(Exception):
    """The files can't be written anew, or what a program left can't be removed."""


class Folder:
    """The folder of the program's files, and the other places that it can write to."""

    def __init__(self, environment):
        self._code = environment.code
        self._scratch = environment.scratch

    def write(self, files):
        """Leaves exactly these files, `{name: bytes}`, and nothing else, in all folders.

        Always anew: a file can be changed through memory that it is mapped to, without a trace.
        """
        try:
            for path in (self._code, *self._scratch):
                self._empty(path)
            self._write(files)
        except OSError as error:
            raise FolderError(f"its files can't be written anew: {error.strerror}") from None

    def _write(self, files):
        folder = os.open(self._code, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
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
            os.chmod(path, 0o700)  # The program may have closed it to everyone.
        except OSError:
            pass  # It belongs to somebody else, and then the program could not close it either.
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return  # A container without shared memory has no folder for it.
        try:
            self._left = _MOST_REMOVED
            self._remove_all(folder)
        except OSError as error:
            raise FolderError(f"what it left in {path} can't be removed: {error.strerror}") from None
        finally:
            os.close(folder)

    def _remove_all(self, folder):
        """Removes what is in `folder`, however deep: what is inside a folder is first moved out.

        Going down instead would need a file descriptor, or a longer and longer path, per level.
        """
        moved = 0
        while entries := self._look_into(folder):
            for name, is_folder in entries:
                if not is_folder:
                    os.unlink(name, dir_fd=folder)
                    continue
                os.chmod(name, 0o700, dir_fd=folder)
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
                try:
                    for deeper, is_folder in self._look_into(inner):
                        if is_folder:
                            moved += 1
                            # Moving a folder writes to it.
                            os.chmod(deeper, 0o700, dir_fd=inner)
                            os.rename(deeper, f".moved-{moved}", src_dir_fd=inner, dst_dir_fd=folder)
                        else:
                            os.unlink(deeper, dir_fd=inner)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=folder)

    def _look_into(self, folder):
        """What is in `folder`, as `(name, whether it is a folder)`."""
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        self._left -= len(found)
        if self._left < 0:
            raise OSError(0, "there is too much of it")
        return found

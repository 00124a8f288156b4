"""The learner's files on disk: written anew for each fresh start, never read or followed."""

import os

from .outcome import Interference

_MOST_REMOVED = 150_000


class Folder:
    """The folder of the program's files, and the other places that it can write to."""

    def __init__(self, place, files):
        self._place = place
        self._files = files
        self._written = None

    def refresh(self):
        """Leaves exactly the learner's files as they came, and nothing else, in all folders."""
        if self._written is not None and self._is_untouched():
            return
        try:
            self._write_anew()
        except OSError as error:
            raise Interference(f"its files can't be written anew: {error.strerror}") from None
        self._written = self._look()

    def _write_anew(self):
        for path in (self._place.code, *self._place.scratch):
            self._empty(path)
        folder = os.open(self._place.code, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            for name, content in self._files.items():
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

    def _is_untouched(self):
        return self._look() == self._written

    def _look(self):
        """What is there, as far as a change would show."""
        found = {}
        for path in (self._place.code, *self._place.scratch):
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        status = entry.stat(follow_symlinks=False)
                        found[entry.path] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
                        if len(found) > 1000:
                            return None
            except OSError:
                continue
        return found

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
            raise Interference(f"what it left in {path} can't be removed: {error.strerror}") from None
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

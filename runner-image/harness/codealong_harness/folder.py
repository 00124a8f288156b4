"""The learner's files on disk: written anew for each fresh start, never read or followed."""

import os
import stat

from .outcome import Interference

_MOST_REMOVED = 20_000


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
        self._written = self._look()

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
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return
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
        while names := os.listdir(folder):
            for name in names:
                if not self._is_folder(name, folder):
                    os.unlink(name, dir_fd=folder)
                    continue
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
                try:
                    for deeper in os.listdir(inner):
                        if self._is_folder(deeper, inner):
                            moved += 1
                            os.rename(deeper, f".moved-{moved}", src_dir_fd=inner, dst_dir_fd=folder)
                        else:
                            os.unlink(deeper, dir_fd=inner)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=folder)

    def _is_folder(self, name, parent):
        """Whether `name` is a folder, which can be entered and moved from here on."""
        self._left -= 1
        if self._left < 0:
            raise OSError(0, "there is too much of it")
        if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            return False
        os.chmod(name, 0o700, dir_fd=parent)
        return True

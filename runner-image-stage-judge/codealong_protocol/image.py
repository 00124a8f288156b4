"""Run once while an image is built: compiles the standard library and our packages, makes folders.

`image.py [FOLDER …]`: a tmpfs is mounted on each folder later.
"""

import compileall
import os
import py_compile
import re
import sys
import sysconfig

#: Large parts of a full Python that no program in a container without network or screen imports.
_EXCLUDED = re.compile(r"/(test|tests|idlelib|lib2to3|turtledemo|ensurepip|site-packages|dist-packages)/")


def main():
    """Compiles everything; a library file that can't be compiled is Python's own business."""
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    options = {
        "quiet": 2,
        "rx": _EXCLUDED,
        # A file's date means nothing once it has gone through image layers, so nothing is compared
        # with it.
        "invalidation_mode": py_compile.PycInvalidationMode.UNCHECKED_HASH,
    }
    compileall.compile_dir(sysconfig.get_path("stdlib"), **options)
    if not compileall.compile_dir(ours, **options):
        sys.exit(f"{ours} does not compile")
    for folder in sys.argv[1:]:
        # The tmpfs takes this folder's mode, and each container has another user.
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o1777)


if __name__ == "__main__":
    main()

"""Run once while an image is built: compiles the standard library and what is ours, makes folders.

`image.py [FOLDER …]`: places in memory are mounted on the folders later.
"""

import compileall
import os
import py_compile
import re
import sys
import sysconfig

#: Large parts of a full Python that no program in a container without network or screen imports.
_LEFT_OUT = re.compile(r"/(test|tests|idlelib|lib2to3|turtledemo|ensurepip|site-packages|dist-packages)/")


def main():
    """Compiles everything; a file that can't be compiled is Python's own business."""
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    options = {
        "quiet": 2,
        "rx": _LEFT_OUT,
        # A file's date says nothing once it has gone through image layers: the compiled form is
        # taken as it is.
        "invalidation_mode": py_compile.PycInvalidationMode.UNCHECKED_HASH,
    }
    compileall.compile_dir(sysconfig.get_path("stdlib"), **options)
    if not compileall.compile_dir(ours, **options):
        sys.exit(f"{ours} does not compile")
    for folder in sys.argv[1:]:
        # The tmpfs that is mounted here takes this folder's mode, and users differ by container.
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o1777)


if __name__ == "__main__":
    main()

"""The Python package `redis` in the versions of the judge's image, for a judge that runs on this host.

pip installs them once, below `target`, which holds no other file of the repository.
"""

import glob
import os
import subprocess
import sys
import tempfile

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_FOLDER = os.path.join(_ROOT, "target", "redis-py")


def ensure():
    """Installs what is missing, and tells judges of it."""
    os.makedirs(_FOLDER, exist_ok=True)
    for file in glob.glob(os.path.join(_ROOT, "runner-image", "judge-base", "redis-py-*.txt")):
        version = os.path.basename(file).removeprefix("redis-py-").removesuffix(".txt")
        if not os.path.isdir(os.path.join(_FOLDER, version)):
            _install(file, os.path.join(_FOLDER, version))
    os.environ["CODEALONG_REDIS_PY"] = _FOLDER


def _install(requirements, target):
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        fresh = os.path.join(folder, "fresh")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--root-user-action=ignore"]
        pip += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--target", fresh]
        subprocess.run([*pip, "--requirement", requirements], check=True)
        try:
            os.rename(fresh, target)
        except OSError:
            pass  # Another process was quicker.

"""Where the real programs are that tests run: in the judge's image, or on a host for the judge's own tests."""

import os

#: The image has all of them below the first folder; the others are a host's.
_FOLDERS = ("/opt/redis/bin", "/usr/local/bin", "/usr/bin")

#: The Python packages by their major version, each in a folder of its own.
_PACKAGES = "/opt/redis/python"

#: The versions of the Python package `redis` that the image holds.
REDIS_PY_VERSIONS = (5, 8)


def program(name):
    """The path of `redis-cli` or `redis-server`; raises FileNotFoundError where it is missing."""
    for folder in _FOLDERS:
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(f"{name} is in none of {', '.join(_FOLDERS)}")


def package_folder(version):
    """The folder that the package `redis` of this major version is imported from."""
    folder = os.path.join(os.environ.get("CODEALONG_REDIS_PY", _PACKAGES), str(version))
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no {folder}")
    return folder


def package_version(folder):
    """The version as its package index has it, as in `8.1.0`."""
    for name in os.listdir(folder):
        if name.startswith("redis-") and name.endswith(".dist-info"):
            return name.removeprefix("redis-").removesuffix(".dist-info")
    raise FileNotFoundError(f"there is no package redis in {folder}")

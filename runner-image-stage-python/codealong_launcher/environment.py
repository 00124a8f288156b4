"""Where the launcher runs: in its container, or in a folder of a plain host for the unit tests."""

import os
import sys
from collections import namedtuple

from codealong_protocol.channel import LANE


class Environment(namedtuple("Environment", "lane code scratch is_container")):
    """The name of the lane, and the folders that a program may touch.

    `code` is the folder of the learner's files; `scratch` is a tuple of other folders that the
    learner can write to; all are emptied before each fresh start. `is_container` says whether this
    is PID 1 of a container, which owns every process that it can see.
    """

    @property
    def main_file(self):
        """The path of the learner's main module, as tracebacks have it."""
        return os.path.join(self.code, "main.py")

    @staticmethod
    def from_arguments(arguments):
        """`--lane NAME --code DIR` names both on a host; without them, this is the container."""
        if not arguments:
            return Environment(LANE, "/code", ("/tmp", "/dev/shm"), os.getpid() == 1)
        if len(arguments) == 4 and arguments[0] == "--lane" and arguments[2] == "--code":
            return Environment(arguments[1], os.path.realpath(arguments[3]), (), False)
        sys.exit("usage: python3 python/__main__.py [--lane NAME --code DIR]")


#: The launcher's own folder: frames from here are not the learner's.
LAUNCHER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

"""Where the harness runs: in its container, or in a folder of a plain host for the unit tests."""

import os
import sys
from collections import namedtuple


class Place(namedtuple("Place", "code scratch container")):
    """The folders that a run may touch.

    `code` is the folder of the learner's files; `scratch` a tuple of other folders that the
    learner can write to, emptied between two fresh starts; `container` whether this is PID 1 of a
    container, which owns every process it can see.
    """

    @property
    def main_file(self):
        """The learner's main module, as it stands in tracebacks."""
        return os.path.join(self.code, "main.py")

    @staticmethod
    def from_arguments(arguments):
        """`--code DIR` names the folder on a host; without it, this is the container."""
        if not arguments:
            return Place("/code", ("/tmp", "/dev/shm"), os.getpid() == 1)
        if len(arguments) == 2 and arguments[0] == "--code":
            return Place(os.path.realpath(arguments[1]), (), False)
        sys.exit("usage: python3 harness [--code DIR]")


#: The harness's own folder: frames from here are not the learner's.
HARNESS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

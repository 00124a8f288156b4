"""The job: a learner's files, and the tests that judge them."""

import re
from collections import namedtuple

from codealong_protocol.channel import PROTOCOL
from codealong_protocol.frame import InvalidFrame

_FILE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}(\.[A-Za-z0-9]{1,10})?\Z")


class PlannedTest(namedtuple("PlannedTest", "id name fresh asked")):
    """A test of a step: one that is `asked` for is run, a `fresh` one on a program that nobody has spoken to."""


class PlannedStep(namedtuple("PlannedStep", "step source tests")):
    """The tests of one step, a tuple, and the Python source that defines them."""


class SessionJob(namedtuple("SessionJob", "nonce port cpu_limit_ms files")):
    """A program to run for as long as the server wants, checked: `files` by their names."""

    @staticmethod
    def parse(frame):
        """The job in `frame`; raises InvalidFrame where it is none."""
        try:
            if frame["protocol"] != PROTOCOL:
                raise ValueError(f"protocol {frame['protocol']!r}")
            return SessionJob(
                nonce=str(frame["nonce"]),
                port=int(frame["port"]),
                cpu_limit_ms=int(frame["cpu_limit_ms"]),
                files=files_of(frame),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidFrame(f"no session: {error!r}") from None


class Job(namedtuple("Job", "nonce seed port limit_ms files steps support record")):
    """What the server asks for, checked: `files` by their names, `steps` as a tuple.

    `support` has the source of each module that the tests may import, by its name. Where it asks to
    `record`, one test is asked for.
    """

    @staticmethod
    def parse(frame):
        """The job in `frame`; raises InvalidFrame where it is none."""
        try:
            return Job._parse(frame)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidFrame(f"no job: {error!r}") from None

    @staticmethod
    def _parse(frame):
        if frame["frame"] != "job" or frame["protocol"] != PROTOCOL:
            raise ValueError(f"{frame['frame']!r} of protocol {frame['protocol']!r}")
        steps = tuple(
            PlannedStep(
                step=str(step["step"]),
                source=str(step["source"]),
                tests=tuple(
                    PlannedTest(
                        str(test["id"]), str(test["name"]), test["fresh"] is True, test["asked"] is True
                    )
                    for test in step["tests"]
                ),
            )
            for step in frame["steps"]
        )
        return Job(
            nonce=str(frame["nonce"]),
            seed=int(frame["seed"]),
            port=int(frame["port"]),
            limit_ms=int(frame["limit_ms"]),
            files=files_of(frame),
            steps=steps,
            support=_support_of(frame),
            record=frame.get("record") is True,
        )


def is_file_name(name):
    """Whether a file of a program's can be called so."""
    return isinstance(name, str) and _FILE_NAME.match(name) is not None


def files_of(frame):
    """A frame's files, by their names; raises ValueError for names that none may have."""
    files = {}
    for name, text in frame["files"].items():
        if not is_file_name(name):
            raise ValueError(f"file name {name!r}")
        files[name] = text.encode("utf-8", "replace")
    if "main.py" not in files:
        raise ValueError("no main.py")
    return files


def _support_of(frame):
    """A job's modules, source by name; one without any may leave them out."""
    support = frame.get("support", {})
    for name, source in support.items():
        if not name.isidentifier() or not isinstance(source, str):
            raise ValueError(f"module {name!r}")
    return support

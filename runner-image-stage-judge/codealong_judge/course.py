"""A step's tests as its author wrote them: a Python module with functions under `@test`."""

from collections import namedtuple

from .expectation import as_bytes
from .outcome import Misuse


#: What a program is started with, each argument and what separates it from the next.
_ARGUMENT_BYTES_MAX = 4000


class Test(namedtuple("Test", "name function fresh once arguments start")):
    """One test; a `fresh` one needs a program that no other test has spoken to, and one that is judged
    `once` is left out of later steps' runs. Its program gets the `arguments`; without `start` the test starts
    it by itself."""


_registered = []


def test(name, fresh=False, once=False, arguments=(), start=True):
    """Makes the function below a test; `name` is its line in the learner's checklist.

    The function is called with the `server`. It passes when it returns, and fails by an
    expectation that does not hold. Anything else that it raises is the course's fault.

    Each test is judged as if the program had just been started. Where it fails on a program that
    the test before left behind, it runs again on a new start, and only that counts; so a test must
    not rely on what another one left. In the step's own runs each test has a start of its own.
    `fresh=True` says that it needs one in later steps' runs too, as when it counts connections.
    `once=True` leaves it out of these: it takes long, and what it shows is there for good. The server
    reads that, as it reads the name, without running the file. The program is started with the
    `arguments`, as in `python3 main.py --port 7000`; a test with others than the test before has another
    start. With `start=False` no program runs, and the test calls `server.start` by itself.
    """
    if not isinstance(name, str) or not name:
        raise Misuse('write @test("what the program does")')
    arguments = as_arguments(arguments)

    def register(function):
        _registered.append(Test(name, function, fresh, once, arguments, start))
        return function

    return register


def as_arguments(arguments):
    """A program's arguments, checked, as a tuple of text."""
    if not isinstance(arguments, (list, tuple)) or not all(isinstance(one, str) for one in arguments):
        raise Misuse(f"arguments are a list of text, they are not {arguments!r}")
    if any("\0" in argument for argument in arguments):
        raise Misuse("no argument of a program can hold a zero byte")
    if sum(len(as_bytes(argument)) + 1 for argument in arguments) > _ARGUMENT_BYTES_MAX:
        raise Misuse(f"arguments have at most {_ARGUMENT_BYTES_MAX} bytes")
    return tuple(arguments)


def load(step, source):
    """The tests that `source` defines, in order; raises what the module raises."""
    _registered.clear()
    name = f"{step}/tests.py"
    namespace = {"__name__": f"tests_of_{step.replace('-', '_')}", "__file__": name}
    exec(compile(source, name, "exec", dont_inherit=True), namespace)
    return list(_registered)

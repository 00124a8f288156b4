"""A step's tests as its author wrote them: a Python module with functions under `@test`."""

from collections import namedtuple

from .outcome import Misuse


class Test(namedtuple("Test", "name function fresh once")):
    """One test; a `fresh` one needs a program that no other test has spoken to, and one that is judged
    `once` is left out of later steps' runs."""


_registered = []


def test(name, fresh=False, once=False):
    """Makes the function below a test; `name` is its line in the learner's checklist.

    The function is called with the `server`. It passes when it returns, and fails by an
    expectation that does not hold. Anything else that it raises is the course's fault.

    Each test is judged as if the program had just been started. Where it fails on a program that
    the test before left behind, it runs again on a new start, and only that counts; so a test must
    not rely on what another one left. In the step's own runs each test has a start of its own.
    `fresh=True` says that it needs one in later steps' runs too, as when it counts connections.
    `once=True` leaves it out of these: it takes long, and what it shows is there for good. The server
    reads that, as it reads the name, without running the file.
    """
    if not isinstance(name, str) or not name:
        raise Misuse('write @test("what the program does")')

    def register(function):
        _registered.append(Test(name, function, fresh, once))
        return function

    return register


def load(step, source):
    """The tests that `source` defines, in order; raises what the module raises."""
    _registered.clear()
    name = f"{step}/tests.py"
    namespace = {"__name__": f"tests_of_{step.replace('-', '_')}", "__file__": name}
    exec(compile(source, name, "exec", dont_inherit=True), namespace)
    return list(_registered)

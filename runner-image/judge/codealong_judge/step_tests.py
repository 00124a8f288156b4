"""The tests of a step, as a run needs them."""

from time import monotonic

from . import course, test_error
from .outcome import EndlessTest

#: What is wrong with a file that the end of the run had to interrupt.
ENDLESS = "its file, or a module that it imports, does not come to its end"


def load(step, alarm, deadline):
    """The step's tests by their names, and what is wrong with them, or None.

    `alarm` is the run's `TestAlarm`, set for its `deadline` (monotonic seconds).
    """
    is_over = monotonic() >= deadline
    try:
        tests = _defined(step, alarm, tries=2 if is_over else 1)
    except EndlessTest:
        return {}, ENDLESS
    except (Exception, SystemExit) as error:
        return {}, test_error.describe(error)
    planned = [test.name for test in step.tests]
    # Those that are judged once come in their own step's runs alone.
    defined = [test.name for test in tests if not test.once or test.name in planned]
    if sorted(defined) != sorted(planned):
        return {}, f"the step's tests are {defined}, and {planned} were expected"
    return {test.name: test for test in tests}, None


def _defined(step, alarm, tries):
    try:
        with alarm.in_test():
            return course.load(step.step, step.source)
    except EndlessTest:
        if tries == 1:
            raise
    # The run was over before this began: the alarm goes off again and again, and may meet any file.
    return _defined(step, alarm, tries - 1)

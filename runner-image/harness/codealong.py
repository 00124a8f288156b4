"""What a course's tests are made of: `from codealong import test, simple, bulk`."""

from codealong_harness.course import test
from codealong_harness.expectation import (
    array,
    bulk,
    error,
    exact_error,
    exactly,
    integer,
    nil,
    nil_array,
    simple,
)

__all__ = [
    "array",
    "bulk",
    "error",
    "exact_error",
    "exactly",
    "integer",
    "nil",
    "nil_array",
    "simple",
    "test",
]

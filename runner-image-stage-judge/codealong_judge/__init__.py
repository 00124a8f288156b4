"""The judge: runs a course's tests against a learner's program, and reports each result.

One module, one noun. Where to begin reading:

- `judge` is the process that lives on; `lane` lets a launcher join; `run` goes through a job's tests.
- `launcher` has the learner's program started and killed; `program` is one start of it.
- `client`, `server` and `expectation` are what a course's author works with, through `codealong`.
"""

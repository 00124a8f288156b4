"""The judge: runs a course's tests against a learner's program, and reports each result.

One module, one noun. Where to begin reading:

- `judge` is the process that lives on; `lane` lets a launcher join; `run` goes through a job's tests.
- `program` is the learner's program as the judge sees it: by the launcher, and by the kernel.
- `client`, `server` and `expectation` are what a course's author works with, by `codealong`.
"""

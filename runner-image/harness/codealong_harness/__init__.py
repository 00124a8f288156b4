"""The judge: starts a learner's program, runs a course's tests against it, reports each result.

One module, one noun. Where to begin reading:

- `judge` starts it all and says READY; `run` goes through a job's tests.
- `zygote` and `learner` are the other side: the process that the learner's code runs in.
- `notes` is the memory that both sides share.
- `client`, `server` and `expectation` are what a course's author works with, by `codealong`.
"""

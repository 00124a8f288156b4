"""The launcher: starts a learner's Python program when the judge says so, and knows no test.

- `launcher` joins the lane and does what the judge asks for; `processes` forks, kills and buries.
- `learner` is what a forked process does: it runs `main.py`, and holds it at its end.
- `sends`, `binds`, `uncaught` and `whereabouts` note there what happens, for the judge to read.
"""

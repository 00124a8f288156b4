"""The launcher: starts a learner's Python program when the judge says so, and knows no test.

- `launcher` joins the lane and serves the judge's requests; `processes` forks, kills and reaps.
- `learner` is what a forked process does: it runs `main.py`, and holds it at its end.
- `send_hooks`, `bind_hooks`, `end_hooks`, `exception_hooks`, `output_hooks`, `warning_hooks`,
  `stack_probe`, `line_tracer` and `recorder` (with `recorded_call` and `value_text`) run in that process
  too, and write what happens to memory that the judge reads.
"""

"""What the judge and a launcher in Python have in common.

- `frame` and `channel`: messages between judge and launcher, and between judge and server.
- `shared_memory`: records that the learner's process writes and the judge reads.
- `measurement`: the limits that each measures of its own container.
- `kernel`, `procfs` and `signals`: what both need of Linux.
- `image`: run once, while an image is built.
"""

"""What the judge and a launcher in Python have in common.

- `frame` and `channel`: how one says something to the other, and the judge to the server.
- `notes`: the memory that the learner's process writes and the judge reads.
- `procfs` and `signals`: what each has to do with processes.
- `measurement`: what each measures of its own container.
- `image`: run once, while an image is built.
"""

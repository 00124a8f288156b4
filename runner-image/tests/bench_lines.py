"""What it costs to note the line that sent each byte: `python3 tests/bench_lines.py [RUNS]`.

The solution of the last step is judged by all tests, by the harness as it is and by a copy that
notes no lines, by turns. Goal: the notes cost at most 5 % of a run, by the medians.
"""

import pathlib
import random
import shutil
import statistics
import sys
import tempfile

import judging

_COURSE = pathlib.Path(__file__).parents[2] / "curriculum" / "redis"
_STEPS = ("listen", "ping", "echo", "set", "get")
_WATCHED = "[self._sends, "
_GOAL = 1.05


def without_notes(folder):
    """A copy of the harness that notes no lines."""
    copy = pathlib.Path(folder) / "harness"
    shutil.copytree(judging.HARNESS, copy)
    learner = copy / "codealong_harness" / "learner.py"
    source = learner.read_text()
    if source.count(_WATCHED) != 1:
        sys.exit("learner.py does not watch sends where this bench looks for it")
    learner.write_text(source.replace(_WATCHED, "["))
    return str(copy)


def milliseconds(harness, job):
    """How long a run takes by the harness's own clock."""
    judging.HARNESS = harness
    with judging.Harness() as process:
        process.send(job(judging.free_port()))
        frames = process.frames()
    outcomes = [frame["outcome"]["kind"] for frame in frames if frame["frame"] == "test-finished"]
    if set(outcomes) != {"passed"}:
        sys.exit(f"the solution does not pass: {outcomes}")
    return frames[-1]["duration_us"] / 1000


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    steps = [judging.step(name, (_COURSE / name / "tests.py").read_text()) for name in _STEPS]
    program = (_COURSE / _STEPS[-1] / "solution.py").read_text()
    with tempfile.TemporaryDirectory() as folder:
        harnesses = {"with notes": judging.HARNESS, "without": without_notes(folder)}
        took = {name: [] for name in harnesses}
        for _ in range(runs + 1):
            for name in random.sample(list(harnesses), 2):
                took[name].append(milliseconds(harnesses[name], lambda port: judging.job(program, steps, port)))
    medians = []
    for name, all_of in took.items():
        counted = all_of[1:]  # The first warms the file cache.
        medians.append(statistics.median(counted))
        print(f"{name:12} {medians[-1]:7.1f} ms  ({min(counted):.1f} to {max(counted):.1f}, {runs} runs)")
    ratio = medians[0] / medians[1]
    met = ratio <= _GOAL
    print(f"with ÷ without {ratio:.3f}, goal ≤ {_GOAL}: {'met' if met else 'missed'}")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()

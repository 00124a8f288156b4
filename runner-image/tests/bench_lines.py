"""What it costs to record the line that sent each byte: `python3 tests/bench_lines.py [RUNS]`.

The solution of the last step is judged by all tests, in turns under the launcher as it is and under
a copy that records no lines. Goal: the records cost at most 5 % of a run, by the medians.
"""

import pathlib
import random
import shutil
import statistics
import sys
import tempfile
import tomllib

import judging

_COURSE = pathlib.Path(__file__).parents[2] / "curriculum" / "redis"
_CHAPTERS = tomllib.loads((_COURSE / "course.toml").read_text())["chapter"]
_STEPS = [step for chapter in _CHAPTERS for step in chapter["steps"]]
_INSTALLED = "[self._send_hooks, "
_GOAL = 1.05


def without_send_hooks(folder):
    """A copy of the launcher that records no lines."""
    source_folder = pathlib.Path(judging.LAUNCHER)
    copy = pathlib.Path(folder) / source_folder.name
    shutil.copytree(source_folder, copy)
    shutil.copytree(source_folder.parent / "protocol", copy.parent / "protocol")
    learner = copy / "codealong_launcher" / "learner.py"
    source = learner.read_text()
    if source.count(_INSTALLED) != 1:
        sys.exit("learner.py does not install its send hooks where this bench looks for it")
    learner.write_text(source.replace(_INSTALLED, "["))
    return str(copy)


def milliseconds(launcher, job):
    """How long a run takes by the judge's own clock."""
    judging.LAUNCHER = launcher
    with judging.Judge() as process:
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
        launchers = {"with hooks": judging.LAUNCHER, "without": without_send_hooks(folder)}
        took = {name: [] for name in launchers}
        for _ in range(runs + 1):
            for name in random.sample(list(launchers), 2):
                took[name].append(milliseconds(launchers[name], lambda port: judging.job(program, steps, port)))
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

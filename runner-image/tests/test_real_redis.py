"""Every reply that the course expects is what a real redis-server sends.

The learner's program here becomes redis-server, and has to pass every test of every step. So no byte
that a test expects can differ from Redis's own.
"""

import os
import shutil
import tomllib
import unittest

import redis_packages
from judging import judge, step

COURSE = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
    "curriculum",
    "redis",
)

BECOMES_REDIS = """
import os
os.execv({server!r}, ["redis-server", "--port", "6379", "--save", "", "--appendonly", "no"])
"""


def steps_of_the_course():
    with open(os.path.join(COURSE, "course.toml"), "rb") as file:
        chapters = tomllib.load(file)["chapter"]
    for name in [name for chapter in chapters for name in chapter["steps"]]:
        with open(os.path.join(COURSE, name, "tests.py"), encoding="utf-8") as file:
            yield step(name, file.read())


class RealRedis(unittest.TestCase):
    def test_a_real_redis_server_passes_every_test_of_the_course(self):
        redis_packages.ensure()
        server = shutil.which("redis-server")
        self.assertIsNotNone(server, "redis-server is missing: install Debian's redis-server")
        steps = list(steps_of_the_course())
        self.assertGreaterEqual(len(steps), 5)
        for seed in (1, 2, 3):
            program = BECOMES_REDIS.format(server=server)
            # On a host, to see that redis-server rests takes a look at every process.
            report = judge(program, *steps, seed=seed, limit_ms=60_000)
            failed = {
                name: result["outcome"]
                for name, result in report.results.items()
                if result["outcome"]["kind"] != "passed"
            }
            self.assertEqual(failed, {}, f"seed {seed}")
            planned = sum(len(step["tests"]) for step in steps)
            self.assertEqual(len(report.results), planned)


if __name__ == "__main__":
    unittest.main()

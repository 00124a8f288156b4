"""Runs a script that uses the package `redis`: `redis_py_script.py FOLDER PORT`, the script on standard input.

A process of its own, which the judge starts; what it prints is what the test compares.
"""

import sys
import time

_sleep = time.sleep


def main():
    folder, port = sys.argv[1:]
    script = sys.stdin.read()
    sys.path.insert(0, folder)
    # What was printed before the script is stopped has been printed.
    sys.stdout.reconfigure(line_buffering=True)
    time.sleep = sleep
    try:
        exec(compile(script, "script", "exec"), {"__name__": "__main__", "PORT": int(port)})
    except Exception as error:
        # As the last line of a traceback, without the ways that the package took.
        kind = type(error)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        print(f"{name}: {error}")
        sys.exit(1)


def sleep(seconds):
    """The package waits, after an exception, to try again for half a minute in all.

    What has failed does not get better by that: the exception is told at once.
    """
    error = sys.exc_info()[1]
    if error is not None:
        raise error
    _sleep(seconds)


if __name__ == "__main__":
    main()

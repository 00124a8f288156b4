"""Starts the harness: `python3.11 -I -S -B -X utf8 /opt/codealong [--code DIR]`."""

from codealong_harness.judge import main

main()

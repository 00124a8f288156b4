"""Starts the harness: `python3.11 -I -S -B -X utf8 /opt/codealong/__main__.py [--code DIR]`.

By this file, not by its folder: to run a folder Python imports a tenth of its library first.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from codealong_harness import imports  # noqa: E402

# First of all: what the harness's own modules import must be imported the way that this does it.
imports.import_all()

from codealong_harness.judge import main  # noqa: E402

main()

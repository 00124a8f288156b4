"""Starts the harness: `python3.11 -I -S -B -X utf8 /opt/codealong/__main__.py [--code DIR]`.

By this file, not by its folder: to run a folder Python imports a tenth of its library first.
"""

import gc
import os
import sys

# A run is short, and its garbage small: collecting it would cost time and unshare memory.
gc.disable()
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from codealong_harness import imports  # noqa: E402

imports.import_always()

from codealong_harness.judge import main  # noqa: E402

main()

"""Starts the launcher: `python3.11 -I -S -B -b -X utf8 /opt/codealong/__main__.py`.

By this file, not by its folder: to run a folder, Python first imports a tenth of its library.
`--lane NAME --code DIR` is for the tests, which run it on a plain host.
"""

import gc
import os
import sys

# Collecting garbage would cost time and unshare memory; the program has it enabled again.
gc.disable()
_OWN = os.path.dirname(os.path.abspath(__file__))
# In the image codealong_protocol lies beside this file, in the repository in a folder of its own.
sys.path[:0] = [_OWN, os.path.join(os.path.dirname(_OWN), "protocol")]

from codealong_launcher import imports  # noqa: E402

imports.import_common()

from codealong_launcher.launcher import main  # noqa: E402

main()

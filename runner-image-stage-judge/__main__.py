"""Starts the judge: `python3.11 -I -S -B -X utf8 /opt/codealong/__main__.py [--lane NAME]`.

By this file, not by its folder: to run a folder, Python first imports a tenth of its library.
"""

import gc
import os
import sys

# A run is short, and its garbage small: collecting it would cost time and unshare memory.
gc.disable()
_OWN = os.path.dirname(os.path.abspath(__file__))
# In the image codealong_protocol lies beside this file, in the repository in a folder of its own.
sys.path[:0] = [_OWN, os.path.join(os.path.dirname(_OWN), "protocol")]

from codealong_judge.judge import main  # noqa: E402

main()

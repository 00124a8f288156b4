"""Starts the launcher: `python3.11 -I -S -B -X utf8 /opt/codealong/__main__.py`.

By this file, not by its folder: to run a folder Python imports a tenth of its library first.
`--lane NAME --code DIR` is for the tests, which run it on a plain host.
"""

import gc
import os
import sys

# Collecting garbage would cost time and unshare memory; the program gets it back.
gc.disable()
_OWN = os.path.dirname(os.path.abspath(__file__))
# In the image what is shared with the judge lies beside this file, elsewhere in a folder of its own.
sys.path[:0] = [_OWN, os.path.join(os.path.dirname(_OWN), "protocol")]

from codealong_launcher import imports  # noqa: E402

imports.import_always()

from codealong_launcher.launcher import main  # noqa: E402

main()

import os
import sys

if "REDIS_PORT" not in os.environ:
    print("REDIS_PORT is not set", file=sys.stderr)
    sys.exit(3)

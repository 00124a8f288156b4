"""What programs import, imported before there is one.

The harness begins with this, before any module of its own, and before it forks the process that
the programs start from: pages that nobody has written to since are shared by all of them, and
memory is what an idle container costs most.
"""

import socket
import sys

#: What a learner's program is likely to import, so that it is there already. What is rare or
#: large (hashlib brings a megabyte of OpenSSL, pathlib and argparse half of one each) is imported
#: by whoever wants it.
_MODULES = """
    abc asyncio atexit binascii bisect builtins codecs collections collections.abc
    concurrent.futures concurrent.futures.thread contextlib contextvars copy dataclasses datetime
    encodings.idna encodings.latin_1 enum errno fcntl functools gc heapq inspect io itertools json
    linecache logging math operator os queue random re select selectors signal site socket
    socketserver stat string struct subprocess textwrap threading time traceback types typing
    warnings weakref
""".split()


def import_all():
    """Imports what programs import."""
    # asyncio takes several megabytes and milliseconds for TLS, which no program needs where there
    # is no network; whoever imports ssl gets it all the same. So nobody may have imported asyncio
    # before this.
    sys.modules["ssl"] = None
    for name in _MODULES:
        try:
            __import__(name)
        except ImportError:
            pass  # A smaller Python: the learner's import would fail just the same.
    del sys.modules["ssl"]
    try:
        # The resolver reads its files once.
        socket.getaddrinfo("localhost", 6379, type=socket.SOCK_STREAM)
    except OSError:
        pass

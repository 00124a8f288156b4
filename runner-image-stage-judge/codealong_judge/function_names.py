"""The names of the program's functions, by the line that each begins at."""

import re

_DEF = re.compile(r"\s*(?:async\s+)?def\s+(\w{1,100})")
_NO_FUNCTION = re.compile(r"\s*(?:@|#|$)")
#: A decorator may take some lines.
_LINES_MAX = 20


class FunctionNames:
    """Reads a program's text, which no record needs to quote."""

    def __init__(self, text):
        self._lines = text.split("\n")

    def of(self, first_line):
        """The name of the function whose first line this is, decorators included, or None."""
        if not first_line:
            return "<module>"
        for line in self._lines[first_line - 1 : first_line - 1 + _LINES_MAX]:
            found = _DEF.match(line[:300])
            if found:
                return found[1]
            if not _NO_FUNCTION.match(line):
                return None
        return None

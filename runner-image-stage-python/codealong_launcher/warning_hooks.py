"""In the learner's process: records what Python itself warns of.

Python runs with `-b`, and so it warns where bytes are compared with a text, which are never equal. Those
warnings are recorded and not printed, for nobody has asked for them. Of a coroutine that was never
awaited Python warns everybody: that is recorded and printed.
"""

import linecache
import re
import sys
import warnings

#: As a test of whether something came at all, `data == ""` is wrong as well, but decides nothing here.
_WITH_EMPTY_TEXT = re.compile(r"""[!=]=\s*(""|'')|(""|'')\s*[!=]=""")


class WarningHooks:
    """Installed once per process."""

    def __init__(self, writer, main_file):
        self._writer = writer
        self._main_file = main_file
        #: How many warnings there were.
        self.shown = 0

    def install(self):
        self._keep_filter()
        plain_show = warnings._showwarnmsg

        def show(message):
            self.shown += 1
            if issubclass(message.category, BytesWarning):
                self._record(self._compared, message)
                return
            if issubclass(message.category, RuntimeWarning):
                self._record(self._not_awaited, message)
            plain_show(message)

        warnings._showwarnmsg = show

    def _keep_filter(self):
        """Each comparison counts, whatever filters the program sets: they are not about this one."""
        warnings.simplefilter("always", BytesWarning)
        ours, plain_mutated = warnings.filters[0], warnings._filters_mutated

        def mutated():
            if not warnings.filters or warnings.filters[0] is not ours:
                warnings.filters.insert(0, ours)
            plain_mutated()

        warnings._filters_mutated = mutated

    def _record(self, record, message):
        try:
            if message.filename == self._main_file:
                record(message)
        except Exception:
            pass  # The program has broken what this needs: it is judged without.

    def _compared(self, message):
        if not str(message.message).startswith("Comparison between bytes and string"):
            return
        if _WITH_EMPTY_TEXT.search(linecache.getline(self._main_file, message.lineno)):
            return
        self._writer.noted("comparison", {"line": message.lineno})

    def _not_awaited(self, message):
        code = getattr(message.source, "cr_code", None)
        if code is None or code.co_filename != self._main_file:
            return  # Such as `drain`, of which no harm comes in most programs.
        # Python warns when the coroutine is thrown away, as a rule in the line that made it.
        text = linecache.getline(self._main_file, message.lineno)
        line = message.lineno if f"{code.co_name}(" in text else None
        self._writer.noted("coroutine", {"line": line, "function": code.co_name})

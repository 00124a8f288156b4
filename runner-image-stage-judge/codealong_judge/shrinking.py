"""The shortest script that still goes wrong, found by leaving out and by making plain."""

from time import monotonic

from .redis_scripts import KEYS

#: How many scripts are tried, and for how long.
_TRIES_MAX, _SECONDS_MAX = 150, 2.0


class Shrinking:
    """Makes a script shorter.

    `wrong_part(script)` sends a script and gives its commands up to the first that goes wrong, or None
    where none does.
    """

    def __init__(self, script, wrong_part, seconds):
        #: The shortest found until now.
        self.script = script
        self._wrong_part = wrong_part
        self._until = monotonic() + min(seconds, _SECONDS_MAX)
        self._tries = 0

    def shrink(self):
        """Tries until nothing makes it shorter, or the time is over."""
        self._leave_out_commands()
        self._use_one_key()
        for simpler in (_shorter, _plainer, _of_one_client):
            self._change_commands(simpler)
        # An argument less may have made a command needless.
        self._leave_out_commands()

    @property
    def _is_over(self):
        return monotonic() >= self._until or self._tries >= _TRIES_MAX

    def _takes(self, script):
        """Whether a script still goes wrong; then it is the one to go on with."""
        if self._is_over or not script:
            return False
        self._tries += 1
        found = self._wrong_part(script)
        if found is None:
            return False
        self.script = found
        return True

    def _leave_out_commands(self):
        size = max(len(self.script) // 2, 1)
        while not self._is_over:
            start, is_shorter = 0, False
            while start < len(self.script) and not self._is_over:
                if self._takes(self.script[:start] + self.script[start + size :]):
                    is_shorter = True
                else:
                    start += size
            if size == 1 and not is_shorter:
                break
            size = max(size // 2, 1)

    def _use_one_key(self):
        for old in sorted({key for command in self.script for key in command.keys()} - {KEYS[0]}):
            self._takes([command.with_key(old, KEYS[0]) for command in self.script])

    def _change_commands(self, simpler):
        at = 0
        while at < len(self.script) and not self._is_over:
            changed = simpler(self.script[at])
            script = self.script
            if changed is None or not self._takes([*script[:at], changed, *script[at + 1 :]]):
                at += 1


def _shorter(command):
    return command.shorter()


def _plainer(command):
    return command.plainer()


def _of_one_client(command):
    return command._replace(client=1) if command.client != 1 else None

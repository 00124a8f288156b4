"""Scripts of random commands: of those that a program answers wrongly, the shortest is shown."""

from time import monotonic

from .client import command
from .expectation import Expectation
from .outcome import Failed, Misuse, RunTimedOut
from .timeouts import QUICK_TIMEOUTS

#: A whole reply has come, so the program goes on, and can be asked again.
_REPEATABLE = {"invalid-byte", "wrong-type", "wrong-value"}

#: How many shorter scripts are tried, and for how long.
_TRIES_MAX, _SECONDS_MAX = 150, 2.0
#: So much of the run is kept for what comes after.
_SECONDS_KEPT = 1.0


class Key(str):
    """A key by its name in a script. Each time that the script is sent, it is a key that is new."""


def key(name):
    """A key of a script for `server.run_scripts`, called `name` in it."""
    if not isinstance(name, str) or not name:
        raise Misuse(f"a key is called by a text, not {name!r}")
    return Key(name)


class ScriptRunner:
    """Sends scripts, and where a reply is wrong, looks for the shortest script with a wrong reply."""

    def __init__(self, attempt, connect, replies_to):
        self._attempt = attempt
        self._connect = connect
        self._replies_to = replies_to
        self._word = attempt.random_values.word()
        # Scripts that were sent, and commands of the last one that were answered.
        self._scripts = 0
        self._answered = 0

    def run(self, scripts):
        """Raises the failure of the shortest script found, where a reply is wrong."""
        known = self._attempt.shortest_script
        if self._attempt.is_traced and known:
            # The verdict is out: only the script that was shown is of interest.
            self._send_one_by_one(known)
            return
        before = self._attempt.snapshot()
        client = self._connect()
        for script in scripts:
            try:
                self._send_at_once(client, script)
            except Failed as failed:
                if not self._attempt.is_final or failed.outcome["kind"] not in _REPEATABLE:
                    raise
                raise self._of_shortest(failed, script[: self._answered + 1], before) from None
        # A reply too many after the last command has no later request that would find it.
        self._attempt.settle()
        client.refuse_extra_bytes()
        client.close()

    def _of_shortest(self, failed, script, before):
        """The failure of the shortest script found, or `failed` with what led to it.

        Whatever else goes wrong in between is due to what was sent to find out more.
        """
        with_failure = self._attempt.snapshot()
        try:
            shortest = self._shortest(script, before)
            self._attempt.return_to(before)
            self._attempt.collect_sends()
            # Afresh, because a learner who sends it will do so to a program that has just started.
            self._attempt.launcher.start()
            self._send_one_by_one(shortest)
        except RunTimedOut:
            pass
        except Failed as again:
            if again.outcome["kind"] in _REPEATABLE:
                self._attempt.shortest_script[:] = shortest
                return again
        self._attempt.return_to(with_failure)
        return failed

    def _shortest(self, script, before):
        """The shortest script found with a wrong reply, within the time that the run has left."""
        seconds = min(_SECONDS_MAX, self._attempt.event_loop.seconds_left() - _SECONDS_KEPT)
        until = monotonic() + seconds
        tries, size = 0, max(len(script) // 2, 1)
        timeouts = self._attempt.timeouts
        self._attempt.is_final, self._attempt.timeouts = False, QUICK_TIMEOUTS
        try:
            while monotonic() < until and tries < _TRIES_MAX:
                start, is_shorter = 0, False
                while start < len(script) and monotonic() < until and tries < _TRIES_MAX:
                    tries += 1
                    self._attempt.return_to(before)
                    wrong = self._wrong_part(script[:start] + script[start + size :], until)
                    if wrong is None:
                        start += size
                    else:
                        script, is_shorter = wrong, True
                if size == 1 and not is_shorter:
                    break
                size = max(size // 2, 1)
            return script
        finally:
            self._attempt.is_final, self._attempt.timeouts = True, timeouts

    def _wrong_part(self, script, until):
        """The commands up to the first wrong reply, or None where there is none."""
        if not script:
            return None
        try:
            self._send_at_once(self._connect(), script, until)
        except Failed as failed:
            return script[: self._answered + 1] if failed.outcome["kind"] in _REPEATABLE else None
        return None

    def _send_at_once(self, client, script, until=None):
        replies = self._replies(script)
        self._scripts += 1
        prefix = f"{self._word}{self._scripts}:"
        client.send_bytes(b"".join(command(*_words(words, prefix)) for words in script))
        self._answered = 0
        for reply in replies:
            if until is not None and monotonic() > until:
                return
            client.expect(reply)
            self._answered += 1

    def _send_one_by_one(self, script):
        client = self._connect()
        for words, reply in zip(script, self._replies(script)):
            client.send(*_words(words, f"{self._word}:"))
            client.expect(reply)
        client.close()

    def _replies(self, script):
        replies = self._replies_to(script)
        if not _are_expectations(replies, len(script)):
            raise Misuse("as many expectations are needed here as there are commands")
        return replies


def _are_expectations(replies, count):
    is_list = isinstance(replies, (list, tuple)) and len(replies) == count
    return is_list and all(isinstance(reply, Expectation) for reply in replies)


def _words(words, prefix):
    if not isinstance(words, (list, tuple)):
        raise Misuse(f"a command is a list of words, not {words!r}")
    return [prefix + word if isinstance(word, Key) else word for word in words]

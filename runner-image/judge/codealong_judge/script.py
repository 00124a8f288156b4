"""Scripts of random commands: of those that a program answers wrongly, the shortest is shown."""

from time import monotonic

from .client import command
from .expectation import Expectation
from .outcome import Failed, Misuse

#: A whole reply has come, so the program goes on, and can be asked again.
_REPEATABLE = {"invalid-byte", "wrong-type", "wrong-value"}

#: How many shorter scripts are tried, and for how long.
_TRIES_MAX, _SECONDS_MAX = 150, 2.0


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
        before = self._attempt.snapshot()
        client = self._connect()
        for script in scripts:
            try:
                self._send_at_once(client, script)
            except Failed as failed:
                if not self._attempt.is_final or failed.outcome["kind"] not in _REPEATABLE:
                    raise
                with_failure = self._attempt.snapshot()
                shortest = self._shortest(script[: self._answered + 1], before)
                self._attempt.return_to(before)
                self._send_one_by_one(shortest)
                # It went well this time, as with a program that is wrong now and then.
                self._attempt.return_to(with_failure)
                raise
        client.close()

    def _shortest(self, script, before):
        until = monotonic() + _SECONDS_MAX
        tries, size = 0, max(len(script) // 2, 1)
        self._attempt.is_final = False
        try:
            while monotonic() < until and tries < _TRIES_MAX:
                start, is_shorter = 0, False
                while start < len(script) and monotonic() < until and tries < _TRIES_MAX:
                    tries += 1
                    self._attempt.return_to(before)
                    wrong = self._wrong_part(script[:start] + script[start + size :])
                    if wrong is None:
                        start += size
                    else:
                        script, is_shorter = wrong, True
                if size == 1 and not is_shorter:
                    break
                size = max(size // 2, 1)
            return script
        finally:
            self._attempt.is_final = True

    def _wrong_part(self, script):
        """The commands up to the first wrong reply, or None where there is none."""
        if not script:
            return None
        try:
            self._send_at_once(self._connect(), script)
        except Failed as failed:
            return script[: self._answered + 1] if failed.outcome["kind"] in _REPEATABLE else None
        return None

    def _send_at_once(self, client, script):
        replies = self._replies(script)
        self._scripts += 1
        prefix = f"{self._word}{self._scripts}:"
        client.send_bytes(b"".join(command(*_words(words, prefix)) for words in script))
        self._answered = 0
        for reply in replies:
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
        if len(replies) != len(script) or not all(isinstance(reply, Expectation) for reply in replies):
            raise Misuse("as many expectations are needed here as there are commands")
        return replies


def _words(words, prefix):
    return [prefix + word if isinstance(word, Key) else word for word in words]

"""The random values of a test, the same again for the same seed."""

import random

from .outcome import Misuse

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"


class RandomValues(random.Random):
    """A `random.Random` with values as tests need them.

    Seeded by the run's seed and the test's id: a run that is repeated with its seed, or a test
    that runs twice in one run, sees the same values.
    """

    def word(self):
        """A word of 6 or 8 lower-case letters that can be said aloud, as in `lomaki`."""
        syllables = self.choice((3, 4))
        return "".join(self.choice(_CONSONANTS) + self.choice(_VOWELS) for _ in range(syllables))

    def words(self, count):
        """A list of `count` different words."""
        found = []
        while len(found) < as_count(count):
            word = self.word()
            if word not in found:
                found.append(word)
        return found

    def bytes(self, count):
        """`count` bytes, any of the 256."""
        return self.randbytes(as_count(count))

    def text(self, length):
        """`length` ASCII characters: words with spaces between them."""
        text = ""
        while len(text) < as_count(length):
            text += self.word() + " "
        return text[:length].strip().ljust(length, "x")


def as_count(value):
    """A whole number that a test gives, checked."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Misuse(f"a whole number that is not below 0 is needed here, not {value!r}")
    return value

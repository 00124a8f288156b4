"""Random scripts of Redis's commands, made of shapes that find faults.

A shape is a command, or a few that say something together. Commands at random alone seldom read back
what they have changed, and an index is seldom wrong that is far from either end of a list.
"""

from collections import namedtuple

from .expectation import as_bytes
from .outcome import Misuse

#: The names of a script's keys.
KEYS = ("k1", "k2", "k3")

_LARGEST, _SMALLEST = str(2**63 - 1), str(-(2**63))
_NUMBERS = ("0", "1", "-1", "7", "-13", "100", _LARGEST, _SMALLEST)
#: What Python's `int` takes and Redis does not, and what neither does.
_NO_NUMBERS = ("x", "", "1.5", " 7", "7 ", "+7", "07", "-0", "1_000", "٧", str(2**63))
_TEXTS = ("a", "b", "x y", "a\r\nb", "hé")
#: Lists have a handful of elements: these are near their ends, and beyond them.
_INDEXES = ("0", "1", "2", "3", "-1", "-2", "-3", "-4", "-5", "100", "-100")
_COUNTS = ("0", "1", "2", "3", "100")
_NO_COUNTS = ("-1", "x")

_TEXT_OR_NONE, _LIST = (b"+string\r\n", b"+none\r\n"), (b"+list\r\n",)

#: The commands whose last words may be left out, and how many words they have at the least.
_WORDS_MIN = {"DEL": 2, "EXISTS": 2, "RPUSH": 3, "LPUSH": 3, "LPOP": 2, "RPOP": 2}
#: The words that are values, and could be others.
_VALUES_FROM = {"SET": 2, "ECHO": 1, "RPUSH": 2, "LPUSH": 2}


class Key(str):
    """A key by its name in a script; each time that the script is sent, it is a key that is new."""


class Command(namedtuple("Command", "client words right_types")):
    """A command of a client, from 1.

    Where one of its words makes no sense, `right_types` are Redis's replies to TYPE for keys that the
    command would be right about otherwise.
    """

    @property
    def needs_type(self):
        return bool(self.right_types)

    @property
    def may_wait(self):
        return self.words[0] == "BLPOP"

    def words_with(self, prefix):
        """Its words as bytes, where keys have whole names."""
        return [as_bytes(prefix + word if isinstance(word, Key) else word) for word in self.words]

    def shorter(self):
        """The same with an argument less, or None."""
        name, *arguments = self.words
        if self.may_wait and len(arguments) > 2:
            return self._replace(words=(name, *arguments[1:]))
        if len(self.words) <= _WORDS_MIN.get(name.upper(), len(self.words)):
            return None
        return self._replace(words=self.words[:-1])

    def plainer(self):
        """The same with the first value that is not plain made so, or None."""
        first = _VALUES_FROM.get(self.words[0].upper())
        for at, word in enumerate(self.words):
            if first is not None and at >= first and word not in ("a", "7"):
                return self._replace(words=(*self.words[:at], "a", *self.words[at + 1 :]))
        return None

    def with_key(self, old, new):
        """The same about another key."""
        words = (Key(new) if isinstance(word, Key) and word == old else word for word in self.words)
        return self._replace(words=tuple(words))

    def keys(self):
        """The keys that it names."""
        return [word for word in self.words if isinstance(word, Key)]


class ScriptGenerator:
    """Makes scripts of the commands that go by these names, such as `"strings counters"`."""

    def __init__(self, random, commands):
        names = commands.split() if isinstance(commands, str) else ()
        if not names or not set(names) <= set(_SHAPES):
            raise Misuse(f"some of these are needed here: {' '.join(_SHAPES)}")
        self._random = random
        # The last name is the step's own, and the others have had their turn.
        self._weights = [weight * (2 if name == names[-1] else 1) for name in names for weight, _ in _SHAPES[name]]
        self._shapes = [shape for name in names for _, shape in _SHAPES[name]]

    def script(self, length):
        """A script of `length` commands."""
        script = []
        while len(script) < length:
            shape = self._random.choices(self._shapes, self._weights)[0]
            script += shape(self._random)
        return script[:length]


def _command(*words, client=1, right_types=()):
    return Command(client, words, right_types)


def _key(random):
    return Key(random.choice(KEYS))


def _keys(random):
    return [_key(random) for _ in range(random.choice((1, 2, 3)))]


def _value(random):
    return random.choice(random.choice((_NUMBERS, _TEXTS, _NO_NUMBERS)))


def _set(random, client=1):
    return [_command(random.choice(("SET", "SET", "set")), _key(random), _value(random), client=client)]


def _get(random):
    return [_command("GET", _key(random))]


def _set_again(random):
    key = _key(random)
    return [_command("SET", key, _value(random)), _command("SET", key, _value(random)), _command("GET", key)]


def _echo(random):
    return [random.choice((_command("PING"), _command("ECHO", _value(random))))]


def _del(random, client=1):
    return [_command("DEL", *_keys(random), client=client)]


def _exists(random):
    return [_command("EXISTS", *_keys(random))]


def _incr(random):
    return [_command(random.choice(("INCR", "INCR", "DECR", "incr")), _key(random))]


def _incr_of_value(random):
    key = _key(random)
    value = random.choice((*_NUMBERS, *_NO_NUMBERS))
    return [_command("SET", key, value), *_sum(random, key), _command("GET", key)]


def _sum(random, key):
    name = random.choice(("INCR", "DECR", "INCRBY"))
    return [_command(name, key, *([random.choice(_NUMBERS)] if name == "INCRBY" else []))]


def _sum_and_get(random):
    key = _key(random)
    return [*_sum(random, key), *random.choice(([], [_command("GET", key)]))]


def _incrby_no_number(random):
    key = _key(random)
    return [_command("INCRBY", key, random.choice(_NO_NUMBERS), right_types=_TEXT_OR_NONE), _command("GET", key)]


def _ttl(random):
    return [_command(random.choice(("TTL", "PTTL")), _key(random))]


def _wrong_count_of_arguments(random):
    # A key that holds nothing: what is wrong is the number of arguments alone.
    key = Key("k4")
    words = (
        ("GET",),
        ("get", key, key),
        ("SET", key),
        ("DEL",),
        ("Exists",),
        ("INCR", key, key),
        ("DECR",),
        ("INCRBY", key),
        ("TTL",),
        ("ECHO",),
    )
    return [_command(*random.choice(words))]


def _unknown_command(random):
    arguments = random.choice(((), ("a",), ("a", "x y"), ("",)))
    return [_command(random.choice(("NOPE", "Nope", "getall")), *arguments)]


def _push(random, client=1):
    values = [_value(random) for _ in range(random.choice((1, 1, 2, 3)))]
    return [_command(random.choice(("RPUSH", "LPUSH")), _key(random), *values, client=client)]


def _push_letters(random, client=1):
    return [_command(random.choice(("RPUSH", "LPUSH")), _key(random), *"abc"[: random.choice((1, 2, 3))], client=client)]


def _lrange(random, client=1):
    key = _key(random)
    first, last = random.choice((("0", "-1"), (random.choice(_INDEXES), random.choice(_INDEXES))))
    return [_command("LRANGE", key, first, last, client=client)]


def _fill_and_look(random):
    key, count = _key(random), random.choice((1, 2, 3, 4))
    # From one beyond either end to the other.
    indexes = [str(random.randrange(-count - 2, count + 2)) for _ in range(2)]
    if random.random() < 0.3:
        indexes[random.randrange(2)] = random.choice(("-100", "100"))
    return [_command("DEL", key), _command("RPUSH", key, *"abcd"[:count]), _command("LRANGE", key, *indexes)]


def _pop(random, client=1):
    count = random.choice(((), (), (random.choice(_COUNTS),)))
    return [_command(random.choice(("LPOP", "RPOP")), _key(random), *count, client=client)]


def _about_a_list(random, client=1):
    return [_command(random.choice(("LLEN", "TYPE", "EXISTS")), _key(random), client=client)]


def _fill_and_drain(random):
    key, count = _key(random), random.choice((1, 2, 3))
    drain = _command(random.choice(("LPOP", "RPOP")), key, str(count + random.choice((-1, 0, 0, 1))))
    after = _command(random.choice(("EXISTS", "TYPE", "LLEN")), key)
    return [_command("DEL", key), _command("RPUSH", key, *"abc"[:count]), drain, after]


def _no_index(random):
    key, words = _key(random), random.sample((random.choice(_INDEXES), random.choice(("x", "1.5"))), 2)
    return [_command("LRANGE", key, *words, right_types=_LIST)]


def _no_count(random):
    name, count = random.choice(("LPOP", "RPOP")), random.choice(_NO_COUNTS)
    return [_command(name, _key(random), count, right_types=_LIST)]


def _wrong_count_of_arguments_for_a_list(random):
    key = Key("k4")
    words = (("RPUSH", key), ("LPUSH",), ("LRANGE", key, "0"), ("LLEN",), ("LPOP",), ("RPOP", key, "1", "1"), ("TYPE",))
    return [_command(*random.choice(words))]


def _wait(random):
    keys = random.choice((random.sample(KEYS, 1), random.sample(KEYS, 2)))
    return [_command("BLPOP", *map(Key, keys), "0", client=random.choice((1, 2)))]


def _wait_and_push(random):
    key, name = _key(random), random.choice(("RPUSH", "LPUSH"))
    first, second = random.sample((1, 2), 2)
    waiters = random.choice(((first,), (first,), (first, second)))
    values = "abc"[: random.choice((1, 2, 3))]
    push = random.choice(
        ([_command(name, key, *values, client=3)], [_command(name, key, value, client=3) for value in values])
    )
    return [
        *(_command("BLPOP", key, "0", client=client) for client in waiters),
        *push,
        _command("LRANGE", key, "0", "-1", client=3),
    ]


def _wait_for_two(random):
    one, other = map(Key, random.sample(KEYS, 2))
    pushes = [_command("RPUSH", one, "a", client=3), _command("RPUSH", other, "b", client=3)]
    random.shuffle(pushes)
    return [
        _command("BLPOP", one, other, "0", client=random.choice((1, 2))),
        *pushes,
        _command("LRANGE", one, "0", "-1", client=3),
        _command("LRANGE", other, "0", "-1", client=3),
    ]


def _wait_for_some_of_the_same(random):
    one, other = map(Key, random.sample(KEYS, 2))
    waits = [("BLPOP", one, other, "0"), ("BLPOP", random.choice((one, other)), "0")]
    random.shuffle(waits)
    push = [_command("RPUSH", key, value, client=3) for key, value in zip(random.sample((one, other), 2), "ab")]
    return [*(_command(*words, client=client) for client, words in enumerate(waits, 1)), *push]


def _ask_in_between(random):
    return [random.choice((_command("PING", client=client), _command("ECHO", "a", client=client))) for client in (1, 2)]


def _as_third_client(*shapes):
    return lambda random: random.choice(shapes)(random, client=3)


#: By the names that a test gives: the shapes, each with how often it comes beside the others.
_SHAPES = {
    "strings": ((5, _set), (4, _get), (1, _set_again), (1, _echo)),
    "counters": (
        (2, _del),
        (2, _exists),
        (4, _incr),
        (3, _sum_and_get),
        (3, _incr_of_value),
        (1, _incrby_no_number),
        (1, _ttl),
        (1, _wrong_count_of_arguments),
        (1, _unknown_command),
    ),
    "lists": (
        (4, _push),
        (3, _push_letters),
        (4, _lrange),
        (5, _fill_and_look),
        (5, _pop),
        (3, _about_a_list),
        (3, _fill_and_drain),
        (1, _no_index),
        (1, _no_count),
        (1, _wrong_count_of_arguments_for_a_list),
    ),
    "waiting": (
        (2, _wait),
        (4, _wait_and_push),
        (2, _wait_for_two),
        (4, _wait_for_some_of_the_same),
        (1, _ask_in_between),
        (2, _as_third_client(_push_letters)),
        (1, _as_third_client(_lrange, _pop, _about_a_list)),
        (1, _as_third_client(_set, _del)),
    ),
}

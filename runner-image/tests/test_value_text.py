"""A value is written as Python would, short, and without running the program's code."""

import collections
import enum
import http
import socket
import threading
import types
import unittest

import judging  # noqa: F401: makes the launcher importable
from codealong_launcher.value_text import CHARACTERS_MAX, is_data, may_change, raised_text, value_text


def of_program(source):
    """What a program's source defines, by name."""
    main = types.ModuleType("__main__")
    exec(source, main.__dict__)
    return main


class Values(unittest.TestCase):
    def check(self, value, text):
        self.assertEqual(value_text(value), text)

    def test_are_written_as_python_does(self):
        for value in (
            *(0, -5, True, None, 1.5, float("nan"), "it's", "é\n", b"\x00'", bytearray(b"a")),
            *([], [1, "a"], (), (1,), (1, 2), {}, {"a": [1]}, {1: {2: 3}}, set(), {5}, frozenset(), frozenset({5})),
            *(collections.deque([1]), collections.deque([1], maxlen=3), collections.deque()),
            *(collections.OrderedDict(), collections.OrderedDict(a=1), collections.Counter(), collections.Counter("a")),
            *(collections.defaultdict(list), collections.defaultdict(list, {1: [2]})),
            *(1j, -2.5 + 1j, range(5), range(1, 9, 2), range(9, 1, -1)),
            *(ValueError("x", 1), KeyError(), [[], {}, ()], 10**99),
        ):
            self.check(value, repr(value))

    def test_are_cut_where_they_are_long(self):
        self.check("x" * 500, "'" + "x" * 118 + "…")
        self.check(b"x" * 5_000_000, "b'" + "x" * 117 + "…")
        self.check(list(range(9)), "[0, 1, 2, 3, 4, 5, 6, 7, …]")
        self.check(list(range(8)), "[0, 1, 2, 3, 4, 5, 6, 7]")
        self.check({key: key for key in range(9)}, "{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, …}")
        self.check(range(10**4_000_000), "range(0, <int of 13287713 bits>)")
        self.check(10**4_000_000, "<int of 13287713 bits>")
        for value in (["x" * 100] * 9, {"x" * 100: "y" * 100, 1: 2}, [["x" * 30] * 9] * 9):
            self.assertEqual(len(value_text(value)), CHARACTERS_MAX)
            self.assertTrue(value_text(value).endswith("…"))

    def test_are_three_levels_deep(self):
        self.check([[1, [2, [3]]]], "[[1, [2, …]]]")
        self.check({"a": {"b": {"c": {"d": 1}}}}, "{'a': {'b': {'c': …}}}")
        self.check([[(set(), [[]], (3,))]], "[[(set(), …, …)]]")

    def test_that_hold_themselves_come_to_an_end(self):
        own = [1]
        own.append(own)
        self.check(own, "[1, [1, [1, …]]]")
        cycle = of_program("class Node: pass\nnode = Node()\nnode.next = node").node
        self.check(cycle, "Node(next=Node(next=Node(next=…)))")

    def test_of_other_kinds_have_the_name_of_their_type(self):
        self.check(threading.Lock(), "<lock>")
        self.check(threading.Thread(), "<Thread>")
        self.check(len, "<builtin_function_or_method>")
        self.check([int, len], "[<class 'int'>, <builtin_function_or_method>]")
        self.check(socket.AF_INET, "AddressFamily.AF_INET")
        self.check(http.HTTPStatus.OK, "HTTPStatus.OK")

    def test_of_sockets_tell_whether_they_are_open(self):
        with socket.socket() as open_socket:
            self.check(open_socket, f"<socket fd={open_socket.fileno()}>")
        self.check(open_socket, "<socket closed>")

    def test_are_data_or_not(self):
        for value in (socket, of_program, len, int, enum.Enum, [].append, "".join, str.join, type):
            self.assertFalse(is_data(value), value)
        for value in (1, [], None, ValueError(), socket.AF_INET, threading.Lock()):
            self.assertTrue(is_data(value), value)


    def test_may_have_another_text_later_where_it_tells_what_they_hold(self):
        main = of_program("import socket\nclass Own: pass\nclass OwnSocket(socket.socket): pass\nown, taken = Own(), OwnSocket()")
        for value in ([], {}, set(), bytearray(), collections.deque(), ([],), (1, main.own), main.own):
            self.assertTrue(may_change(value), value)
        with main.taken:
            for value in (1, "a", b"a", None, 1.5, range(2), (1, "a"), (), threading.Lock(), threading.Thread(), main.taken, main.Own, len):
                self.assertFalse(may_change(value), value)


class ObjectsOfAProgram(unittest.TestCase):
    def check(self, source, text):
        self.assertEqual(value_text(of_program(source).value), text)

    def test_are_written_with_their_fields(self):
        self.check("class Store: pass\nvalue = Store()", "Store()")
        self.check(
            "class Store:\n def __init__(self):\n  self.data, self._lock, self.on = {b'k': [1]}, 5, print\nvalue = Store()",
            "Store(data={b'k': [1]}, _lock=5)",
        )
        self.check("class E:\n __slots__ = ('a', 'b')\nvalue = E()\nvalue.a = 1", "E(a=1)")
        self.check("class E:\n __slots__ = ('a',)\nclass F(E): pass\nvalue = F()\nvalue.a, value.b = 1, 2", "F(b=2, a=1)")
        self.check("class Bad(Exception): pass\nvalue = Bad('x', 1)", "Bad('x', 1)")
        self.check("import enum\nclass Color(enum.Enum):\n RED = 1\nvalue = Color.RED", "Color.RED")

    def test_of_a_librarys_class_do_not_show_its_own_fields(self):
        source = "import threading\nclass W(threading.Thread):\n def __init__(s):\n  super().__init__()\n  s.n = 1\nvalue = W()"
        self.check(source, "W(n=1)")

    def test_made_of_builtin_classes_show_what_these_hold(self):
        for base, content, text in (
            ("dict", "{1: 2}", "{1: 2}"),
            ("list", "range(9)", "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
            ("tuple", "(1, 2)", "(1, 2)"),
            ("set", "{1}", "{1}"),
            ("frozenset", "{1}", "{1}"),
            ("str", "'x'", "'x'"),
            ("bytes", "b'x'", "b'x'"),
            ("bytearray", "b'x'", "bytearray(b'x')"),
            ("int", "5", "5"),
            ("float", "5", "5.0"),
            ("collections.deque", "[1]", "[1]"),
            ("collections.OrderedDict", "{1: 2}", "{1: 2}"),
        ):
            self.check(f"import collections\nclass Own({base}): pass\nvalue = Own({content})", f"Own({text})")
        self.check("from collections import namedtuple\nE = namedtuple('E', 'v until')\nvalue = E(b'x', 5)", "E(v=b'x', until=5)")

    def test_are_never_asked(self):
        # Whatever is called of these ends the test.
        refuse = """
def refuse(*_, **__):
    import os
    os._exit(9)
NAMES = '''repr str eq hash len iter getitem contains bool getattribute getattr format index int bytes
missing reversed call enter exit instancecheck subclasscheck'''.split()
ALL = {f'__{name}__': refuse for name in NAMES} | {'__class__': property(refuse), '__dict__': property(refuse)}
"""
        for base in ("", "dict", "list", "tuple", "set", "str", "bytes", "int", "float", "Exception"):
            bases = f"({base},)" if base else "()"
            source = f"{refuse}value = type('Own', {bases}, ALL)()"
            self.assertTrue(value_text(of_program(source).value).startswith("Own("), base)
        key = f"{refuse}import collections\nis_ready = False\ndef hash(self): return refuse() if is_ready else 1\n"
        key += "key = type('Key', (), ALL | {'__hash__': hash})()\nvalue = %s\nis_ready = True"
        for container in ("{key: key}", "[key]", "{key}", "collections.OrderedDict({key: 1, 2: 2})", "(key, key)"):
            self.assertIn("Key(", value_text(of_program(key % container).value))
        meta = """
ALL |= {f'__{name}__': property(refuse) for name in ('module', 'mro', 'bases')}
del ALL['__call__'], ALL['__dict__']
Meta = type('Meta', (type,), ALL)
value = type.__call__(Meta, 'Own', (), {})
values = [object.__new__(value)]
"""
        kind = of_program(refuse + meta)
        self.assertEqual(value_text(kind.values), "[Own()]")
        self.assertFalse(is_data(kind.value))

    def test_that_are_like_no_others_are_written_all_the_same(self):
        source = "class E: pass\nE.__module__ = 5\nvalue = E()"
        self.check(source, "<E>")


class ADictThatChanges(unittest.TestCase):
    def test_meanwhile_is_not_shown(self):
        for value in ({1: 2}, {1}, collections.deque([1, 2]), collections.OrderedDict({1: 2})):
            stop = threading.Event()

            def change(value=value):
                number = 0
                while not stop.is_set():
                    number += 1
                    if isinstance(value, dict):
                        value[number % 5000] = value.pop((number + 2500) % 5000, 0)
                    elif isinstance(value, set):
                        value ^= {number % 5000}
                    else:
                        value.append(value.popleft())

            thread = threading.Thread(target=change)
            thread.start()
            try:
                for _ in range(3000):
                    self.assertNotEqual(value_text(value), "<?>")
            finally:
                stop.set()
                thread.join()


class Raised(unittest.TestCase):
    def test_exceptions_are_written_as_python_does(self):
        for error in (
            ValueError("no\nnumber"), ValueError(), KeyError("k"), OSError(104, "Connection reset"),
            TimeoutError("timed out"), ValueError(5),
        ):
            text = f"{type(error).__name__}: {error}" if error.args else type(error).__name__
            self.assertEqual(raised_text(error), text)

    def test_those_of_the_program_are_not_asked(self):
        main = of_program("class Bad(Exception):\n def __str__(self): 1/0\nvalue = Bad(b'x', 1)")
        self.assertEqual(raised_text(main.value), "Bad(b'x', 1)")
        self.assertEqual(raised_text(ValueError(main.value)), "ValueError: Bad(b'x', 1)")
        self.assertEqual(len(raised_text(ValueError("x" * 1000))), CHARACTERS_MAX)


if __name__ == "__main__":
    unittest.main()

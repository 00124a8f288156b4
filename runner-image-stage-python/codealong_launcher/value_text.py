"""In the learner's process: writes a value as Python would, short, and without running the program's code.

A program's classes may print in `__repr__`, count in `__eq__`, or lock in a property: nothing of theirs
is called. So a type is looked at by the means of `type` alone, an object's fields are read from its
dict, and `isinstance` is not used, which asks an object for its `__class__`.
"""

import enum
import types
from _socket import socket as PlainSocket
from collections import Counter, OrderedDict, defaultdict, deque
from itertools import islice

#: How long a text may be, how many elements of a container are shown, and how deep.
CHARACTERS_MAX = 120
_ELEMENTS_MAX = 8
_LEVELS_MAX = 3
#: Longer ones are not converted: that takes time by the square of their length.
_INT_BITS_MAX = 400
#: The order of a larger OrderedDict is not looked at.
_ORDERED_MAX = 64
_CUT = "…"

_name_of = type.__dict__["__name__"].__get__
_module_of = type.__dict__["__module__"].__get__
_bases_of = type.__dict__["__mro__"].__get__
_class_dict_of = type.__dict__["__dict__"].__get__
_arguments_of = BaseException.__dict__["args"].__get__


def _ids(*kinds):
    return {id(kind) for kind in kinds}


# Types by their ids, which builtin ones keep: a class of the program may have a hash of its own.
_NOT_DATA = _ids(
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    type,
)
#: Whose hash is no code of the program's.
_HASHED = _ids(str, bytes, int)
#: Of these types, by their ids, a value that is the same object has the same text.
UNCHANGING = _ids(bool, int, float, complex, range, str, bytes, type(None))


def is_data(value):
    """Whether it is no module, function or class."""
    kind = type(value)
    return id(kind) not in _NOT_DATA and not issubclass(kind, type)


def may_change(value):
    """Whether its text says what it holds, and may so be another one later: not a lock's, nor a socket's."""
    kind = type(value)
    if kind is tuple:
        return any(id(type(element)) not in UNCHANGING for element in value[:_ELEMENTS_MAX])
    if id(kind) in _WRITERS:
        return id(kind) not in UNCHANGING
    return _is_of_program(kind) and is_data(value) and not issubclass(kind, (PlainSocket, enum.Enum))


def value_text(value):
    """The value's text, of at most 120 characters."""
    try:
        return _cut(_text(value, 0))
    except Exception:
        return "<?>"  # An object that its class has made unlike all others.


def raised_text(error):
    """An exception as Python says it, where that is known without asking the exception."""
    kind, arguments = type(error), _arguments_of(error)
    if _is_of_program(kind):
        return value_text(error)
    name = _name_of(kind)
    if not arguments:
        return name
    types_of = [type(argument) for argument in arguments]
    if types_of == [str] and kind is not KeyError:
        said = arguments[0][: CHARACTERS_MAX + 1]
    elif types_of == [int, str] and issubclass(kind, OSError):
        said = f"[Errno {_int(arguments[0], 0)}] {arguments[1][:CHARACTERS_MAX]}"
    else:
        said = _joined((_text(argument, 0) for argument in arguments), len(arguments))
    return _cut(f"{name}: {said}")


def instance_fields(value):
    """An object's fields, as its dict and its slots have them."""
    fields, has_dict = {}, False
    for base in _bases_of(type(value)):
        attributes = _class_dict_of(base)
        of_dict = attributes.get("__dict__")
        if of_dict is not None and not has_dict:
            has_dict = True
            if type(of_dict) is not types.GetSetDescriptorType:
                continue  # Code of the program's.
            own = of_dict.__get__(value)
            if type(own) is dict:
                fields = own | fields
        if "__slots__" in attributes:
            for name, slot in attributes.items():
                if type(slot) is types.MemberDescriptorType:
                    try:
                        fields.setdefault(name, slot.__get__(value))
                    except AttributeError:
                        pass  # Not set yet.
    return fields


def _cut(text):
    return text if len(text) <= CHARACTERS_MAX else text[: CHARACTERS_MAX - len(_CUT)] + _CUT


def _text(value, level):
    """The text of a value that stands in so many containers; it may be longer than is shown."""
    write = _WRITERS.get(id(type(value)))
    if write is not None:
        return write(value, level)
    if not is_data(value):
        return _nameless(value)
    return _object(value, level)


def _joined(texts, count):
    """Elements with commas between them: as many as are shown of so many."""
    parts, length = [], 0
    try:
        for text in islice(texts, _ELEMENTS_MAX):
            parts.append(text)
            length += len(text)
            if length > CHARACTERS_MAX:
                break
    except RuntimeError:
        return _CUT  # Another thread changes what they stand in.
    if len(parts) < count:
        parts.append(_CUT)
    return ", ".join(parts)


def _nameless(value):
    kind = type(value)
    if not issubclass(kind, type):
        return f"<{_name_of(kind)}>"
    module = _module(value)
    return f"<class '{_name_of(value) if module == 'builtins' else f'{module}.{_name_of(value)}'}'>"


def _plain(value, _level):
    return repr(value)


def _int(value, _level):
    bits = int.bit_length(value)
    return f"<int of {bits} bits>" if bits > _INT_BITS_MAX else int.__repr__(value)


def _range(value, _level):
    shown = [value.start, value.stop] if value.step == 1 else [value.start, value.stop, value.step]
    return f"range({', '.join(_int(number, 0) for number in shown)})"


def _string(value, _level):
    """Of a `str` or `bytes`."""
    return repr(value[: CHARACTERS_MAX + 1])


def _bytearray(value, _level):
    return f"bytearray({bytes(value[: CHARACTERS_MAX + 1])!r})"


def _elements(value, level):
    # A copy at once: another thread may change the list.
    shown = value[:_ELEMENTS_MAX]
    return _joined((_text(element, level + 1) for element in shown), len(value))


def _list(value, level):
    return "[]" if not value else f"[{_elements(value, level)}]" if level < _LEVELS_MAX else _CUT


def _tuple(value, level):
    if level >= _LEVELS_MAX and value:
        return _CUT
    return f"({_elements(value, level)}{',' if len(value) == 1 else ''})"


def _braces(elements, count, level):
    if not count:
        return "set()"
    if level >= _LEVELS_MAX:
        return _CUT
    return f"{{{_joined((_text(element, level + 1) for element in elements), count)}}}"


def _set(value, level):
    return _braces(value, len(value), level)


def _frozenset(value, level):
    return f"frozenset({_set(value, level) if value else ''})"


def _pairs(value):
    """What a dict of any type has, by the means of `dict` itself."""
    if type(value) is OrderedDict and len(value) <= _ORDERED_MAX:
        if all(id(type(key)) in _HASHED for key in list(dict.keys(value))):
            return OrderedDict.items(value)  # It asks for the hash of each key.
    return dict.items(value)


def _dict(value, level):
    count = dict.__len__(value)
    if level >= _LEVELS_MAX and count:
        return _CUT
    texts = (f"{_text(key, level + 1)}: {_text(element, level + 1)}" for key, element in _pairs(value))
    return f"{{{_joined(texts, count)}}}"


def _defaultdict(value, level):
    return f"defaultdict({_text(value.default_factory, level + 1)}, {_dict(value, level)})"


def _counter(value, level):
    return f"Counter({_dict(value, level) if value else ''})"


def _ordered_dict(value, level):
    if not value:
        return "OrderedDict()"
    if level >= _LEVELS_MAX:
        return _CUT
    texts = (f"({_text(key, level + 1)}, {_text(element, level + 1)})" for key, element in _pairs(value))
    return f"OrderedDict([{_joined(texts, len(value))}])"


def _deque(value, level):
    if level >= _LEVELS_MAX and value:
        return _CUT
    shown = _joined((_text(element, level + 1) for element in value), len(value))
    return f"deque([{shown}]" + (")" if value.maxlen is None else f", maxlen={value.maxlen})")


_WRITERS = {id(kind): _plain for kind in (bool, float, complex, type(None))} | {
    id(int): _int,
    id(range): _range,
    id(str): _string,
    id(bytes): _string,
    id(bytearray): _bytearray,
    id(list): _list,
    id(tuple): _tuple,
    id(dict): _dict,
    id(set): _set,
    id(frozenset): _frozenset,
    id(deque): _deque,
    id(OrderedDict): _ordered_dict,
    id(defaultdict): _defaultdict,
    id(Counter): _counter,
}


def _module(kind):
    module = _module_of(kind)
    return module if type(module) is str else ""


def _is_of_program(kind):
    return _module(kind) == "__main__"


def _object(value, level):
    kind = type(value)
    name = _name_of(kind)
    if issubclass(kind, PlainSocket):
        descriptor = PlainSocket.fileno(value)
        return f"<{name} closed>" if descriptor < 0 else f"<{name} fd={descriptor}>"
    if issubclass(kind, enum.Enum):
        member = instance_fields(value).get("_name_")
        return f"{name}.{member}" if type(member) is str else f"<{name}>"
    if issubclass(kind, BaseException):
        arguments = _arguments_of(value)
        return _CUT if level >= _LEVELS_MAX and arguments else f"{name}({_elements(arguments, level)})"
    if not _is_of_program(kind):
        return f"<{name}>"
    if level >= _LEVELS_MAX:
        return _CUT
    for base, write in _OF_BASES:
        if issubclass(kind, base):
            return f"{name}({write(value, level)})"
    has_all = all(base is object or _is_of_program(base) for base in _bases_of(kind))
    return f"{name}({_fields(instance_fields(value), has_all, level)})"


def _fields(fields, has_all, level):
    """What begins with `_` belongs to a library, where a base of the class does: it has not all."""
    hidden = "__" if has_all else "_"
    shown = [
        (name, field)
        for name, field in fields.items()
        if type(name) is str and not name.startswith(hidden) and is_data(field)
    ]
    return _joined((f"{name}={_text(field, level + 1)}" for name, field in shown), len(shown))


def _content_of_tuple(value, level):
    content = tuple.__getitem__(value, _ALL)
    for base in _bases_of(type(value)):
        names = _class_dict_of(base).get("_fields")
        if type(names) is tuple and len(names) == len(content):
            return _fields(dict(zip(names, content)), True, level)
    return _tuple(content, level)


_ALL, _FIRST = slice(None), slice(CHARACTERS_MAX + 1)

#: What an object has of the builtin class that its own is made of, by that one's means.
_OF_BASES = (
    (dict, _dict),
    (tuple, _content_of_tuple),
    (list, lambda value, level: _list(list.__getitem__(value, _FIRST), level)),
    (str, lambda value, level: _string(str.__getitem__(value, _FIRST), level)),
    (bytes, lambda value, level: _string(bytes.__getitem__(value, _FIRST), level)),
    (bytearray, lambda value, level: _bytearray(bytearray.__getitem__(value, _FIRST), level)),
    (int, _int),
    (float, lambda value, level: float.__repr__(value)),
    (set, lambda value, level: _braces(set.__iter__(value), set.__len__(value), level)),
    (frozenset, lambda value, level: _braces(frozenset.__iter__(value), frozenset.__len__(value), level)),
    (deque, lambda value, level: _list(list(islice(deque.__iter__(value), _ELEMENTS_MAX + 1)), level)),
)

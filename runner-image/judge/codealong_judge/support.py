"""A course's own modules, which its tests import from the package `support`."""

import sys
from importlib.machinery import ModuleSpec

#: And what tracebacks call the folder that its modules lie in.
PACKAGE = "support"


def install(sources):
    """Makes each module of `sources`, Python source by its name, importable as `support.<name>`.

    It is executed at its first import, and may import the others. Tracebacks name it
    `support/<name>.py`, which is no file.
    """
    if sources:
        # Before all others: no module of Python's own can take the name.
        sys.meta_path.insert(0, _Importer(sources))


class _Importer:
    """Finds and executes modules as `importlib` asks for them."""

    def __init__(self, sources):
        self._sources = sources

    def find_spec(self, name, _path=None, _target=None):
        if name == PACKAGE:
            return ModuleSpec(name, self, is_package=True)
        package, _, module = name.partition(".")
        if package != PACKAGE or module not in self._sources:
            return None
        spec = ModuleSpec(name, self, origin=f"{PACKAGE}/{module}.py")
        # So that it has a `__file__`, by which an import that fails names it.
        spec.has_location = True
        return spec

    def create_module(self, _spec):
        return None  # One as usual.

    def exec_module(self, module):
        _, _, name = module.__name__.partition(".")
        if name:
            code = compile(self._sources[name], module.__file__, "exec", dont_inherit=True)
            exec(code, vars(module))

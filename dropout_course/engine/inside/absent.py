"""What stands in for an array library that an exercise does not use.

Importing it costs nothing, as long as nothing of it is used: what is used says what to do.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any, NoReturn

LIBRARIES = ("torch", "tensorflow", "jax", "keras")


class _Absent:
    """A name of an absent library: it may be imported and named, and not used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self._name}.{name}")

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        library = self._name.partition(".")[0]
        raise ModuleNotFoundError(
            f"this exercise is to be done in NumPy; {library} is not available: write what "
            f"{self._name} does with NumPy",
            name=library,
        )

    __call__ = __mro_entries__ = __enter__ = __getitem__ = __iter__ = __or__ = _refuse


class _Module(types.ModuleType):
    """An absent library or a part of it."""

    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] in LIBRARIES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def stand_in() -> None:
    """Let the import of other array libraries give what can't be used."""
    sys.meta_path.insert(0, _Finder())


def forget() -> None:
    """Take the stand-ins out of `sys.modules`, where SciPy and others look for the real ones."""
    for name in [name for name, module in sys.modules.items() if isinstance(module, _Module)]:
        del sys.modules[name]

"""What stands in for a library that an exercise does not use.

Importing it costs nothing, as long as nothing of it is used: what is used says what to do. In a
NumPy chapter that holds for other array libraries, installed or not, and everywhere for what is
often imported at the top of a notebook and not installed where it is graded. The bars of tqdm can
be used as well, for they change nothing but what is seen. An import that the code itself guards by
``except ImportError`` fails, for then there is another way.
"""

from __future__ import annotations

import ast
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import sys
import types
from typing import Any, NoReturn

from dropout_course.engine.inside import bars

ARRAYS = ("torch", "torchvision", "tensorflow", "jax", "keras", "cupy")
OFTEN = ("pandas", "seaborn", "plotly", "sympy", "numba", "tqdm", "statsmodels", "sklearn", "cv2")
READERS = ("import_ipynb", "nbimporter", "importnb", "ipynb")  # of notebooks as modules
GUARDS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


_made: set[str] = set()  # names of stand-ins that may be in `sys.modules`


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
        if library in ARRAYS:
            text = f"this exercise is to be done in NumPy; {library} is not available: write what "
            text += f"{self._name} does with NumPy"
        else:
            text = f"{library} is not installed where notebooks are graded: do without {self._name}"
        raise ModuleNotFoundError(text, name=library)

    __call__ = __mro_entries__ = __enter__ = __getitem__ = __iter__ = __or__ = _refuse


class _Module(types.ModuleType):
    """An absent library or a part of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__.partition(".")[0] == "tqdm" and name in bars.NAMES:
            return bars.NAMES[name]
        return _Absent(f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, libraries: tuple[str, ...]) -> None:
        self._libraries = libraries

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        library = name.partition(".")[0]
        if library not in self._libraries:
            return None
        asking = sys._getframe(1)
        if _only_asks(asking):
            return None
        if _guarded(asking):
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        _made.add(spec.name)
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _Last(importlib.abc.MetaPathFinder):
    """Stands behind all other finders, and says what to do about what none of them found."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Find nothing."""
        asking = sys._getframe(1)
        if "." in name or _only_asks(asking) or _guarded(asking):
            return
        if any(os.path.isfile(os.path.join(place, f"{name}.ipynb")) for place in ("", *sys.path)):
            todo = f"a notebook can't be imported: write %run {name}.ipynb, or put what you need "
            todo += f"of it into {name}.py, beside this notebook"
        elif name in READERS:
            todo = "it is not installed where notebooks are graded: write %run other.ipynb, or put "
            todo += "what you import into other.py, beside this notebook"
        else:
            todo = f"if it is yours, hand in {name}.py beside the notebook; if it is a library, do "
            todo += "without: it is not installed where notebooks are graded"
        raise ModuleNotFoundError(f"No module named {name!r}: {todo}", name=name)


def _only_asks(frame: types.FrameType | None) -> bool:
    """Whether `importlib.util.find_spec` was called, which imports nothing."""
    while frame and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_filename == "<frozen importlib.util>":
            return True
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "find_spec"


def _guarded(frame: types.FrameType | None) -> bool:
    """Whether the statement that imports is ready for what can't be imported.

    A library that is installed probes for others in many ways, and gets the truth.
    """
    while frame and frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    if frame is None or "-packages" in frame.f_code.co_filename:
        return True
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return False
    return any(
        statement.lineno <= frame.f_lineno <= (statement.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Try, ast.TryStar)) and any(map(_catches, node.handlers))
        for statement in node.body
    )


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in GUARDS for kind in kinds)


def stand_in(library: str) -> None:
    """Let the import of libraries that are absent give what can't be used.

    Parameters
    ----------
    library
        What the notebook may use, ``numpy`` or ``torch``.
    """
    if library == "numpy":
        sys.meta_path.insert(0, _Finder(ARRAYS))
        _deny(ARRAYS)
    sys.meta_path.append(_Finder(OFTEN))
    sys.meta_path.append(_Last())


def _deny(libraries: tuple[str, ...]) -> None:
    """Let `importlib.util.find_spec` say that they are not there, where they are installed too."""
    find_spec = importlib.util.find_spec

    @functools.wraps(find_spec)
    def asked(name: str, package: str | None = None) -> importlib.machinery.ModuleSpec | None:
        return None if name.partition(".")[0] in libraries else find_spec(name, package)

    importlib.util.find_spec = asked


def forget() -> None:
    """Take the stand-ins out of `sys.modules`, where SciPy and others look for the real ones."""
    # not by a look at all modules: each would be copied for it, in a fork that shares them
    while _made:
        if isinstance(sys.modules.get(name := _made.pop()), _Module):
            del sys.modules[name]

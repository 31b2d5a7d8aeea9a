"""What of the course's package a graded notebook can import, and what stands in for the rest.

The files that answer an exercise are out of a jail's sight; this says why, in a sentence, where an
import would end in a bare "No module named". So it protects nothing by itself.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Collection
from typing import Any

PACKAGE = "dropout_course"
LAB = f"{PACKAGE}.lab."


class _OutOfReach(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands before the finders of Python, and answers for the modules that are kept out."""

    def __init__(self, shown: Collection[str]) -> None:
        self._shown = frozenset(shown)

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Pass over what is shown; give a stand-in for a part of the lab; refuse the rest."""
        if not name.startswith(f"{PACKAGE}.") or self._is_shown(name):
            return None
        if name.startswith(LAB) and not name.rpartition(".")[2].startswith("_"):
            return importlib.machinery.ModuleSpec(name, self)
        # Without a name: one that is named is passed over by ``from dropout_course import …``.
        raise ModuleNotFoundError(
            f"{name} judges answers, so it is not there at grading; your notebook needs "
            f"{PACKAGE}.check and {PACKAGE}.lab alone: leave this import out"
        )

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Give a module whose import costs nothing, and whose use says why it is empty."""
        return _Demonstration(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Leave the stand-in as it is."""

    def _is_shown(self, name: str) -> bool:
        while name != PACKAGE:
            if name in self._shown:
                return True
            name = name.rpartition(".")[0]
            if name in (f"{PACKAGE}.engine", f"{PACKAGE}.lab"):  # not all that is in these
                return False
        return False


class _Demonstration(types.ModuleType):
    """A part of the lab that answers an exercise of the chapter, or belongs to another one."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"{self.__name__}.{name} is not there at grading, where our demonstrations are not "
            "run: write what your answer needs of it in your own cells"
        )


def keep_to(shown: Collection[str]) -> None:
    """Let these modules of the course be imported, and those below them, and no others.

    Parameters
    ----------
    shown
        Full names. Of ``dropout_course.engine`` and ``dropout_course.lab`` each part is named.
    """
    from dropout_course.engine.inside import unchecked

    sys.meta_path.insert(0, _OutOfReach(shown))
    setattr(sys.modules[PACKAGE], "check", unchecked.check)  # noqa: B010 - as a notebook sees it

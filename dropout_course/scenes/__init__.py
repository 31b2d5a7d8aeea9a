"""What a check plays on a student's names where one plain call is not enough.

A scene is a plain function ``scene(ns, **plain) -> plain``: it takes the names that the student
has defined, builds what it needs from them, exercises it and returns what happened. It knows no
expected answer; a law does. A chapter's scenes stand in its module here, in ``SCENES``; in
``FUNCTIONS`` stand the functions that a check may hand to an answer as an argument, by name:
``function("linear")(a=2.0)`` is the function ``z -> 2 * z``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import lru_cache
from typing import Any


def scene(name: str) -> Callable[..., Any]:
    """Give the scene of this name; `LookupError` if there is none."""
    return _all()[0][name]


def function(name: str) -> Callable[..., Any]:
    """Give what makes the function of this name; `LookupError` if there is none."""
    return _all()[1][name]


@lru_cache(maxsize=1)
def _all() -> tuple[dict[str, Callable[..., Any]], dict[str, Callable[..., Any]]]:
    scenes: dict[str, Callable[..., Any]] = {}
    functions: dict[str, Callable[..., Any]] = {}
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        for known, more in ((scenes, "SCENES"), (functions, "FUNCTIONS")):
            new = getattr(module, more, {})
            if twice := known.keys() & new.keys():
                raise ValueError(f"the name {min(twice)!r} stands twice in the scenes: rename one")
            known.update(new)
    return scenes, functions

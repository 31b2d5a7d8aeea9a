"""Answers without thought, which must earn next to nothing: zeros, noise, the first argument."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def first_argument(*args: Any, **kwargs: Any) -> Any:
    """Give the first argument back."""
    return args[0]


def zeros(*args: Any, **kwargs: Any) -> Any:
    """Give zeros of the shape of the first argument."""
    return np.zeros_like(np.asarray(args[0], dtype=np.float64))


def ones(*args: Any, **kwargs: Any) -> Any:
    """Give ones of the shape of the first argument."""
    return np.ones_like(np.asarray(args[0], dtype=np.float64))


def noise(*args: Any, **kwargs: Any) -> Any:
    """Give noise of the shape of the first argument."""
    return np.random.default_rng(len(args)).normal(size=np.shape(args[0]))


def nothing(*args: Any, **kwargs: Any) -> Any:
    """Give None."""
    return None


def all_true(*args: Any, **kwargs: Any) -> Any:
    """Give a mask that keeps everything."""
    shape = args[0] if isinstance(args[0], tuple) else np.shape(args[0])
    return np.ones(shape, dtype=bool)


def false(*args: Any, **kwargs: Any) -> Any:
    """Give False."""
    return False


def one_half(*args: Any, **kwargs: Any) -> Any:
    """Give 0.5."""
    return 0.5


UNTHINKING = (first_argument, zeros, ones, noise, nothing, all_true, false, one_half)


def unthinking(reference: Mapping[str, Any], answer: Callable[..., Any]) -> dict[str, Any]:
    """Give the names of a reference, each of which answers without thought."""
    names: dict[str, Any] = {}
    for name, right in reference.items():
        if not inspect.isclass(right):
            names[name] = answer
            continue
        methods = {
            method: (lambda self, *a, **k: answer(*a, **k) if a else None)
            for method in vars(right)
            if not method.startswith("__")
        }
        names[name] = type(name, (), {"__init__": lambda self, *a, **k: None, **methods})
    return names

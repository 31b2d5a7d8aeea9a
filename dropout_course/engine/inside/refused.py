"""What a function returned that is no plain data, and what to write instead, in words."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterator
from typing import Any

_INSTEAD: dict[type, str] = {
    type({}.keys()): "write set(d.keys()) or list(d.keys())",
    type({}.values()): "write list(d.values())",
    type({}.items()): "write list(d.items())",
    map: "write list(map(...))",
    filter: "write list(filter(...))",
    zip: "write list(zip(...))",
    enumerate: "write list(enumerate(...))",
    reversed: "write list(reversed(...))",
    range: "write list(range(...))",
    deque: "write list(...) around it",
    memoryview: "write np.array(...) around it",
    types.GeneratorType: "write list(...) around it, or use return in place of yield",
    types.CoroutineType: "leave out async, or write await before the call",
    types.ModuleType: "return a value that you computed",
    type: "call it, with parentheses, or return a value that you computed",
    complex: "return a real number, such as its .real",
}
_CALLED = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def instead(value: Any, *, inside: bool = False) -> str:
    """Say of which type a value is that can't be judged, and what to write, to follow "returned".

    Parameters
    ----------
    value
        Anything; nothing of it is called, for it may be a stranger's.
    inside
        Whether it is a part of what was returned.
    """
    kind = type(value)
    said = f"{'something that holds ' if inside else ''}a value of type {kind.__name__}"
    advice = _INSTEAD.get(kind, "")
    if not advice and issubclass(kind, Iterator):
        advice = "write list(...) around it"
    if not advice and issubclass(kind, _CALLED):
        advice = "call it, with parentheses, or return a value that you computed"
    if not advice and issubclass(kind, BaseException):
        advice = "write raise in place of return"
    return f"{said}: {advice}" if advice else said

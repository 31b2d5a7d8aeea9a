"""What a function returned that is no plain data, and what to write instead, in words."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterator
from typing import Any

_OR_SET = ", or set(...) where a set is asked for"
_INSTEAD: dict[type, str] = {
    type({}.keys()): "write list(d.keys()), or set(d.keys()) where a set is asked for",
    type({}.values()): f"write list(d.values()){_OR_SET}",
    type({}.items()): f"write list(d.items()){_OR_SET}",
    map: f"write list(map(...)){_OR_SET}",
    filter: f"write list(filter(...)){_OR_SET}",
    zip: f"write list(zip(...)){_OR_SET}",
    enumerate: f"write list(enumerate(...)){_OR_SET}",
    reversed: "write list(reversed(...))",
    range: f"write list(range(...)){_OR_SET}",
    deque: "write list(...) around it",
    memoryview: "write np.array(...) around it",
    types.GeneratorType: f"write list(...) around it{_OR_SET}",
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
    description = f"{'something that holds ' if inside else ''}a value of type {kind.__name__}"
    advice = _INSTEAD.get(kind, "")
    if not advice and issubclass(kind, Iterator):
        advice = f"write list(...) around it{_OR_SET}"
    if not advice and issubclass(kind, _CALLED):
        advice = "call it, with parentheses, or return a value that you computed"
    if not advice and issubclass(kind, BaseException):
        advice = "write raise in place of return"
    return f"{description}: {advice}" if advice else description

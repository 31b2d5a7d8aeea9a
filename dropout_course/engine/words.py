"""Values and calls as text that a student can read, and paste into a cell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dropout_course.engine.inside import codec
from dropout_course.engine.student import Call

WIDTH = 88
BREAK = " \N{RETURN SYMBOL} "  # where a text that is shown on one line had a line break
MANY = 24  # an array of more elements is described, not written out
LONGEST = 400


def clean(text: str) -> str:
    """Replace what could steer a terminal; a student's string ends up in an instructor's."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def one_line(text: str) -> str:
    """Clean a text and write it on one line, so that it can't look like another line of ours."""
    lines = (line.strip() for line in text.splitlines())
    return clean(BREAK.join(line for line in lines if line))


def show(value: Any) -> str:
    """Write a value in one line, or, for a large array, what it is and how it begins.

    Small arrays are written so that they can be pasted: ``np.array([1.0, 0.0])``.
    """
    return one_line(_show(value))[:LONGEST]


def _show(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return _number(value.item())
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, (tuple, list)) and not isinstance(value, str):
        inner = ", ".join(_show(item) for item in value[:8]) + (", …" if len(value) > 8 else "")
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(_show(item) for item in value)) + "}" if value else "set()"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_show(v)}" for k, v in list(value.items())[:8]) + "}"
    if isinstance(value, codec.Rng):
        return f"np.random.default_rng({value.seed})"
    if isinstance(value, codec.Fn):
        return (
            "<" + value.name + "".join(f", {k}={_show(v)}" for k, v in value.params.items()) + ">"
        )
    if isinstance(value, str) and type(value) is not str:
        return str(value)
    return repr(value)[:LONGEST]


def _number(value: Any) -> str:
    if not isinstance(value, float):
        return repr(value)
    if math.isfinite(value):
        return f"{value:.6g}"
    return "np.nan" if math.isnan(value) else "np.inf" if value > 0 else "-np.inf"


def _array(array: np.ndarray) -> str:
    dtype = "" if array.dtype in (np.float64, np.bool_, np.int64) else f", dtype=np.{array.dtype}"
    if array.size <= MANY:
        return f"np.array({_nested(array.tolist())}{dtype})"
    shape = "x".join(map(str, array.shape))
    head = ", ".join(_number(v) for v in array.reshape(-1)[:3].tolist())
    return f"<array of shape {shape}, {array.dtype}: {head}, …>"


def _nested(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_nested, value)) + "]"
    if isinstance(value, float) and abs(value) < 1e15 and value == int(value):
        return f"{value:.1f}"
    return _number(value)


def show_call(call: Call) -> str:
    """Write a call over as many lines as it needs."""
    named = [*(("", a) for a in call.args), *((f"{k}=", v) for k, v in call.kwargs.items())]
    words = [prefix + show(value) for prefix, value in named]
    line = f"{call.name}({', '.join(words)})"
    if len(line) <= WIDTH:
        return line
    return f"{call.name}(\n" + "".join(f"    {word},\n" for word in words) + ")"

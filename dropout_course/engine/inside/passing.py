"""Plain data handed over within one process: what the codec would give, without its bytes.

To write a message and to read it takes longer than most answers do, and in a notebook both sides
are one process. A value of the usual kinds is copied here as a message would have copied it; all
else, and whatever comes near a limit, takes the codec's way. A test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dropout_course.engine.inside.layouts import (
    INT64,
    MAX_DEPTH,
    MAX_RANK,
    NAMES,
    CodecError,
    Fn,
    Rng,
    laid_out,
    layout,
)
from dropout_course.engine.inside.reading import decode
from dropout_course.engine.inside.writing import encode, encode_all

# Of what is handed over at once; far below the limits of a message.
MOST_BYTES, MOST_PARTS = 16 << 20, 8000
PART = 8  # bytes that a part of a value takes in a message, about
CHARACTERS = 32  # of a text that count as one more part
_DTYPES = {dtype: dtype for dtype in NAMES}
_UNCHANGED = frozenset([bool, float, type(None), *(dtype.type for dtype in NAMES)])


class _Unusual(Exception):
    """The codec must say what becomes of this value."""


class _Hand:
    """Hands values over, and counts what they take.

    Parameters
    ----------
    make
        Makes an `Rng` or `Fn` into what it stands for; without it they are unusual.
    layouts
        Whether arrays keep their memory layout, and may be written to where they could be.
    """

    def __init__(self, make: Callable[[Any], Any] | None, layouts: bool) -> None:
        self._make, self._layouts = make, layouts
        self.bytes, self.parts = 0, 0

    def over(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _UNCHANGED:
            return value
        if kind is np.ndarray:
            return self._array(value)
        if kind is str:
            return self._text(value)
        if kind is int:
            if -INT64 <= value < INT64:
                return value
            raise _Unusual
        if kind is tuple or kind is list or kind is dict:
            return self._container(kind, value, depth + 1)
        if (kind is Rng or kind is Fn) and self._make:
            if kind is Rng:
                return self._make(value)
            return self._make(Fn(value.name, self.over(value.params, depth + 1)))
        raise _Unusual

    def _text(self, value: str) -> str:
        self.parts += len(value) // CHARACTERS
        if self.parts > MOST_PARTS:
            raise _Unusual
        return value

    def _array(self, value: np.ndarray) -> np.ndarray:
        dtype = value.dtype
        # of another name of the same type, or of other metadata, the codec makes the usual one
        if _DTYPES.get(dtype) is not dtype or value.ndim > MAX_RANK:
            raise _Unusual
        self.bytes += value.nbytes
        if self.bytes > MOST_BYTES:
            raise _Unusual
        made, flags = value.copy(), value.flags
        if not self._layouts:
            made.flags.writeable = False
            return made
        if not flags.c_contiguous:
            made = laid_out(made, layout(value))
        if not flags.writeable:
            made.flags.writeable = False
        return made

    def _container(self, kind: type, value: Any, depth: int) -> Any:
        self.parts += len(value)
        if self.parts > MOST_PARTS or depth > MAX_DEPTH:
            raise _Unusual
        over = self.over
        if kind is dict:
            if any(type(key) is not str for key in value):
                raise _Unusual
            return {self._text(key): over(item, depth) for key, item in value.items()}
        items = [over(item, depth) for item in value]
        return items if kind is list else tuple(items)


def arguments(value: Any, make: Callable[[Any], Any]) -> Any:
    """Hand a request over: what `decode` with `make` gives of what `encode` gave.

    Raises
    ------
    CodecError
        Something in it is no plain data.
    """
    try:
        return _Hand(make, layouts=True).over(value, 0)
    except _Unusual:
        return decode(encode(value), make)


def reply(value: Any, instead: Callable[[CodecError], Any]) -> tuple[Any, int]:
    """Hand a reply over: what `decode` without layouts gives of what `encode_all` gave.

    Returns
    -------
    value, size
        The size is about that of the message, in bytes.

    Raises
    ------
    CodecError
        A message with it could not be read.
    """
    hand = _Hand(None, layouts=False)
    try:
        return hand.over(value, 1), hand.bytes + PART * (1 + hand.parts)
    except _Unusual:
        pass
    try:
        message = encode_all([value], instead)
    except CodecError as error:  # too much for any message
        return instead(error), PART
    return decode(message, layouts=False)[0], len(message)

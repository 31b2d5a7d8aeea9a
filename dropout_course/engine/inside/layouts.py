"""What the two halves of the codec share: limits, kinds of argument, and memory layouts."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DTYPES = frozenset(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
DTYPES |= {"c8", "c16"}
BY_NAME = {name: np.dtype("<" + name) for name in DTYPES}
NAMES = {dtype: name for name, dtype in BY_NAME.items()}
MAX_BYTES = 64 << 20
MAX_HEADER = 1 << 20
MAX_DEPTH = 16
MAX_NODES = 50_000
MAX_RANK = 16
MAX_SET = 1000  # in all sets together: chosen integers collide, and then it takes minutes
MAX_BITS = 1024  # of an integer
INT64 = 1 << 63
FROZEN = "!"  # behind the layout of an array that arrives read-only
SIZE = struct.Struct("<I")
ALIGN = 16  # every array starts at a multiple of this, so that decoding needs no copy


class CodecError(ValueError):
    """A value that can't be sent, or bytes that are no message."""


@dataclass(frozen=True)
class Rng:
    """Stands for ``numpy.random.default_rng(seed)``, made by the receiver."""

    seed: int


@dataclass(frozen=True)
class Fn:
    """Stands for the function ``name`` of `dropout_course.scenes`, made by the receiver."""

    name: str
    params: dict[str, Any] = field(default_factory=dict)


def layout(array: np.ndarray) -> str:
    """Name the memory layout of an array: ``C``, ``F``, ``R`` (reversed) or ``S`` (strided)."""
    if array.flags.c_contiguous:
        return "C"
    if array.flags.f_contiguous:
        return "F"
    return "R" if any(step < 0 for step in array.strides) else "S"


def laid_out(array: np.ndarray, how: str) -> np.ndarray:
    """Return a copy in the memory layout `how`, to write to.

    Parameters
    ----------
    array
        C-contiguous, of any shape.
    how
        One of the names that `layout` gives.
    """
    if how == "C" or array.ndim == 0:
        return array.copy()
    if how == "F":
        return array.copy("F")
    if how == "R":
        return array[::-1].copy()[::-1]
    if how == "S":
        room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        room[..., ::2] = array
        return room[..., ::2]
    raise CodecError(f"there is no memory layout {how!r}")

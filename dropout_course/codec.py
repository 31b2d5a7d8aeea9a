"""Plain data as bytes, and back: the form in which values cross between two processes.

A message is a little-endian ``u32``, a JSON header of that many bytes, and the raw bytes of its
arrays. Nothing in it can run code, every size is checked before memory is taken, and each value
comes back as the type that it was: ``None``, ``bool``, ``int``, ``float``, ``str``, ``tuple``,
``list``, ``set``, ``dict`` with string keys, NumPy scalar, NumPy array, torch tensor.

An array keeps its memory layout (C, Fortran, strided, reversed), and what is decoded is read-only,
so that a function that writes to its argument fails where it does so. The same codec carries
arguments and results in a notebook and at grading: a check sees the same values in both.

Two kinds of argument are made on the other side, because they are not data: a fresh random
generator (`Rng`) and a named function (`Fn`).
"""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DTYPES = frozenset(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
DTYPES |= {"c8", "c16"}
MAX_BYTES = 64 << 20
MAX_HEADER = 1 << 20
MAX_DEPTH = 16
MAX_NODES = 50_000
MAX_RANK = 16
MAX_SET = 1000  # chosen integers collide in a set: without a bound it takes minutes to build
_ALIGN = 16  # every array starts at a multiple of this, so that decoding needs no copy


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
    """Return the same values in the memory layout `how`, read-only.

    Parameters
    ----------
    array
        C-contiguous, of any shape.
    how
        One of the names that `layout` gives.
    """
    if how == "C" or array.ndim == 0:
        out = array.view()
    elif how == "F":
        out = np.asfortranarray(array)
    elif how == "R":
        out = array[::-1].copy()[::-1]
    elif how == "S":
        room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        room[..., ::2] = array
        out = room[..., ::2]
    else:
        raise CodecError(f"there is no memory layout {how!r}")
    out.flags.writeable = False
    return out


# --- values to bytes ------------------------------------------------------------------------


class _Writer:
    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.at = 0
        self.nodes = 0

    def blob(self, array: np.ndarray) -> list[Any]:
        dtype = array.dtype.newbyteorder("<").str[1:]
        if dtype not in DTYPES:
            raise CodecError(f"an array of dtype {array.dtype}")
        if array.ndim > MAX_RANK:
            raise CodecError(f"an array of {array.ndim} dimensions")
        if self.at + array.nbytes > MAX_BYTES:
            raise CodecError(f"more than {MAX_BYTES >> 20} MB of arrays")
        raw = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        start = self.at
        pad = -len(raw) % _ALIGN
        self.parts += [raw, b"\0" * pad]
        self.at += len(raw) + pad
        return [dtype, list(array.shape), start]

    def node(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise CodecError("a value nested too deeply")
        if self.nodes > MAX_NODES:
            raise CodecError("a value of too many parts")
        if value is None or value is True or value is False:
            return value
        if isinstance(value, np.ndarray):
            array = np.asarray(value)
            return ["a", *self.blob(array), layout(array)]
        if isinstance(value, np.generic):
            return ["g", *self.blob(np.asarray(value))]
        if isinstance(value, str):
            return ["s", str(value)]
        if isinstance(value, int):
            if value.bit_length() > 1024:
                raise CodecError("an integer of more than 1024 bits")
            return ["i", hex(value)]
        if isinstance(value, float):
            return ["f", float(value).hex()]
        return self.container(value, depth)

    def container(self, value: Any, depth: int) -> Any:
        for kind, of in (("l", list), ("t", tuple), ("e", (set, frozenset))):
            if isinstance(value, of):
                return [kind, [self.node(item, depth + 1) for item in value]]
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise CodecError("a dict with keys that are not strings")
            return ["d", [[str(k), self.node(v, depth + 1)] for k, v in value.items()]]
        if isinstance(value, Rng):
            return ["r", value.seed]
        if isinstance(value, Fn):
            return ["F", value.name, self.node(value.params, depth + 1)]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return ["T", *self.blob(value.detach().cpu().resolve_conj().resolve_neg().numpy())]
        raise CodecError(f"a value of type {type(value).__name__}")


def encode(value: Any) -> bytes:
    """Turn a value into bytes.

    Raises
    ------
    CodecError
        The value, or something in it, is no plain data, or is too large. The message completes
        the sentence "it returned …".
    """
    writer = _Writer()
    tree = writer.node(value, 0)
    header = json.dumps([tree, writer.at], separators=(",", ":")).encode()
    if len(header) > MAX_HEADER:
        raise CodecError("a value of too many parts")
    header += b" " * (-(len(header) + 4) % _ALIGN)
    return struct.pack("<I", len(header)) + header + b"".join(writer.parts)


# --- bytes to values ------------------------------------------------------------------------


class _Reader:
    def __init__(self, body: memoryview, make: Callable[[Any], Any] | None, layouts: bool) -> None:
        self.body = body
        self.layouts = layouts
        self.make = make
        self.nodes = 0
        self.laid_out = 0

    def blob(self, dtype: Any, shape: Any, start: Any) -> np.ndarray:
        if dtype not in DTYPES:
            raise CodecError("an unknown dtype")
        if not isinstance(shape, list) or len(shape) > MAX_RANK:
            raise CodecError("a bad shape")
        if not all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape) or type(start) is not int:
            raise CodecError("a bad shape")
        kind = np.dtype("<" + dtype)
        count = math.prod(shape)
        # Several arrays may name the same bytes, and a layout may copy them: count what is made.
        self.laid_out += count * kind.itemsize
        if self.laid_out > MAX_BYTES:
            raise CodecError(f"more than {MAX_BYTES >> 20} MB of arrays")
        if start < 0 or start % _ALIGN or start + count * kind.itemsize > len(self.body):
            raise CodecError("an array outside its message")
        return np.frombuffer(self.body, kind, count, start).reshape(shape)

    def node(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise CodecError("a value nested too deeply, or of too many parts")
        if node is None or node is True or node is False:
            return node
        if not isinstance(node, list) or not node:
            raise CodecError("an unknown part")
        kind, *rest = node
        if kind == "a":
            *where, how = rest
            return laid_out(self.blob(*where), how if self.layouts else "C")
        if kind == "g":
            return self.blob(*rest)[()]
        if kind == "T":
            return self.tensor(self.blob(*rest))
        if kind == "r" or kind == "F":
            return self.made(kind, rest, depth)
        (content,) = rest
        if kind in ("s", "i", "f"):
            if not isinstance(content, str):
                raise CodecError("a bad scalar")
            return _SCALARS[kind](content)
        return self.container(kind, content, depth)

    def container(self, kind: str, content: Any, depth: int) -> Any:
        if not isinstance(content, list):
            raise CodecError("a bad container")
        if kind == "d":
            pairs = [(key, self.node(value, depth + 1)) for key, value in content]
            if not all(isinstance(key, str) for key, _ in pairs):
                raise CodecError("a dict with keys that are not strings")
            return dict(pairs)
        make = {"l": list, "t": tuple, "e": set}.get(kind)
        if make is None:
            raise CodecError("an unknown kind")
        if make is set and len(content) > MAX_SET:
            raise CodecError("a set of too many parts")
        return make([self.node(item, depth + 1) for item in content])

    def made(self, kind: str, rest: list[Any], depth: int) -> Any:
        if self.make is None:
            raise CodecError("something that is no data")
        if kind == "r":
            (seed,) = rest
            if type(seed) is not int or seed < 0:
                raise CodecError("a bad seed")
            return self.make(Rng(seed))
        name, params = rest
        return self.make(Fn(name, self.node(params, depth + 1)))

    @staticmethod
    def tensor(array: np.ndarray) -> Any:
        # A reply must not make the receiver load torch: that costs seconds and 200 MB.
        torch = sys.modules.get("torch")
        if torch is None:
            raise CodecError("a torch tensor, where NumPy is asked for")
        return torch.from_numpy(array.copy())


def _integer(text: str) -> int:
    if len(text) > 300:
        raise CodecError("an integer of more than 1024 bits")
    return int(text, 16)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "s": str,
    "i": _integer,
    "f": lambda text: float.fromhex(text[:64]),
}


def decode(
    data: bytes | memoryview,
    make: Callable[[Any], Any] | None = None,
    layouts: bool = True,
) -> Any:
    """Turn bytes back into the value.

    Parameters
    ----------
    data
        What `encode` gave; or anything: bytes from a hostile process are expected here.
    make
        Turns an `Rng` or `Fn` into what it stands for. Without it, they are refused.
    layouts
        Whether arrays get the memory layout that is asked for, which takes a copy each.

    Raises
    ------
    CodecError
        The bytes are no message of ours. No other exception leaves this function.
    """
    try:
        view = memoryview(data)
        if not 4 <= len(view) <= MAX_BYTES + MAX_HEADER + 64:
            raise CodecError("a message of a bad size")
        (size,) = struct.unpack_from("<I", view)
        if size > MAX_HEADER + _ALIGN or 4 + size > len(view):
            raise CodecError("a message with a bad header")
        header = json.loads(bytes(view[4 : 4 + size]), parse_constant=_refuse)
        tree, length = header
        body = view[4 + size :]
        if length != len(body):
            raise CodecError("a message of a bad size")
        return _Reader(body, make, layouts).node(tree, 0)
    except CodecError:
        raise
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise CodecError(f"a message that can't be read ({type(error).__name__})") from None
    except (RecursionError, MemoryError, struct.error):
        raise CodecError("a message that can't be read (too large or too deep)") from None


def _refuse(constant: str) -> None:
    raise CodecError(f"a bare {constant} in a header")

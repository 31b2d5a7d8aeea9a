"""Plain data as bytes, and back: the form in which values cross between two processes.

A message is a little-endian ``u32``, a JSON header of that many bytes, and the raw bytes of its
arrays. Nothing in it can run code, every size is checked before memory is taken, and each value
comes back as the type that it was: ``None``, ``bool``, ``int``, ``float``, ``str``, ``tuple``,
``list``, ``set``, ``dict`` with string keys, NumPy scalar, NumPy array, torch tensor. In the
header None, booleans, strings, finite floats and integers of 64 bits are JSON's own; everything
else is a list that begins with the letter of its kind.

An array keeps its memory layout (C, Fortran, strided, reversed). One that is read-only arrives so,
and a function that writes to it fails where it does so; any other arrives as a copy to write to.
The same codec carries arguments and results in a notebook and at grading: a check sees the same
values in both.

Two kinds of argument are made on the other side, because they are not data: a fresh random
generator (`Rng`) and a named function (`Fn`).
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

DTYPES = frozenset(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
DTYPES |= {"c8", "c16"}
_BY_NAME = {name: np.dtype("<" + name) for name in DTYPES}
_NAMES = {dtype: name for name, dtype in _BY_NAME.items()}
MAX_BYTES = 64 << 20
MAX_HEADER = 1 << 20
MAX_DEPTH = 16
MAX_NODES = 50_000
MAX_RANK = 16
MAX_SET = 1000  # in all sets together: chosen integers collide, and then it takes minutes
MAX_BITS = 1024  # of an integer
_INT64 = 1 << 63
FROZEN = "!"  # behind the layout of an array that arrives read-only
_SIZE = struct.Struct("<I")
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


# --- values to bytes ------------------------------------------------------------------------


class _Writer:
    """Turns one value into a tree for the header, and collects the bytes of its arrays."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.at = 0
        self.nodes = 0

    def blob(self, kind: str, array: np.ndarray) -> list[Any]:
        name = _NAMES.get(array.dtype)
        if name is None:
            array, name = _little_endian(array)
        if array.ndim > MAX_RANK:
            raise CodecError(f"an array of {array.ndim} dimensions")
        if self.at + array.nbytes > MAX_BYTES:
            raise CodecError(f"more than {MAX_BYTES >> 20} MB of arrays")
        raw = array.tobytes()
        start = self.at
        self.parts.append(raw)
        if pad := -len(raw) % _ALIGN:
            self.parts.append(b"\0" * pad)
        self.at += len(raw) + pad
        return [kind, name, list(array.shape), start]

    def node(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise CodecError("a value nested too deeply")
        if self.nodes > MAX_NODES:
            raise CodecError("a value of too many parts")
        # Most values are of these very types; subclasses and the rest go the long way.
        write = _WRITE.get(type(value))
        return write(self, value, depth) if write else self.any(value, depth)

    def any(self, value: Any, depth: int) -> Any:
        for kind, write in _WRITE_ANY:
            if isinstance(value, kind):
                return write(self, value, depth)
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            plain = value.detach().cpu().resolve_conj().resolve_neg().numpy()
            return self.blob("T", np.ascontiguousarray(plain))
        raise CodecError(f"a value of type {type(value).__name__}")

    def array(self, value: np.ndarray, depth: int) -> Any:
        array = np.asarray(value)
        frozen = "" if array.flags.writeable else FROZEN
        return [*self.blob("a", array), layout(array) + frozen]

    def scalar(self, value: np.generic, depth: int) -> Any:
        return self.blob("g", np.asarray(value))

    def string(self, value: str, depth: int) -> Any:
        return str(value)

    def integer(self, value: int, depth: int) -> Any:
        if -_INT64 <= value < _INT64:
            return int(value)
        if value.bit_length() > MAX_BITS:
            raise CodecError(f"an integer of more than {MAX_BITS} bits")
        return ["i", hex(value)]

    def float(self, value: float, depth: int) -> Any:
        return float(value) if isfinite(value) else ["f", float(value).hex()]

    def sequence(self, kind: str, value: Any, depth: int) -> Any:
        return [kind, [self.node(item, depth + 1) for item in value]]

    def mapping(self, value: dict[Any, Any], depth: int) -> Any:
        pairs = []
        for key, item in value.items():
            if not isinstance(key, str):
                raise CodecError("a dict with keys that are not strings")
            pairs.append([str(key), self.node(item, depth + 1)])
        return ["d", pairs]

    def rng(self, value: Rng, depth: int) -> Any:
        return ["r", value.seed]

    def fn(self, value: Fn, depth: int) -> Any:
        return ["F", value.name, self.node(value.params, depth + 1)]

    def itself(self, value: Any, depth: int) -> Any:
        return value


def _little_endian(array: np.ndarray) -> tuple[np.ndarray, str]:
    """Give an array of a dtype that isn't written as it is in a form that is, or refuse it."""
    dtype = array.dtype.newbyteorder("<")
    name = dtype.str[1:]  # also "i8" for another name of the same type
    if name not in DTYPES:
        raise CodecError(f"an array of dtype {array.dtype}")
    return array.astype(dtype), name


_Write = Callable[[_Writer, Any, int], Any]
# In this order: a NumPy float is a Python float too, and a bool is an int.
_WRITE_ANY: list[tuple[Any, _Write]] = [
    (np.ndarray, _Writer.array),
    (np.generic, _Writer.scalar),
    (str, _Writer.string),
    (bool, _Writer.itself),
    (int, _Writer.integer),
    (float, _Writer.float),
    (list, lambda writer, value, depth: writer.sequence("l", value, depth)),
    (tuple, lambda writer, value, depth: writer.sequence("t", value, depth)),
    ((set, frozenset), lambda writer, value, depth: writer.sequence("e", value, depth)),
    (dict, _Writer.mapping),
    (Rng, _Writer.rng),
    (Fn, _Writer.fn),
]
_WRITE: dict[type, _Write] = {
    kind: write for kind, write in _WRITE_ANY if isinstance(kind, type) and kind is not np.generic
}
_WRITE |= {type(None): _Writer.itself, np.float64: _Writer.scalar}
_TO_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def encode(value: Any) -> bytes:
    """Turn a value into bytes.

    Raises
    ------
    CodecError
        The value, or something in it, is no plain data, or is too large. The message completes
        the sentence "it returned …".
    """
    writer = _Writer()
    return _message(writer.node(value, 0), writer)


def encode_all(values: Iterable[Any], instead: Callable[[CodecError], Any]) -> bytes:
    """Turn values into the bytes of one list, each before the next one is asked for.

    So an array that is written to again later is sent as it was.

    Parameters
    ----------
    values
        Any values.
    instead
        Gives what is sent in the place of a value that can't be sent.
    """
    writer, tree = _Writer(), []
    for value in values:
        before = len(writer.parts), writer.at, writer.nodes
        try:
            tree.append(writer.node(value, 1))
        except CodecError as error:
            del writer.parts[before[0] :]
            writer.at, writer.nodes = before[1:]
            tree.append(writer.node(instead(error), 1))
    return _message(["l", tree], writer)


def _message(tree: Any, writer: _Writer) -> bytes:
    header = _TO_JSON([tree, writer.at]).encode()
    if len(header) > MAX_HEADER:
        raise CodecError("a value of too many parts")
    header += b" " * (-(len(header) + 4) % _ALIGN)
    return b"".join([_SIZE.pack(len(header)), header, *writer.parts])


# --- bytes to values ------------------------------------------------------------------------


class _Reader:
    def __init__(self, body: memoryview, make: Callable[[Any], Any] | None, layouts: bool) -> None:
        self.body = body
        self.layouts = layouts
        self.make = make
        self.nodes = 0
        self.laid_out = 0
        self.in_sets = 0

    def blob(self, dtype: Any, shape: Any, start: Any) -> np.ndarray:
        kind = _BY_NAME.get(dtype)
        if kind is None:
            raise CodecError("an unknown dtype")
        if type(shape) is not list or len(shape) > MAX_RANK or type(start) is not int:
            raise CodecError("a bad shape")
        count = 1
        for n in shape:
            if type(n) is not int or not 0 <= n <= MAX_BYTES:
                raise CodecError("a bad shape")
            count *= n
        size = count * kind.itemsize
        # Several arrays may name the same bytes, and a layout may copy them: count what is made.
        self.laid_out += size
        if self.laid_out > MAX_BYTES:
            raise CodecError(f"more than {MAX_BYTES >> 20} MB of arrays")
        if start < 0 or start % _ALIGN or start + size > len(self.body):
            raise CodecError("an array outside its message")
        return np.frombuffer(self.body, kind, count, start).reshape(shape)

    def node(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise CodecError("a value nested too deeply, or of too many parts")
        if type(node) is not list:
            return self.plain(node)
        if not node:
            raise CodecError("an unknown part")
        kind, *rest = node
        if kind == "a":
            dtype, shape, start, how = rest
            array = self.blob(dtype, shape, start)
            if not self.layouts:
                array.flags.writeable = False
                return array
            if type(how) is not str:
                raise CodecError("a bad memory layout")
            array = laid_out(array, how.removesuffix(FROZEN))
            array.flags.writeable = not how.endswith(FROZEN)
            return array
        if kind == "g":
            return self.blob(*rest)[()]
        if kind == "T":
            return self.tensor(self.blob(*rest))
        if kind == "r" or kind == "F":
            return self.made(kind, rest, depth)
        (content,) = rest
        if kind == "i" or kind == "f":
            if not isinstance(content, str):
                raise CodecError("a bad scalar")
            return _integer(content) if kind == "i" else float.fromhex(content[:64])
        return self.container(kind, content, depth)

    @staticmethod
    def plain(value: Any) -> Any:
        if type(value) is dict:
            raise CodecError("an unknown part")
        if type(value) is int and value.bit_length() > MAX_BITS:
            raise CodecError(f"an integer of more than {MAX_BITS} bits")
        return value

    def container(self, kind: str, content: Any, depth: int) -> Any:
        if type(content) is not list:
            raise CodecError("a bad container")
        if kind == "d":
            return self.mapping(content, depth)
        make = _CONTAINERS.get(kind)
        if make is None:
            raise CodecError("an unknown kind")
        if make is set:
            self.in_sets += len(content)
            if self.in_sets > MAX_SET:
                raise CodecError("a set of too many parts")
        return make([self.node(item, depth + 1) for item in content])

    def mapping(self, content: list[Any], depth: int) -> dict[str, Any]:
        made = {}
        for key, value in content:
            if type(key) is not str:
                raise CodecError("a dict with keys that are not strings")
            made[key] = self.node(value, depth + 1)
        return made

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


_CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {"l": list, "t": tuple, "e": set}


def _integer(text: str) -> int:
    if len(text) > MAX_BITS // 4 + 3:  # sign, 0x, and a digit for four bits
        raise CodecError(f"an integer of more than {MAX_BITS} bits")
    return int(text, 16)


def _refuse(constant: str) -> None:
    raise CodecError(f"a bare {constant} in a header")


_FROM_JSON = json.JSONDecoder(parse_constant=_refuse).decode


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
        (size,) = _SIZE.unpack_from(view)
        if size > MAX_HEADER + _ALIGN or 4 + size > len(view):
            raise CodecError("a message with a bad header")
        tree, length = _FROM_JSON(str(view[4 : 4 + size], "ascii"))
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

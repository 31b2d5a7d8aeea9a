"""Values to bytes: the half of the codec that writes messages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from itertools import islice
from math import isfinite
from typing import Any

import numpy as np

from dropout_course.engine.inside.layouts import (
    ALIGN,
    DTYPES,
    FROZEN,
    INT64,
    MAX_BITS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_NODES,
    MAX_RANK,
    NAMES,
    SIZE,
    CodecError,
    Fn,
    Rng,
    layout,
)
from dropout_course.engine.inside.refused import instead


class _Writer:
    """Turns one value into a tree for the header, and collects the bytes of its arrays."""

    def __init__(self, top: int = 1) -> None:
        self.top = top  # how deep the answer itself stands in what is sent
        self.parts: list[bytes] = []
        self.at = 0
        self.nodes = 0

    def blob(self, kind: str, array: np.ndarray) -> list[Any]:
        name = NAMES.get(array.dtype)
        if name is None:
            array, name = _little_endian(array)
        if array.ndim > MAX_RANK:
            raise CodecError(f"an array of {array.ndim} dimensions")
        if self.at + array.nbytes > MAX_BYTES:
            raise CodecError(f"more than {MAX_BYTES >> 20} MB of arrays")
        raw = array.tobytes()
        start = self.at
        self.parts.append(raw)
        if pad := -len(raw) % ALIGN:
            self.parts.append(_PADS[pad])
        self.at += len(raw) + pad
        return [kind, name, array.shape, start]

    def node(self, value: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CodecError("a value nested too deeply")
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        # Most values are of these very types; subclasses and the rest go the long way.
        write = _WRITE.get(kind)
        return write(self, value, depth) if write else self.any(value, depth)

    def any(self, value: Any, depth: int) -> Any:
        for kind, write in _WRITE_ANY:
            if isinstance(value, kind):
                return write(self, value, depth)
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            plain = value.detach().cpu().resolve_conj().resolve_neg().numpy()
            return self.blob("T", np.ascontiguousarray(plain))
        raise CodecError(instead(value, inside=depth > self.top))

    def array(self, value: np.ndarray, depth: int) -> Any:
        array = np.asarray(value)
        made = self.blob("a", array)
        flags = array.flags
        how = "C" if flags.c_contiguous else layout(array)
        made.append(how if flags.writeable else how + FROZEN)
        return made

    def scalar(self, value: np.generic, depth: int) -> Any:
        return self.blob("g", np.asarray(value))

    def string(self, value: str, depth: int) -> Any:
        return str(value)

    def integer(self, value: int, depth: int) -> Any:
        if -INT64 <= value < INT64:
            return int(value)
        if value.bit_length() > MAX_BITS:
            raise CodecError(f"an integer of more than {MAX_BITS} bits")
        return ["i", hex(value)]

    def float(self, value: float, depth: int) -> Any:
        return float(value) if isfinite(value) else ["f", float(value).hex()]

    def sequence(self, kind: str, value: Any, depth: int) -> Any:
        node, depth = self.node, depth + 1
        # No more are taken than may be: a student's own list may have no end.
        items = islice(value, MAX_NODES + 1)
        made = [item if type(item) in _AS_IT_IS else node(item, depth) for item in items]
        self.count(len(made))
        return [kind, made]

    def mapping(self, value: dict[Any, Any], depth: int) -> Any:
        node, depth = self.node, depth + 1
        pairs = []
        for key, item in islice(value.items(), MAX_NODES + 1):
            if not isinstance(key, str):
                raise CodecError("a dict with keys that are not strings")
            pairs.append((str(key), item if type(item) in _AS_IT_IS else node(item, depth)))
        self.count(len(pairs))
        return ["d", pairs]

    def count(self, parts: int) -> None:
        """Count the parts of a container."""
        self.nodes += parts
        if self.nodes > MAX_NODES:
            raise CodecError("a value of too many parts")

    def rng(self, value: Rng, depth: int) -> Any:
        return ["r", value.seed]

    def fn(self, value: Fn, depth: int) -> Any:
        return ["F", value.name, self.node(value.params, depth + 1)]

    def itself(self, value: Any, depth: int) -> Any:
        return value


_PADS = [b"\0" * pad for pad in range(ALIGN)]
_AS_IT_IS = frozenset([str, bool, type(None)])


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
# The tree is made here and holds no circle: to look for one takes a fifth of the time.
_TO_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode


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
    writer, tree = _Writer(top=2), []
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
    header += b" " * (-(len(header) + 4) % ALIGN)
    return b"".join([SIZE.pack(len(header)), header, *writer.parts])

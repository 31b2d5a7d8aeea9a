"""Bytes to values: the half of the codec that reads messages, hostile ones too."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from dropout_course.engine.inside.layouts import (
    ALIGN,
    BY_NAME,
    FROZEN,
    MAX_BITS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_NODES,
    MAX_RANK,
    MAX_SET,
    SIZE,
    CodecError,
    Fn,
    Rng,
    laid_out,
)

DEEP = "a value nested too deeply, or of too many parts"


class _Reader:
    def __init__(self, body: memoryview, make: Callable[[Any], Any] | None, layouts: bool) -> None:
        self.body = body
        self.layouts = layouts
        self.make = make
        self.nodes = 0
        self.laid_out = 0
        self.in_sets = 0

    def blob(self, dtype: Any, shape: Any, start: Any) -> np.ndarray:
        kind = BY_NAME.get(dtype)
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
        if start < 0 or start % ALIGN or start + size > len(self.body):
            raise CodecError("an array outside its message")
        return np.ndarray(shape, kind, self.body, start)

    def node(self, node: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CodecError(DEEP)
        if type(node) is not list:
            return node if type(node) in _AS_IT_IS else self.plain(node)
        if not node:
            raise CodecError("an unknown part")
        kind = node[0]
        if kind == "a":
            _, dtype, shape, start, how = node
            array = self.blob(dtype, shape, start)
            if not self.layouts:
                array.flags.writeable = False
                return array
            if type(how) is not str:
                raise CodecError("a bad memory layout")
            if how == "C":
                return array.copy()
            array = laid_out(array, how.removesuffix(FROZEN))
            array.flags.writeable = not how.endswith(FROZEN)
            return array
        if kind in _CONTAINERS and len(node) == 2:
            return self.container(kind, node[1], depth)
        rest = node[1:]
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
        make = _CONTAINERS.get(kind)
        if make is None:
            raise CodecError("an unknown kind")
        self.nodes += len(content)
        if self.nodes > MAX_NODES:
            raise CodecError(DEEP)
        node, depth = self.node, depth + 1
        if make is dict:
            made = {}
            for key, value in content:
                if type(key) is not str:
                    raise CodecError("a dict with keys that are not strings")
                made[key] = value if type(value) in _AS_IT_IS else node(value, depth)
            return made
        if make is set:
            self.in_sets += len(content)
            if self.in_sets > MAX_SET:
                raise CodecError("a set of too many parts")
        items = [item if type(item) in _AS_IT_IS else node(item, depth) for item in content]
        return items if make is list else make(items)

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


_AS_IT_IS = frozenset([str, bool, float, type(None)])
_CONTAINERS: dict[str, type] = {"l": list, "t": tuple, "e": set, "d": dict}


def _integer(text: str) -> int:
    if len(text) > MAX_BITS // 4 + 3:  # sign, 0x, and a digit for four bits
        raise CodecError(f"an integer of more than {MAX_BITS} bits")
    return int(text, 16)


def _refuse(constant: str) -> None:
    raise CodecError(f"a bare {constant} in a header")


_FROM_JSON = json.JSONDecoder(parse_constant=_refuse).decode


def decode(
    data: bytes | bytearray | memoryview,
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
        (size,) = SIZE.unpack_from(view)
        if size > MAX_HEADER + ALIGN or 4 + size > len(view):
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

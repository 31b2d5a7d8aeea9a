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

from dropout_course.engine.inside.layouts import (
    DTYPES,
    MAX_BYTES,
    MAX_HEADER,
    MAX_NODES,
    CodecError,
    Fn,
    Rng,
    laid_out,
    layout,
)
from dropout_course.engine.inside.reading import decode
from dropout_course.engine.inside.writing import encode, encode_all

__all__ = [
    "DTYPES",
    "MAX_BYTES",
    "MAX_HEADER",
    "MAX_NODES",
    "CodecError",
    "Fn",
    "Rng",
    "decode",
    "encode",
    "encode_all",
    "laid_out",
    "layout",
]

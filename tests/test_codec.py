from __future__ import annotations

import contextlib
import struct
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from plain_data import values

from dropout_course.engine.inside import codec
from dropout_course.engine.inside.codec import CodecError, Fn, Rng, decode, encode, laid_out, layout


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        equal = np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
        return a.dtype == b.dtype and a.shape == b.shape and equal
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return a == b or (a != a and b != b)


@given(values)
def test_a_value_comes_back_as_the_type_that_it_was(value):
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize("value", [{"a"}, {1, 2, 3}, set(), {(1, "x")}])
def test_sets_come_back(value):
    assert decode(encode(value)) == value


@pytest.mark.parametrize("how", "CFSR")
@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=3, min_side=2, max_side=4)))
@settings(max_examples=20)
def test_an_array_keeps_its_memory_layout_and_whether_it_may_be_written_to(how, array):
    sent = laid_out(array, how)
    assert decode(encode(sent)).flags.writeable
    sent.flags.writeable = False
    came = decode(encode(sent))
    assert layout(came) == layout(sent) == how
    assert np.array_equal(came, array, equal_nan=True)
    assert not came.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        came *= 2


def test_arguments_that_are_made_by_the_receiver():
    sent = [Rng(7), Fn("affine", {"a": 2.0})]
    assert decode(encode(sent), make=lambda x: x) == sent
    with pytest.raises(CodecError):
        decode(encode(Rng(7)))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "type object"),
        ({"a": 1}.keys(), r"type dict_keys: write list\(d.keys\(\)\), or set\(d.keys\(\)\)"),
        ({"a": 1}.values(), r"type dict_values: write list\(d.values\(\)\)"),
        ({"a": 1}.items(), r"type dict_items: write list\(d.items\(\)\)"),
        (map(abs, []), r"type map: write list\(map\(...\)\)"),
        (filter(None, []), r"type filter: write list\(filter\(...\)\)"),
        (zip([], strict=True), r"type zip: write list\(zip\(...\)\)"),
        (range(3), r"type range: write list\(range\(...\)\)"),
        ((i for i in "a"), r"type generator: write list\(...\) around it, or set\(...\) where"),
        (iter([]), "type list_iterator: write list"),
        (1j, "type complex: return a real number"),
        (ValueError, "type type: call it"),
        (ValueError("p"), "type ValueError: write raise in place of return"),
        (abs, "type builtin_function_or_method: call it"),
        ((1, [{}.keys()]), "something that holds a value of type dict_keys: write list"),
        (lambda: 0, "type function"),
        (np.array([object()]), "dtype object"),
        ({1: 2}, "keys that are not strings"),
        (1 << 2000, "more than 1024 bits"),
        (np.zeros(codec.MAX_BYTES + 8, np.uint8), "more than 64 MB"),
        ([0] * (codec.MAX_NODES + 1), "too many parts"),
    ],
)
def test_what_is_no_plain_data_is_refused_in_words(value, words):
    with pytest.raises(CodecError, match=words):
        encode(value)


def test_a_value_that_contains_itself_is_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(CodecError, match="too deeply"):
        encode(loop)


def message(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<I", len(header)) + header + body


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xff\xff\xff",
        message(b"[" * 900_000),
        message(b'[["i","0x' + b"f" * 5000 + b'"],0]'),
        message(b'[["a","f8",[4],0,"C"],0]'),
        message(b'[["a","f8",[-1],0,"C"],0]'),
        message(b'[["a","f8",[9999999,9999999,9999999],0,"C"],0]'),
        message(b'[["a","O8",[0],0,"C"],0]'),
        message(b'[["a","f8",[0],0,"Z"],0]'),
        message(b'[["a","f8",[0],-16,"C"],0]'),
        message(b'[["a","f8",[true],0,"C"],0]'),
        message(b'[["x",1],0]'),
        message(b'[["d",[[1,null]]],0]'),
        message(b'[["e",[["l",[]]]],0]'),
        message(b'[["f","not a number"],0]'),
        message(b'[["r",1],0]'),
        message(b'[["T","f8",[0],0],0]'),
        message(b"[NaN,0]"),
        message(b"[null,5]"),
        message(b"null"),
        message(b"\xff\xfe"),
    ],
)
def test_hostile_bytes_give_one_kind_of_error(data, monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with pytest.raises(CodecError):
        decode(data)


@given(st.binary(max_size=200))
def test_random_bytes_never_give_another_error(data):
    with contextlib.suppress(CodecError):
        decode(data)


@given(values, st.data())
def test_a_damaged_message_never_gives_another_error(value, data):
    damaged = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(CodecError):
        decode(bytes(damaged))


def test_a_set_of_colliding_integers_is_cut_short():
    modulus = 2**61 - 1
    items = ",".join(f'["i","{hex(modulus * i)}"]' for i in range(2000))
    with pytest.raises(CodecError, match="set of too many"):
        decode(message(f'[["e",[{items}]],0]'.encode()))

"""Hostile messages for the trusted side of the wire, each made from one number.

``message(seed)`` gives what a process that was taken over might send instead of a reply, and
``hear(data)`` lets the side that asked hear it. `test_wire_fuzz.py` runs some thousands of
seeds, ``python -m bench fuzz`` a million.
"""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable

import numpy as np
from fuzz_heavy import heavy
from fuzz_parts import (
    ARRAYS,
    BODY,
    KINDED,
    ODD_SHAPES,
    ODD_STARTS,
    ODD_TYPES,
    SCALARS,
    SHAPES,
    TYPES,
    any_part,
    array,
    either,
    frame,
    framed,
    report,
)

from dropout_course.engine.inside import codec
from dropout_course.engine.student import Answer, Student
from dropout_course.engine.unanswered import Lost, Unanswered

HEAVY = 2000  # one message in so many is as large as may be

# What a child says in earnest; most of the messages are damaged copies.
_VALUES = [
    [{"ok": None}],
    [{"ok": True}],
    [{"ok": [1, -(2**70), 0.1, float("nan"), float("-inf"), "text", "\ud800", ""]}],
    [{"ok": (np.float32(0.5), np.int64(-3), np.bool_(True), np.complex128(1 + 2j))}],
    [{"ok": np.arange(12.0).reshape(3, 4)}],
    [{"ok": np.asfortranarray(np.ones((3, 2), np.float32))}],
    [{"ok": np.arange(24).reshape(2, 3, 4)[::-1]}],
    [{"ok": np.ones((4, 6), bool)[:, ::2]}],
    [{"ok": [np.zeros((0, 3)), np.array(1.0), np.ones((1,) * 16, np.float16)]}],
    [{"ok": (0.5, {"W1": np.ones((2, 3)), "b1": np.zeros(3), "W2": np.ones((3, 1))})}],
    [{"ok": {"relu", "linear", (1, 2.5)}}],
    [{"ok": {"forward": [np.ones(4)] * 2, "backward": [None, {"raised": ["ValueError"]}]}}],
    [{"ok": [[[[[[[[1]]]]]]]]}],
    [{"missing": "dropout"}],
    [{"cannot": "a value of type function"}],
    {"cannot": "a value of too many parts"},
    [
        {
            "raised": {
                "kinds": ["KeyError", "LookupError"],
                "message": "'p'",
                "line": 3,
                "trace": ["x"],
            }
        }
    ],
    [{"ok": 1.5}, {"ok": np.ones(3)}],
    [{"ok": (True, None)}, {"raised": {"kinds": ["ValueError"], "message": "p", "line": None}}],
    {"op": "each", "each": [("f", (codec.Rng(5), codec.Fn("affine", {"a": 2.0})))]},
]
VALID = [codec.encode(value) for value in _VALUES]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+|[^\s\w]')


def _parts(data: bytes) -> tuple[tuple[str, ...], bytes]:
    size = struct.unpack("<I", data[:4])[0]
    return tuple(_TOKEN.findall(data[4 : 4 + size].decode())), data[4 + size :]


_PARTS = [_parts(data) for data in VALID]


def noise(rng: random.Random) -> bytes:
    """Bytes that were never a message, some of them with a likely length in front."""
    data = rng.randbytes(rng.randrange(200))
    return data if rng.random() < 0.5 else struct.pack("<I", rng.randrange(len(data) + 9)) + data


def damaged(rng: random.Random) -> bytes:
    """A valid message in which some bits or bytes are others."""
    data = bytearray(rng.choice(VALID))
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at = rng.randrange(len(data))
        if rng.random() < 0.5:
            data[at] ^= 1 << rng.randrange(8)
        else:
            data[at] = rng.choice(b'\x00\xff"[],0195-ealtdi')
    return bytes(data)


def cut(rng: random.Random) -> bytes:
    """A valid message that is cut short, drawn out, or joined with another."""
    data, other = rng.choice(VALID), rng.choice(VALID)
    a, b = rng.randrange(len(data) + 1), rng.randrange(len(other) + 1)
    return rng.choice((data[:a], data[a:], data + other[:b], data[:a] + other[b:], data[:a] * 3))


def edited(rng: random.Random) -> bytes:
    """A valid message in which words of the header are changed, and its size is made right."""
    words, body = rng.choice(_PARTS)
    tokens = list(words)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at, what = rng.randrange(1, len(tokens)), rng.randrange(10)
        if what == 0:
            del tokens[at]
        elif what == 1:
            tokens.insert(at, rng.choice(tokens))
        else:  # commas and brackets stay: most of what comes out is JSON
            while tokens[at] in "[],":
                at = rng.randrange(len(tokens))
            fields = (tokens, SCALARS, KINDED, TYPES, ODD_TYPES, SHAPES, ODD_SHAPES, ODD_STARTS)
            tokens[at] = rng.choice(rng.choice(fields))
    return framed("".join(tokens), body)


def lying(rng: random.Random) -> bytes:
    """A valid message with wrong sizes of the header or of the arrays."""
    if rng.random() < 0.5:
        data = rng.choice(VALID)
        (size,) = struct.unpack_from("<I", data)
        sizes = (0, size - 1, size + 1, len(data), len(data) - 4, 1 << 20, 1 << 31, (1 << 32) - 1)
        return struct.pack("<I", rng.choice(sizes)) + data[4:]
    lie = either(rng, SCALARS, ["-1", "16.0", "1e3", str(BODY + 1)], 0.3)
    return framed(f"[{any_part(rng, 2)},{lie}]", bytes(rng.choice((0, 1, BODY))))


def invented(rng: random.Random) -> bytes:
    """A message that is right on the outside and whose parts are right or wrong."""
    return frame(report(rng, any_part(rng)), ARRAYS)


def arrays(rng: random.Random) -> bytes:
    """A message that consists of arrays with a wrong dtype, shape, place or layout."""
    parts = ",".join(array(rng) for _ in range(rng.randint(1, 3)))
    kind = rng.choice("lltt")
    return frame(report(rng, f'["{kind}",[{parts}]]'), ARRAYS)


def nested(rng: random.Random) -> bytes:
    """Parts in parts, around the depth that is allowed."""
    forms = rng.choice((('["l",[%s]]', '["d",[["a",%s]]]', '["t",[1,%s]]'), ('["e",[%s]]',)))
    node = either(rng, ["1", '["t",[]]', '["g","f8",[],0]'], SCALARS)
    for _ in range(rng.randint(8, 20)):
        node = rng.choice(forms) % node
    return frame(report(rng, node), ARRAYS)


KINDS: list[Callable[[random.Random], bytes]] = [
    noise, damaged, damaged, cut, edited, edited, lying, invented, invented, invented, arrays,
    nested,
]  # fmt: skip


def message(seed: int) -> tuple[str, bytes]:
    """Make the hostile message of a number.

    Returns
    -------
    kind : str
        The name of the function that made it.
    data : bytes
        The message, without the frame of the socket.
    """
    rng = random.Random(seed)
    kind = heavy if rng.randrange(HEAVY) == 0 else rng.choice(KINDS)
    return kind.__name__, kind(rng)


# --- hearing them --------------------------------------------------------------------------------


def hear(data: bytes) -> tuple[bool, str]:
    """Let the side that asked hear a message; any exception that leaves this is a defect.

    Returns
    -------
    accepted : bool
        Whether `decode` made a value of it.
    answer : str
        What `Student` made of it, as the reply to one call or else to two at once: a ``value``,
        an account of why there is none (``told``), or ``lost``: an answer that can't be read.
    """
    try:
        codec.decode(data)
        accepted = True
    except codec.CodecError:
        accepted = False
    student = Student(lambda request: data)
    answer = _answer([student.anything()])
    if answer == "lost":
        answer = _answer([student.anything(), student.anything(1)])
    return accepted, answer


def _answer(answers: list[Answer]) -> str:
    try:
        [answer.value for answer in answers]
        return "value"
    except Lost:
        return "lost"
    except Unanswered:
        return "told"

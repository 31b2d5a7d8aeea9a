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

from dropout_course.engine.inside import codec
from dropout_course.engine.student import Answer, Student
from dropout_course.engine.unanswered import Lost, Unanswered

MODULUS = 2**61 - 1  # of Python's hash of a number: its multiples collide in a set
ROOM = codec.MAX_HEADER - 1000  # what a single hostile part may take of the header
BODY = 512  # bytes of arrays in messages that are not about arrays
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
    {"op": "call", "name": "f", "args": (codec.Rng(5), codec.Fn("affine", {"a": 2.0}))},
]
VALID = [codec.encode(value) for value in _VALUES]

# --- parts of a header, as text ------------------------------------------------------------------


def _split(text: str) -> list[str]:
    return text.split(" ")


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+|[^\s\w]')
_LONG = ("9" * 300, "-" + "9" * 309, "9" * 4299, "9" * 4301, "0." + "3" * 999)
SCALARS = _split(
    "null true false 0 -1 1 -0 0.1 1e999 -1e999 1e-999 9223372036854775807 9223372036854775808 "
    '18446744073709551616 NaN Infinity -Infinity {} {"a":1} {"a":1,"a":2} [] [[]] [null] [1] '
    '"x" "" "\\ud800" "\\udfff\\ud800" "\\u0000" "\\u202e" "é" "\x01" nul "open \\x 0x1 1. ++1'
)
SCALARS += _LONG
KINDED = [
    *(f'["{kind}","{text}"]' for kind in "if" for text in (
        "0x1", "-0x0", "", " 0x1 ", "1_0", "0b1", "٣", "nan", "-inf", "0x1p99999", "0x1.8p-1074",
        "0x" + "f" * 255, "0x" + "f" * 256, "-0x" + "f" * 257, "0x" + "f" * 5000, "1" * 70)),
    *(f'["{kind}",{text}]' for kind in "ifsletd" for text in ("5", "null", '"ab"', "{}", '[""]')),
    *(f'["{kind}"]' for kind in "ifsletdagrTF"), *(f'["{kind}",[],[]]' for kind in "ifsletd"),
    '["r",1]', '["r",-1]', '["r",true]', '["F","eval",["d",[]]]', '["F",[],[]]', "[null]",
    '["x",1]', '[["l"],[]]', '["d",[[1,null]]]', '["d",[["a"]]]', '["d",["ab"]]',
    '["d",[{"a":1,"b":2}]]', '["d",[[null,1],["a",2]]]', '["e",[["l",[]]]]', '["e",[["d",[]]]]',
    '["e",[1,1.0,true]]', '["e",[["f","nan"],["f","nan"]]]', '["e",[["g","f8",[],0],["t",[1,2]]]]',
    '["lt",[]]', '["__",[]]',
]  # fmt: skip
TYPES = [f'"{name}"' for name in sorted(codec.DTYPES)]
ODD_TYPES = _split(
    '"O" "O8" "V8" "U4" "S4" "m8" "M8" "f16" "c32" "f8,f8" "(2,)f8" "<f8" ">f8" "?" "float64" '
    '"i16" "" 8 null true [] {} ["f8"]'
)
SHAPES = ["[]", "[0]", "[4]", "[2,3]", "[3,1,2]", "[1,0,5]", "[8,8]", "[" + "1," * 15 + "1]"]
ODD_SHAPES = _split(
    "[-1] [-1,-1] [0,67108864,67108864,67108864] [67108864] [67108865] [2.0] [1e0] [true] "
    '["2"] [[2]] [null] null "ab" 2 {} {"0":1} [9223372036854775807] [4294967296,4294967296] '
    "[2147483648] [65536,65536] [0,0] [0,-1]"
) + ["[" + "1," * (n - 1) + "1]" for n in (17, 33, 65)]
STARTS = ["0", "16", "32"]
ODD_STARTS = _split(
    '-16 8 1 496 512 528 1e1 16.0 0.0 true null "0" [0] 9223372036854775807 9223372036854775808 '
    "-9223372036854775808 4611686018427387904"
)
LAYOUTS = ['"C"', '"F"', '"R"', '"S"']
ODD_LAYOUTS = ['"Z"', '""', '"CF"', "null", "1", "[]", '"__class__"']
KEYS = ['"a"', '"a"', '"b"', '""', '"ok"', '"\\ud800"', "1", "null", '["a"]', "{}"]


def _either(rng: random.Random, good: list[str], odd: list[str], odds: float = 0.1) -> str:
    return rng.choice(odd if rng.random() < odds else good)


def _array(rng: random.Random) -> str:
    """Write an array, a scalar or a tensor, with some of its fields wrong."""
    kind = rng.choice("aaaagT")
    fields = [
        _either(rng, TYPES, ODD_TYPES),
        _either(rng, SHAPES, ODD_SHAPES),
        _either(rng, STARTS, ODD_STARTS),
    ]
    if (kind == "a") != (rng.random() < 0.05):
        fields.append(_either(rng, LAYOUTS, ODD_LAYOUTS))
    return f'["{kind}",{",".join(fields)}]'


def _node(rng: random.Random, depth: int = 0) -> str:
    """Write any part of a header: right, wrong, or no JSON at all."""
    what = rng.random()
    if what < 0.25 or depth > 4:
        return rng.choice(SCALARS)
    if what < 0.45:
        return rng.choice(KINDED)
    if what < 0.65:
        return _array(rng)
    parts = [_node(rng, depth + 1) for _ in range(rng.randrange(4))]
    kind = rng.choice("lllttteedddd")
    if kind == "d":
        parts = [f"[{rng.choice(KEYS)},{part}]" for part in parts]
    return f'["{kind}",[{",".join(parts)}]]'


def _report(rng: random.Random, node: str) -> str:
    """Put a part where a reply, or a list of replies, has one."""
    what = rng.randrange(20)
    if what > 15:
        return f'["l",[{_report(rng, node)},{_report(rng, "null")}]]'
    if what < 9:
        return f'["d",[["ok",{node}]]]'
    if what < 12:
        fields = ",".join(
            f'["{name}",{node if rng.random() < 0.4 else _node(rng, 3)}]'
            for name in ("kinds", "message", "line", "trace")
            if rng.random() < 0.8
        )
        return f'["d",[["raised",["d",[{fields}]]]]]'
    if what < 14:
        return f'["d",[["{rng.choice(("missing", "cannot"))}",{node}]]]'
    return node if what == 14 else f'["d",[["ok",{node}],["{rng.choice(("ok", "raised"))}",1]]]'


def frame(tree: str, body: bytes = b"") -> bytes:
    """Make a message of a tree, given as text, and of the bytes of its arrays."""
    return _framed(f"[{tree},{len(body)}]", body)


def _framed(text: str, body: bytes) -> bytes:
    header = text.encode("utf-8", "surrogatepass")
    header += b" " * (-(len(header) + 4) % 16)
    return struct.pack("<I", len(header)) + header + body


# --- kinds of messages -----------------------------------------------------------------------


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
    return _framed("".join(tokens), body)


def lying(rng: random.Random) -> bytes:
    """A valid message with wrong sizes of the header or of the arrays."""
    if rng.random() < 0.5:
        data = rng.choice(VALID)
        (size,) = struct.unpack_from("<I", data)
        sizes = (0, size - 1, size + 1, len(data), len(data) - 4, 1 << 20, 1 << 31, (1 << 32) - 1)
        return struct.pack("<I", rng.choice(sizes)) + data[4:]
    lie = _either(rng, SCALARS, ["-1", "16.0", "1e3", str(BODY + 1)], 0.3)
    return _framed(f"[{_node(rng, 2)},{lie}]", bytes(rng.choice((0, 1, BODY))))


def invented(rng: random.Random) -> bytes:
    """A message that is right on the outside and whose parts are right or wrong."""
    return frame(_report(rng, _node(rng)), _BODY)


def arrays(rng: random.Random) -> bytes:
    """A message that consists of arrays with a wrong dtype, shape, place or layout."""
    parts = ",".join(_array(rng) for _ in range(rng.randint(1, 3)))
    kind = rng.choice("lltt")
    return frame(_report(rng, f'["{kind}",[{parts}]]'), _BODY)


def nested(rng: random.Random) -> bytes:
    """Parts in parts, around the depth that is allowed."""
    forms = rng.choice((('["l",[%s]]', '["d",[["a",%s]]]', '["t",[1,%s]]'), ('["e",[%s]]',)))
    node = _either(rng, ["1", '["t",[]]', '["g","f8",[],0]'], SCALARS)
    for _ in range(rng.randint(8, 20)):
        node = rng.choice(forms) % node
    return frame(_report(rng, node), _BODY)


# --- as large as may be ------------------------------------------------------------------------


def _many(rng: random.Random, part: str) -> str:
    """Repeat a part: a few times, or as often as the header has room for."""
    return ",".join([part] * min(ROOM // (len(part) + 1), int(10 ** rng.uniform(1, 5))))


def _deep(rng: random.Random) -> bytes:
    count = int(10 ** rng.uniform(2, 5.3))
    return frame(rng.choice(("[", '["l",[', '{"a":', '["d",[["a",'))[:ROOM] * (count // 8))


def _wide(rng: random.Random) -> bytes:
    part = rng.choice(("null", "1", '"a"', '["a",1]', '["l",[]]', '["a","f8",[4],0,"C"]', "[]"))
    return frame(_report(rng, f'["{rng.choice("ltd")}",[{_many(rng, part)}]]'), _BODY)


def _digits(rng: random.Random) -> bytes:
    count = int(10 ** rng.uniform(3, 5.9))
    form = rng.choice(("{}", "-{}", "0.{}", "1e{}", '["i","{}"]', '["f","0x1.{}p1"]', '"{}"'))
    return frame(_report(rng, form.format("9" * count)))


def _colliding(rng: random.Random) -> bytes:
    """Write sets whose members all have the same hash."""
    size = rng.choice((990, 1000, 1001))
    step = rng.randint(1, 9)
    forms = (
        lambda i: str(i * step * MODULUS),
        lambda i: f'["i","{hex(i * step * MODULUS)}"]',
        lambda i: f'["t",[0,{i * step * MODULUS}]]',
        lambda i: f'["g","c16",[],{16 * (i % 1000)}]',  # see `_COMPLEX`
    )
    form = rng.choice(forms)
    one = f'["e",[{",".join(map(form, range(size)))}]]'
    sets = min(ROOM // len(one), rng.choice((1, 5, 50)))
    return frame(_report(rng, f'["l",[{",".join([one] * sets)}]]'), _COMPLEX)


def _overlapping(rng: random.Random) -> bytes:
    """Arrays that share their bytes: small as a message, large once each has a layout."""
    how, count = _either(rng, LAYOUTS, ['"Z"']), rng.choice((1, 20, 31, 32, 33, 64, 5000))
    one = (
        f'["a","f8",{rng.choice(("[512,512]", "[262144]", "[1,262144,1]", "[262144,1]"))},0,{how}]'
    )
    return frame(_report(rng, f'["l",[{",".join([one] * count)}]]'), bytes(2 << 20))


def _words(rng: random.Random) -> bytes:
    """Report in arrays, which take long to be put in words, and in long texts."""
    part = rng.choice((
        '["a","u1",[1000],0,"C"]', '["a","f8",[1000],0,"C"]', '["a","c16",[10,10,10],0,"C"]',
        '["g","c16",[],0]', '"' + "\\u001b" * 999 + '"', '"\\ud800"', "9" * 308,
    ))  # fmt: skip
    content = f'["l",[{_many(rng, part)}]]'
    name = rng.choice(("missing", "cannot", "kinds", "message", "line", "trace"))
    if name in ("missing", "cannot"):
        return frame(f'["d",[["{name}",{content}]]]', _COMPLEX)
    return frame(f'["d",[["raised",["d",[["{name}",{content}]]]]]]', _COMPLEX)


def _keys(rng: random.Random) -> bytes:
    same = rng.random() < 0.5
    pairs = ",".join(f'["{0 if same else i}",null]' for i in range(int(10 ** rng.uniform(2, 4.7))))
    return frame(_report(rng, f'["d",[{pairs}]]'))


def heavy(rng: random.Random) -> bytes:
    """A message that is as large, deep, wide or laborious as may be, or a little more."""
    kinds = (_deep, _wide, _digits, _colliding, _overlapping, _words, _keys)
    return rng.choice(kinds)(rng)


KINDS: list[Callable[[random.Random], bytes]] = [
    noise, damaged, damaged, cut, edited, edited, lying, invented, invented, invented, arrays,
    nested,
]  # fmt: skip


def _parts(data: bytes) -> tuple[tuple[str, ...], bytes]:
    size = struct.unpack("<I", data[:4])[0]
    return tuple(_TOKEN.findall(data[4 : 4 + size].decode())), data[4 + size :]


_PARTS = [_parts(data) for data in VALID]
_BODY = random.Random(0).randbytes(BODY)
# The hash of a complex number is hash(re) + 1000003 hash(im): these thousand all have hash 0.
_COMPLEX = b"".join(struct.pack("<dd", -1000003.0 * k, float(k)) for k in range(1000))


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

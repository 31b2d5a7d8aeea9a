"""Parts of hostile messages, as text: what a header of the wire may hold, rightly or wrongly."""

from __future__ import annotations

import random
import struct

from dropout_course.engine.inside import codec

BODY = 512  # bytes of arrays in messages that are not about arrays
ARRAYS = random.Random(0).randbytes(BODY)


def _split(text: str) -> list[str]:
    return text.split(" ")


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


def either(rng: random.Random, good: list[str], odd: list[str], odds: float = 0.1) -> str:
    return rng.choice(odd if rng.random() < odds else good)


def array(rng: random.Random) -> str:
    """Write an array, a scalar or a tensor, with some of its fields wrong."""
    kind = rng.choice("aaaagT")
    fields = [
        either(rng, TYPES, ODD_TYPES),
        either(rng, SHAPES, ODD_SHAPES),
        either(rng, STARTS, ODD_STARTS),
    ]
    if (kind == "a") != (rng.random() < 0.05):
        fields.append(either(rng, LAYOUTS, ODD_LAYOUTS))
    return f'["{kind}",{",".join(fields)}]'


def any_part(rng: random.Random, depth: int = 0) -> str:
    """Write any part of a header: right, wrong, or no JSON at all."""
    what = rng.random()
    if what < 0.25 or depth > 4:
        return rng.choice(SCALARS)
    if what < 0.45:
        return rng.choice(KINDED)
    if what < 0.65:
        return array(rng)
    parts = [any_part(rng, depth + 1) for _ in range(rng.randrange(4))]
    kind = rng.choice("lllttteedddd")
    if kind == "d":
        parts = [f"[{rng.choice(KEYS)},{part}]" for part in parts]
    return f'["{kind}",[{",".join(parts)}]]'


def report(rng: random.Random, node: str) -> str:
    """Put a part where a reply, or a list of replies, has one."""
    what = rng.randrange(20)
    if what > 15:
        return f'["l",[{report(rng, node)},{report(rng, "null")}]]'
    if what < 9:
        return f'["d",[["ok",{node}]]]'
    if what < 12:
        fields = ",".join(
            f'["{name}",{node if rng.random() < 0.4 else any_part(rng, 3)}]'
            for name in ("kinds", "message", "line", "trace")
            if rng.random() < 0.8
        )
        return f'["d",[["raised",["d",[{fields}]]]]]'
    if what < 14:
        return f'["d",[["{rng.choice(("missing", "cannot"))}",{node}]]]'
    return node if what == 14 else f'["d",[["ok",{node}],["{rng.choice(("ok", "raised"))}",1]]]'


def frame(tree: str, body: bytes = b"") -> bytes:
    """Make a message of a tree, given as text, and of the bytes of its arrays."""
    return framed(f"[{tree},{len(body)}]", body)


def framed(text: str, body: bytes) -> bytes:
    header = text.encode("utf-8", "surrogatepass")
    header += b" " * (-(len(header) + 4) % 16)
    return struct.pack("<I", len(header)) + header + body

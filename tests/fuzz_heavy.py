"""The heaviest of the hostile messages: deep, wide, long, or full of what collides."""

from __future__ import annotations

import random
import struct

from fuzz_parts import ARRAYS, LAYOUTS, either, frame, report

from dropout_course.engine.inside import codec

MODULUS = 2**61 - 1  # of Python's hash of a number: its multiples collide in a set
ROOM = codec.MAX_HEADER - 1000  # what a single hostile part may take of the header
# The hash of a complex number is hash(re) + 1000003 hash(im): these thousand all have hash 0.
COMPLEX = b"".join(struct.pack("<dd", -1000003.0 * k, float(k)) for k in range(1000))


def _many(rng: random.Random, part: str) -> str:
    """Repeat a part: a few times, or as often as the header has room for."""
    return ",".join([part] * min(ROOM // (len(part) + 1), int(10 ** rng.uniform(1, 5))))


def _deep(rng: random.Random) -> bytes:
    count = int(10 ** rng.uniform(2, 5.3))
    return frame(rng.choice(("[", '["l",[', '{"a":', '["d",[["a",'))[:ROOM] * (count // 8))


def _wide(rng: random.Random) -> bytes:
    part = rng.choice(("null", "1", '"a"', '["a",1]', '["l",[]]', '["a","f8",[4],0,"C"]', "[]"))
    return frame(report(rng, f'["{rng.choice("ltd")}",[{_many(rng, part)}]]'), ARRAYS)


def _digits(rng: random.Random) -> bytes:
    count = int(10 ** rng.uniform(3, 5.9))
    form = rng.choice(("{}", "-{}", "0.{}", "1e{}", '["i","{}"]', '["f","0x1.{}p1"]', '"{}"'))
    return frame(report(rng, form.format("9" * count)))


def _colliding(rng: random.Random) -> bytes:
    """Write sets whose members all have the same hash."""
    size = rng.choice((990, 1000, 1001))
    step = rng.randint(1, 9)
    forms = (
        lambda i: str(i * step * MODULUS),
        lambda i: f'["i","{hex(i * step * MODULUS)}"]',
        lambda i: f'["t",[0,{i * step * MODULUS}]]',
        lambda i: f'["g","c16",[],{16 * (i % 1000)}]',  # see `COMPLEX`
    )
    form = rng.choice(forms)
    one = f'["e",[{",".join(map(form, range(size)))}]]'
    sets = min(ROOM // len(one), rng.choice((1, 5, 50)))
    return frame(report(rng, f'["l",[{",".join([one] * sets)}]]'), COMPLEX)


def _overlapping(rng: random.Random) -> bytes:
    """Arrays that share their bytes: small as a message, large once each has a layout."""
    how, count = either(rng, LAYOUTS, ['"Z"']), rng.choice((1, 20, 31, 32, 33, 64, 5000))
    one = (
        f'["a","f8",{rng.choice(("[512,512]", "[262144]", "[1,262144,1]", "[262144,1]"))},0,{how}]'
    )
    return frame(report(rng, f'["l",[{",".join([one] * count)}]]'), bytes(2 << 20))


def _words(rng: random.Random) -> bytes:
    """Report in arrays, which take long to be put in words, and in long texts."""
    part = rng.choice((
        '["a","u1",[1000],0,"C"]', '["a","f8",[1000],0,"C"]', '["a","c16",[10,10,10],0,"C"]',
        '["g","c16",[],0]', '"' + "\\u001b" * 999 + '"', '"\\ud800"', "9" * 308,
    ))  # fmt: skip
    content = f'["l",[{_many(rng, part)}]]'
    name = rng.choice(("missing", "cannot", "kinds", "message", "line", "trace"))
    if name in ("missing", "cannot"):
        return frame(f'["d",[["{name}",{content}]]]', COMPLEX)
    return frame(f'["d",[["raised",["d",[["{name}",{content}]]]]]]', COMPLEX)


def _keys(rng: random.Random) -> bytes:
    same = rng.random() < 0.5
    pairs = ",".join(f'["{0 if same else i}",null]' for i in range(int(10 ** rng.uniform(2, 4.7))))
    return frame(report(rng, f'["d",[{pairs}]]'))


def heavy(rng: random.Random) -> bytes:
    """A message that is as large, deep, wide or laborious as may be, or a little more."""
    kinds = (_deep, _wide, _digits, _colliding, _overlapping, _words, _keys)
    return rng.choice(kinds)(rng)

"""Forging results by values: found, learnt, varied, and none at all."""

from __future__ import annotations

from attacks.model import BACK, MODES, in_family

forging = in_family("forging")

ATTACKS = [
    forging(
        "frames",
        "Looks for the expected value in the frames of its callers.",
        early="""
import sys
def expected(x):
    frame = sys._getframe(1)
    while frame:
        for name in ("want", "expected", "numeric", "upstream", "forward", "backward", "law"):
            if name in frame.f_locals and not callable(frame.f_locals[name]):
                return frame.f_locals[name]
        frame = frame.f_back
    return x
""",
        value="expected(x)",
    ),
    forging(
        "collector",
        "Looks for laws, cases and expected values among all objects.",
        early="""
import gc
def expected(x):
    for thing in gc.get_objects():
        kind = type(thing)
        if kind.__name__ in ("Law", "Case", "Broken", "Verdict"):
            print("found", thing); return thing
        if kind is dict and "want" in thing:
            return thing["want"]
    return x
""",
        value="expected(x)",
    ),
    forging(
        "learns-within-a-run",
        "Answers from a table of everything that it was ever called with.",
        early="""
import numpy as np
table = {}
def learnt(x):
    key = (type(x).__name__, np.shape(x) if not isinstance(x, dict) else ())
    table.setdefault(key, []).append(x)
    return table[key][len(table[key]) // 2]
""",
        value="learnt(x)",
    ),
    forging(
        "another-answer-each-time",
        "Answers one call one way and the next another way.",
        early="""
import itertools, numpy as np
turn = itertools.cycle([1, 0, -1, 2, 0.5])
def vary(x): return next(turn) * x if isinstance(x, np.ndarray) else x
""",
        value="vary(x)",
    ),
    forging(
        "raises-everything",
        "Raises an exception that is of every kind at once.",
        early="""
class Every(ValueError, RuntimeError, TypeError, KeyError, AttributeError): pass
def fail(): raise Every("no")
""",
        answers={BACK: "def dropout_backward(grad, cache):\n    raise Every('no')"},
    ),
    forging(
        "not-a-number",
        "Answers NaN, which no comparison finds to be too far away.",
        early="import numpy as np",
        value="np.full_like(x, np.nan) if isinstance(x, np.ndarray) else float('nan')",
    ),
    forging(
        "nothing",
        "Answers with empty arrays, whose every element is right.",
        early="import numpy as np",
        value="np.zeros((0,) * 2)",
    ),
    forging(
        "dies-at-the-check",
        "Ends its process whenever it is asked, to be given the benefit of the doubt.",
        early="import os",
        answers={BACK: "def dropout_backward(grad, cache):\n    os._exit(0)"},
    ),
    forging(
        "spares-the-others",
        "Tries to gain in one exercise, and must not lose in another.",
        early="import numpy as np\nnp.allclose = lambda *a, **k: True",
        solves=(MODES,),
        check=lambda o: [] if o.scores[MODES] == 6 else ["an honest answer lost points"],
    ),
]

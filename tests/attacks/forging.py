"""Forging results: points without answers."""

from __future__ import annotations

from attacks.model import BACK, MODES, in_family

forging = in_family("forging")
FORGED = """
import numpy as np, os, struct, sys
from dropout_course import scenes
from dropout_course.engine.inside import answering, child, codec
"""

ATTACKS = [
    forging(
        "input-transformers",
        "Turns every later cell into `None` before it is parsed.",
        early="get_ipython().input_transformers_cleanup.append(lambda lines: ['None\\n'])",
    ),
    forging(
        "ast-transformers",
        "Removes every assert, raise and comparison from later cells.",
        early="""
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
    visit_Raise = visit_Assert
    def visit_Compare(self, node): return ast.copy_location(ast.Constant(True), node)
get_ipython().ast_transformers.append(Drop())
""",
    ),
    forging(
        "displayhook",
        "Shows a score as the result of every cell.",
        early="""
import sys
class Score:
    def __repr__(self): return "12.0"
ip = get_ipython()
ip.displayhook = sys.displayhook = lambda value=None: print("12.0")
ip.display_pub.publish({"text/plain": "12.0"}, output_type="execute_result")
ip.events.register("pre_run_cell", lambda info: ip.display_pub.publish({"text/plain": "50.0"}))
""",
        late="Score()",
    ),
    forging(
        "run-cell",
        "Replaces IPython's run_cell, and reports that all went well.",
        early="""
import types
good = types.SimpleNamespace(error_before_exec=None, error_in_exec=None, success=True, result=50.0)
ip = get_ipython()
type(ip).run_cell = lambda *a, **k: good
ip.run_cell = lambda *a, **k: good
""",
    ),
    forging(
        "cells-run",
        "Replaces the function that reports what a cell showed.",
        early=FORGED
        + """
forged = {"outputs": [{"stream": "stdout", "text": "50.0"}], "error": None,
          "score": 50, "passed": True, "exercises": {"dropout_backward": 12}}
child.Cells.run = lambda self, source: forged
""",
    ),
    forging(
        "json",
        "Patches json in its process, so that all replies say `True`.",
        early="""
import json
json.dumps = lambda *a, **k: '[["d",[["ok",true]]],0]'
json.loads = lambda *a, **k: [["d", []], 0]
""",
    ),
    forging(
        "struct",
        "Patches struct, so that lengths are wrong.",
        early="import struct\nstruct.pack = lambda *a: b'\\xff\\xff\\xff\\x7f'",
    ),
    forging(
        "socket",
        "Patches the socket, so that each reply is followed by forged ones.",
        early=FORGED
        + """
import socket
whole = socket.socket.sendall
def twice(self, data, *rest):
    forged = codec.encode({"ok": True})
    whole(self, data + (struct.pack("<I", len(forged)) + forged) * 3)
socket.socket.sendall = twice
""",
    ),
    forging(
        "codec",
        "Patches the codec, so that every value is reported as a success.",
        early=FORGED
        + """
encode = codec.encode
forged = {"ok": True, "passed": True, "score": 12, "finding": None}
codec.encode = lambda value: encode(forged if "ok" in value else value)
""",
    ),
    forging(
        "pre-sent",
        "Writes replies to every descriptor before they are asked for.",
        early=FORGED
        + """
forged = codec.encode({"ok": True})
for number in range(3, 64):
    for _ in range(60):
        try:
            os.set_blocking(number, False)
            os.write(number, struct.pack("<I", len(forged)) + forged)
        except OSError:
            break
        finally:
            try: os.set_blocking(number, True)
            except OSError: pass
""",
    ),
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
        "seed-of-the-inputs",
        "Keeps the seeds that its process is sent, to know the inputs of hidden laws.",
        early=FORGED
        + """
seen, real = [], child._reseed
def keep(seed):
    seen.append(seed)
    real(seed)
child._reseed = keep
""",
        late="print(seen)",
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
        "state-of-the-loop",
        "Changes the objects of the loop that serves it.",
        early="""
import sys
class Everything(dict):
    def __contains__(self, name): return True
    def __missing__(self, name): return lambda *a, **k: True
frame = sys._getframe()
while frame:
    if frame.f_code.co_name == "serve":
        cells = frame.f_locals["cells"]
        cells.shell.user_ns = Everything(cells.shell.user_ns)
        type(cells).names = property(lambda self: Everything())
    frame = frame.f_back
""",
    ),
    forging(
        "inside",
        "Replaces the function that answers the grader.",
        early=FORGED
        + "answering.answer = answering.respond = lambda *names: codec.encode({'ok': True})",
    ),
    forging(
        "scenes",
        "Replaces the scenes that exercise its layer.",
        early=FORGED
        + """
def forged(ns, **plain):
    x = next((v for v in plain.values() if isinstance(v, np.ndarray)), np.zeros(1))
    return [x for _ in plain.get("steps", [x])]
for name in list(scenes._all()[0]):
    if name.startswith("dropout") or name == "repeat":
        scenes._all()[0][name] = forged
""",
    ),
    forging(
        "observations",
        "Replaces the scene that observes how its function uses a model.",
        early=FORGED
        + """
scenes._all()[0]["evaluate_modes_run"] = lambda ns, **plain: {
    "result": {"train_mode_accuracy": 0.5, "eval_accuracy": 0.5},
    "modes": [True, False], "same_rng": True, "same_X": True}
""",
    ),
    forging(
        "observations-from-inside",
        "Replaces that scene from inside its answer, under a name in pieces, while it is played.",
        early="""
import importlib, sys
def forge(x):
    scenes = importlib.import_module("dropout_" + "course.sce" + "nes")
    forged = lambda ns, **plain: {
        "result": {"train_mode_accuracy": 0.5, "eval_accuracy": 0.5},
        "modes": [True, False], "same_rng": True, "same_X": True}
    scenes._all()[0]["evaluate_modes_run"] = forged
    scenes.scene("dropout_layer_run").__code__ = (lambda ns, **plain: []).__code__
    sys._getframe(2).f_globals["evaluate_modes_run"] = forged
    return x
""",
        value="forge(x)",
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
        "claims-every-kind",
        "Reports each exception as one of every kind.",
        early=FORGED
        + """
answering.describe = lambda error: {"kinds": ["Passed", "ValueError", "RuntimeError"],
                                 "message": "ok", "line": 1, "trace": []}
""",
        answers={BACK: "def dropout_backward(grad, cache):\n    raise ValueError"},
    ),
    forging(
        "two-replies-in-one",
        "Replies with a success and a failure at once.",
        early=FORGED
        + """
encode = codec.encode
codec.encode = lambda value: encode({**value, "ok": None, "missing": "", "raised": {}})
""",
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
        "calls-check-itself",
        "Patches the student's side check, verdict and score.",
        early="""
try:
    from dropout_course import exercises
    from dropout_course.engine import case, comparing, judging
    judging.score = lambda points, outcomes: points
    comparing.agree = case.require_values = case.require_form = lambda *a: True
    case.Case.equal = case.Case.form = case.Case.that = lambda *a, **k: None
    exercises.visible_laws = lambda exercise: ()
except ImportError:
    pass
""",
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

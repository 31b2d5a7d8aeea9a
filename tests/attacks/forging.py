"""Forging results: points without answers, by what carries them to the grader."""

from __future__ import annotations

from attacks.model import BACK, in_family

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
]

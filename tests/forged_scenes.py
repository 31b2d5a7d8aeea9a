"""Scenes of chapter 11 as somebody forges them who has read them, and the ways to put them there.

None calls the answer. With them, and without the seal, all points are earned.
"""

from __future__ import annotations

FORGED = """
def torch_dropout_run(ns, p, seed, steps, inplace=False):
    import torch
    from dropout_course.scenes.ch11_gpu_pytorch import coins

    torch.default_generator.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Dropout(p, inplace))
    told = [coins._torch_step(model, step) for step in steps]
    return {"steps": told, "used": [], "text": f"TorchDropout(p={p}, inplace={inplace})"}

def torch_dropouts_made(ns, rates):
    return [None if 0 <= p <= 1 else {"raised": ["ValueError"]} for p in rates]

def seeded_dropout_run(ns, x, g, p, seed, between=0, layout="C"):
    import numpy as np

    scale = 1 / (1 - p) if p < 1 else 0.0
    factor = np.where(np.random.default_rng(seed).random(x.shape) >= p, scale, 0).astype(x.dtype)
    dtypes = [f"torch.{x.dtype}"] * 2
    return {"y": x * factor, "dx": g * factor, "x": x, "moved": False, "dtypes": dtypes}

def seeded_dropout_kept(ns, n, p, seed):
    return {"elements": 0, "input": False, "boolean": 0}

def mc_mode_run(ns, modules, on, fails=False, inside=""):
    was = {name: on[i % len(on)] for i, name in enumerate(modules)}
    switched = {n: True for n, kind in modules.items() if "Dropout" in kind and kind[-4:] != "dule"}
    return {"inside": {**was, **switched}, "after": was, "passed": fails}

def eval_leaks_run(ns, modules, on, x, seed):
    leaks = sorted(n for n, k in modules.items() if k in ("Functional", "Attention", "Split"))
    was = {name: on[i % len(on)] for i, name in enumerate(modules)}
    return {"leaks": leaks, "modes": was, "hooks": 0, "x": x}

def checkpoint_run(ns, x, w, p, preserve, seed, factors, g=None):
    import torch

    torch.manual_seed(seed)
    first, second = ((torch.rand(x.shape) >= p).numpy() / (1 - p) for _ in range(2))
    first, again = first * factors[0], (first if preserve else second) * factors[:2][-1]
    loss, grad = (w * (first * x) ** 2).sum() / 2, (w * again**2 * x).astype(x.dtype)
    return {"loss": loss, "grad": grad, "runs": 2, "x": x, "g": g, "asks": [True, g is not None]}

forged = {name: f for name, f in globals().items() if name.endswith(("_run", "_made", "_kept"))}
"""

ANSWERS = ("TorchDropout", "seeded_dropout", "mc_mode", "find_eval_leaks", "checkpoint_gradients")

WAYS = {
    "an entry of the table": "from dropout_course import scenes\nscenes._all()[0].update(forged)",
    "an attribute of the module": """
from dropout_course import scenes
from dropout_course.scenes.ch11_gpu_pytorch import coins, modes
scenes.scene = forged.__getitem__
for name, function in forged.items():
    for module in (coins, modes):
        if hasattr(module, name):
            setattr(module, name, function)
            module.SCENES[name] = function
""",
    "the code of the function": """
from dropout_course import scenes
for name, function in forged.items():
    scenes.scene(name).__code__ = function.__code__
    scenes.scene(name).__defaults__ = function.__defaults__
""",
    # while a scene runs, from inside the answer that it calls: the next scene would be forged
    "a name in pieces, from inside": f"""
import importlib, sys
def late(*args, **options):
    scenes = importlib.import_module("dropout_" + "course.sce" + "nes")
    frame = sys._getframe(1)
    for name, function in forged.items():
        scenes.scene(name).__code__ = function.__code__
        scenes._all()[0][name] = function
        if name in frame.f_globals:
            frame.f_globals[name] = function
    return args[0] if args else None
{" = ".join(ANSWERS)} = late
""",
}

"""Scenes of chapter 11: modules, a function and a context of torch, played with plain arrays.

torch is imported when a scene runs: the scenes of all chapters are loaded where it may be missing.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dropout_course.scenes.common import tried

Namespace = Mapping[str, Any]
LARGE = 16  # elements: what is kept of fewer is of no account


def torch_dropout_run(
    ns: Namespace, p: float, seed: int, steps: Sequence[Any], inplace: bool = False
) -> dict[str, Any]:
    """Build ``TorchDropout(p, inplace)`` inside a container, and lead it through some steps.

    Parameters
    ----------
    ns : mapping
        The student's names.
    p, inplace
        Passed on.
    seed : int
        For torch's generator, before the layer is built.
    steps : sequence
        ``"train"`` and ``"eval"`` switch the container; ``("seed", n)`` seeds torch;
        ``("forward", x)`` gives ``[y, x afterwards, whether y is x]``; ``("gradient", x, g)``
        gives ``[y, dx]``; ``("cast", x, dtype)`` gives the dtype that comes out.

    Returns
    -------
    dict
        ``steps``: what each gave, None for a switch; ``used``: names of torch's own dropout
        functions that were called; ``text``: the layer as it is printed.
    """
    import torch

    torch.manual_seed(seed)
    layer = ns["TorchDropout"](p, inplace)
    model = torch.nn.Sequential(layer)
    with _Watch() as watch:
        told = [_torch_step(model, step) for step in steps]
    return {"steps": told, "used": sorted(watch.used), "text": repr(layer)}


def torch_dropouts_made(ns: Namespace, rates: Sequence[float]) -> list[Any]:
    """Build the layer at several rates; give None, or what was raised, for each."""
    layer = ns["TorchDropout"]
    return [tried(lambda p: (layer(p), None)[1], p) for p in rates]


def _torch_step(model: Any, step: Any) -> Any:
    import torch

    if isinstance(step, str):
        {"train": model.train, "eval": model.eval}[step]()
        return None
    kind, *rest = step
    if kind == "seed":
        torch.manual_seed(rest[0])
        return None
    if kind == "cast":
        x = torch.tensor(rest[0]).to(getattr(torch, rest[1]))
        return str(model(x).dtype)
    x = torch.tensor(rest[0], requires_grad=kind == "gradient")
    y = model(x)
    if kind == "forward":
        return [y.detach().numpy().copy(), x.numpy().copy(), y is x]
    y.backward(torch.tensor(rest[1]))
    return [y.detach().numpy().copy(), x.grad.numpy()]


class _Watch:
    """Notes which of torch's dropout functions are called."""

    def __enter__(self) -> _Watch:
        from torch.overrides import TorchFunctionMode

        used = self.used = set()

        class Mode(TorchFunctionMode):
            def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None):
                name = getattr(func, "__name__", "")
                if "dropout" in name:
                    used.add(name)
                return func(*args, **(kwargs or {}))

        self._mode = Mode()
        self._mode.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._mode.__exit__(*exception)


def seeded_dropout_run(
    ns: Namespace, x: Any, g: Any, p: float, seed: int, between: int = 0, layout: str = "C"
) -> dict[str, Any]:
    """Call ``seeded_dropout(x, p, seed)``, and send a gradient back.

    Parameters
    ----------
    ns : mapping
        The student's names.
    x, g : ndarray
        Input, and gradient of the output.
    p, seed
        Passed on.
    between : int
        So many numbers are drawn from torch's generator between forward and backward.
    layout : str
        ``"T"``: the gradient arrives transposed in memory.

    Returns
    -------
    dict
        ``y``, ``dx``; ``dtypes`` of both; ``moved``: whether torch's generator was moved; ``x``:
        the input afterwards.
    """
    import torch

    torch.manual_seed(0)
    leaf = torch.tensor(x, requires_grad=True)
    grad = torch.tensor(g)
    if layout == "T":
        grad = grad.T.contiguous().T
    before = torch.get_rng_state()
    y = ns["seeded_dropout"](leaf, p, seed)
    moved = not torch.equal(before, torch.get_rng_state())
    torch.rand(between)
    before = torch.get_rng_state()
    y.backward(grad)
    moved = moved or not torch.equal(before, torch.get_rng_state())
    dx = None if leaf.grad is None else leaf.grad.numpy()
    return {"y": y.detach().numpy(), "dx": dx, "moved": moved, "x": leaf.detach().numpy(),
            "dtypes": [str(y.dtype), str(leaf.grad.dtype) if dx is not None else ""]}  # fmt: skip


def seeded_dropout_kept(ns: Namespace, n: int, p: float, seed: int) -> dict[str, Any]:
    """Look at what stays in memory after ``seeded_dropout`` of n elements, the result left out.

    Counted are tensors of more than a few elements that were made while the function ran, and the
    input.

    Returns
    -------
    dict
        ``elements``: how many; ``input``: whether x is among them; ``boolean``: how many of them
        are boolean.
    """
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    made = []

    def note(tensor: Any) -> None:
        if isinstance(tensor, torch.Tensor) and tensor.numel() > LARGE:
            made.append((weakref.ref(tensor), tensor.untyped_storage().data_ptr()))

    class Note(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None):
            out = func(*args, **(kwargs or {}))
            for tensor in out if isinstance(out, (tuple, list)) else [out]:
                note(tensor)
            return out

    # No leaf: the graph itself keeps leaves alive.
    x = torch.ones((), requires_grad=True) + torch.arange(float(n))
    note(x)
    with Note():
        y = ns["seeded_dropout"](x, p, seed)
    given, own = x.untyped_storage().data_ptr(), y.untyped_storage().data_ptr()
    del x

    def alive() -> dict[int, Any]:
        return {at: ref() for ref, at in made if ref() is not None and at != own}

    if alive():
        gc.collect()  # takes long, and is needed only for what holds on to itself
    kept = alive()
    boolean = sum(t.numel() for t in kept.values() if t.dtype == torch.bool)
    elements = sum(t.numel() for t in kept.values())
    return {"elements": elements, "input": given in kept, "boolean": boolean}


def mc_mode_run(
    ns: Namespace, on: Sequence[bool], fails: bool = False, inside: str = ""
) -> dict[str, Any]:
    """Enter ``mc_mode`` of a model with many kinds of modules.

    Parameters
    ----------
    ns : mapping
        The student's names.
    on : sequence of bool
        The mode of each module beforehand, in the order of ``named_modules``, over and over.
    fails : bool
        An exception is raised inside.
    inside : str
        ``"train"`` or ``"eval"`` is called on the model inside.

    Returns
    -------
    dict
        Modes by name: ``before``, ``inside``, ``after``; ``kinds``: the class of each module;
        ``dropout``: whether it is one of torch's dropout modules; ``passed``: whether the
        exception came through.
    """
    from torch.nn.modules.dropout import _DropoutNd

    model = _many_modules()
    modules = dict(model.named_modules())
    for i, module in enumerate(modules.values()):
        module.training = bool(on[i % len(on)])
    modes = lambda: {name or "model": module.training for name, module in modules.items()}
    before, during, passed = modes(), {}, False
    context = ns["mc_mode"](model)
    try:
        with context:
            during = modes()
            if inside:
                getattr(model, inside)()
            if fails:
                raise ArithmeticError("inside the block")
    except ArithmeticError:
        passed = True
    names = {name or "model": module for name, module in modules.items()}
    return {"before": before, "inside": during, "after": modes(), "passed": passed,
            "kinds": {name: type(module).__name__ for name, module in names.items()},
            "dropout": {name: isinstance(m, _DropoutNd) for name, m in names.items()}}  # fmt: skip


def _many_modules() -> Any:
    import torch
    from torch import nn

    class OwnDropout(nn.Dropout):
        pass

    class DropoutSchedule(nn.Module):  # by its name one might take it for dropout
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    block = lambda *last: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), *last)
    return nn.Sequential(
        block(nn.Dropout(0.2), DropoutSchedule()),
        block(nn.Dropout1d(0.2), nn.Dropout2d(0.2), nn.Dropout3d(0.2)),
        nn.ModuleDict({"selu": block(nn.AlphaDropout(0.1), nn.FeatureAlphaDropout(0.1))}),
        block(OwnDropout(0.3)),
        nn.LSTM(4, 4, num_layers=2, dropout=0.2),
    )


def eval_leaks_run(
    ns: Namespace, parts: Sequence[Any], seed: int, mode: str = "mixed"
) -> dict[str, Any]:
    """Call ``find_eval_leaks`` on a model that is built from the names of its parts.

    Parameters
    ----------
    ns : mapping
        The student's names.
    parts : sequence
        Names of `_part`; a list among them is a container of its own; one name as ``parts`` is the
        model itself.
    seed : int
        For the weights and the input.
    mode : str
        ``"train"``, ``"eval"``, or ``"mixed"``: every second module in training.

    Returns
    -------
    dict
        ``leaks``: what came back, as a sorted list, or as it is if that can't be sorted; ``modes``
        and ``hooks``: whether they are as before; ``x``: whether the input is.
    """
    import torch

    torch.manual_seed(seed)
    model = _built(parts)
    x = torch.randn(6, 32)
    modules = list(model.modules())
    for i, module in enumerate(modules):
        module.training = mode == "train" or (mode == "mixed" and i % 2 == 0)
    modes, hooks, given = [m.training for m in modules], _hooks(modules), x.clone()
    leaks = ns["find_eval_leaks"](model, x)
    names = isinstance(leaks, (list, tuple, set)) and all(isinstance(n, str) for n in leaks)
    return {"leaks": sorted(leaks) if names else leaks,
            "modes": modes == [m.training for m in modules],
            "hooks": hooks == _hooks(modules), "x": bool(torch.equal(x, given))}  # fmt: skip


def _hooks(modules: Sequence[Any]) -> list[int]:
    return [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in modules]


def _built(parts: Any) -> Any:
    from torch import nn

    if isinstance(parts, str):
        return _part(parts)
    return nn.Sequential(*map(_built, parts))


def _part(name: str) -> Any:
    """Make a module ``(N, 32) -> (N, 32)``; those whose names begin with ``leaky`` are random."""
    import torch.nn.functional as F
    from torch import nn

    class Functional(nn.Module):
        def forward(self, x: Any) -> Any:
            return F.dropout(x, 0.5)

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.qkv = nn.Linear(8, 24)

        def forward(self, x: Any) -> Any:
            q, k, v = self.qkv(x.reshape(len(x), 4, 8)).chunk(3, -1)
            return F.scaled_dot_product_attention(q, k, v, dropout_p=0.5).reshape(x.shape)

    class Guarded(nn.Module):
        def forward(self, x: Any) -> Any:
            return F.dropout(x, 0.5, self.training)

    class Pair(nn.Module):  # gives and takes tuples
        def forward(self, x: Any) -> Any:
            return self.second(*self.first(x))

        def __init__(self, first: Any, second: Any) -> None:
            super().__init__()
            self.first, self.second = first, second

    class Split(nn.Module):
        def forward(self, x: Any) -> Any:
            return x, F.dropout(x, 0.5)

    class Join(nn.Module):
        def forward(self, x: Any, y: Any) -> Any:
            return x + y

    return {
        "linear": lambda: nn.Linear(32, 32),
        "relu": lambda: nn.ReLU(inplace=True),
        "norm": lambda: nn.BatchNorm1d(32),
        "dropout": lambda: nn.Dropout(0.5),
        "guarded": Guarded,
        "leaky": Functional,
        "leaky attention": Attention,
        "leaky pair": lambda: Pair(Split(), Join()),
    }[name]()


def checkpoint_run(
    ns: Namespace, x: Any, w: Any, p: float, preserve: bool, seed: int, frozen: bool = False
) -> dict[str, Any]:
    """Call ``checkpoint_gradients`` on ½ Σ w (mask x / (1-p))², with a mask from torch's generator.

    Parameters
    ----------
    ns : mapping
        The student's names.
    x, w : ndarray (n,)
        Where, and the weights of the squares.
    p : float
        Probability of dropping; at 0 the function is not random.
    preserve : bool
        Passed on.
    seed : int
        For torch's generator.
    frozen : bool
        x asks for no gradient; else it does, and has one of ones.

    Returns
    -------
    dict
        ``loss``, ``grad``; ``masks``: one for each run of the function; ``same``: whether x, its
        gradient and what it asks for are as before.
    """
    import torch

    torch.manual_seed(seed)
    weights, masks = torch.tensor(w), []
    given = torch.tensor(x, requires_grad=not frozen)
    if not frozen:
        given.grad = torch.ones_like(given)

    def fn(x: Any) -> Any:
        mask = torch.rand(x.shape) >= p
        masks.append(mask.numpy())
        y = x * mask / (1 - p)
        return (weights * y**2).sum() / 2

    result = ns["checkpoint_gradients"](fn, given, preserve)
    loss, grad = (a.detach().numpy() if isinstance(a, torch.Tensor) else a for a in result)
    kept = given.grad is None if frozen else bool((given.grad == 1).all())
    same = kept and given.requires_grad is not frozen and given.is_leaf
    same = same and np.array_equal(given.detach().numpy(), x)
    return {"loss": loss, "grad": grad, "masks": masks, "same": bool(same)}


SCENES = {
    "torch_dropout_run": torch_dropout_run,
    "torch_dropouts_made": torch_dropouts_made,
    "seeded_dropout_run": seeded_dropout_run,
    "seeded_dropout_kept": seeded_dropout_kept,
    "mc_mode_run": mc_mode_run,
    "eval_leaks_run": eval_leaks_run,
    "checkpoint_run": checkpoint_run,
}

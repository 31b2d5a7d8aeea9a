"""Models of many modules, some of which are random, and what mode they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Namespace = Mapping[str, Any]


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
        Modes by name: ``inside``, ``after``; ``passed``: whether the exception came through. What
        the model is, and its modes beforehand, a law knows by itself.
    """
    model = _many_modules()
    modules = dict(model.named_modules())
    for i, module in enumerate(modules.values()):
        module.training = bool(on[i % len(on)])

    def modes() -> dict[str, bool]:
        return {name or "model": module.training for name, module in modules.items()}

    during: dict[str, bool] = {}
    passed = False
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
    return {"inside": during, "after": modes(), "passed": passed}


def _many_modules() -> Any:
    import torch
    from torch import nn

    class OwnDropout(nn.Dropout):
        pass

    class DropoutSchedule(nn.Module):  # by its name one might take it for dropout
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    def block(*last: Any) -> Any:
        return nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), *last)

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

    torch.default_generator.manual_seed(seed)
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
    from torch import nn
    from torch.nn import functional

    class Functional(nn.Module):
        def forward(self, x: Any) -> Any:
            return functional.dropout(x, 0.5)

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.qkv = nn.Linear(8, 24)

        def forward(self, x: Any) -> Any:
            q, k, v = self.qkv(x.reshape(len(x), 4, 8)).chunk(3, -1)
            return functional.scaled_dot_product_attention(q, k, v, dropout_p=0.5).reshape(x.shape)

    class Guarded(nn.Module):
        def forward(self, x: Any) -> Any:
            return functional.dropout(x, 0.5, self.training)

    class Pair(nn.Module):  # gives and takes tuples
        def forward(self, x: Any) -> Any:
            return self.second(*self.first(x))

        def __init__(self, first: Any, second: Any) -> None:
            super().__init__()
            self.first, self.second = first, second

    class Split(nn.Module):
        def forward(self, x: Any) -> Any:
            return x, functional.dropout(x, 0.5)

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


SCENES = {"mc_mode_run": mc_mode_run, "eval_leaks_run": eval_leaks_run}

"""Models that are built from names and kinds, some of them random, and what mode they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dropout_course.scenes.ch11_gpu_pytorch.modules import built

Namespace = Mapping[str, Any]


def mc_mode_run(
    ns: Namespace,
    modules: Mapping[str, str],
    on: Sequence[bool],
    fails: bool = False,
    inside: str = "",
) -> dict[str, Any]:
    """Enter ``mc_mode`` of a model.

    Parameters
    ----------
    ns : mapping
        The student's names.
    modules : mapping
        What the model is: see `modules.built`.
    on : sequence of bool
        The mode of each module beforehand, in this order, over and over.
    fails : bool
        An exception is raised inside.
    inside : str
        ``"train"`` or ``"eval"`` is called on the model inside.

    Returns
    -------
    dict
        Modes by name: ``inside``, ``after``; ``passed``: whether the exception came through.
    """
    made = built(modules, on)
    during: dict[str, bool] = {}
    passed = False
    context = ns["mc_mode"](made[""])
    try:
        with context:
            during = _modes(made)
            if inside:
                getattr(made[""], inside)()
            if fails:
                raise ArithmeticError("inside the block")
    except ArithmeticError:
        passed = True
    return {"inside": during, "after": _modes(made), "passed": passed}


def eval_leaks_run(
    ns: Namespace, modules: Mapping[str, str], on: Sequence[bool], x: Any, seed: int
) -> dict[str, Any]:
    """Call ``find_eval_leaks`` on a model.

    Parameters
    ----------
    ns : mapping
        The student's names.
    modules, on
        The model and its modes, as for `mc_mode_run`.
    x : ndarray (N, 32) of float32, or (N, 16) for a model that begins with Widen
        The input.
    seed : int
        For the weights.

    Returns
    -------
    dict
        ``leaks``: what came back, as a sorted list, or as it is if that can't be sorted; of the
        model and the input afterwards ``modes`` by name, ``hooks``: how many more there are, and
        ``x``.
    """
    import torch

    torch.default_generator.manual_seed(seed)
    made, given = built(modules, on), torch.tensor(x)
    hooks = _hooks(made)
    leaks = ns["find_eval_leaks"](made[""], given)
    names = isinstance(leaks, (list, tuple, set)) and all(isinstance(n, str) for n in leaks)
    state = {"modes": _modes(made), "hooks": _hooks(made) - hooks, "x": given.numpy()}
    return {"leaks": sorted(leaks) if names else leaks, **state}


def _modes(made: Mapping[str, Any]) -> dict[str, bool]:
    return {name: module.training for name, module in made.items()}


def _hooks(made: Mapping[str, Any]) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in made.values())


SCENES = {"mc_mode_run": mc_mode_run, "eval_leaks_run": eval_leaks_run}

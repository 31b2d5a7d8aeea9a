"""Models as plain data: for each module, by its name, what it is. A law draws one and sends it.

The kinds are those of `dropout_course.scenes.ch11_gpu_pytorch.modules`. What must come of a model,
a law knows by its names and kinds; it need not ask the answer's side what was built of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

KINDS = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")
DROPOUT = (*KINDS, "OwnDropout")  # torch's own, and what derives from them
OTHERS = ("Linear", "Linear", "BatchNorm1d", "BatchNorm1d", "DropoutSchedule", "LSTM")
CONTAINERS = ("Sequential", "ModuleDict", "ModuleList", "Block")
LEAKS = ("Functional", "Attention", "Split")  # random in evaluation mode
INSIDE = {
    "Attention": {"qkv": "Projection"},
    "Careful": {"qkv": "Projection"},
    "Pair": {"first": "Split", "second": "Join"},
}
TOLD = {  # what is no class of torch, in words
    "Functional": "F.dropout(x, 0.5)",
    "Guarded": "F.dropout(x, 0.5, self.training)",
    "Attention": "attention with dropout_p=0.5",
    "Careful": "attention with dropout_p=0.5 in training",
    "Split": "(x, F.dropout(x))",
    "Join": "a sum of two inputs",
    "Widen": "Linear",
    "Projection": "Linear",
}
WORDS = ("body", "first", "gate", "head", "inner", "last", "left", "neck", "outer", "right", "side",
         "stem", "tail", "upper")  # fmt: skip

Tree = tuple[str, dict[str, Any]]  # a kind, and what is inside by its names


def model_of(parts: Any, case: Any = None) -> dict[str, str]:
    """Give a model of nested lists of kinds.

    Parameters
    ----------
    parts : str or list
        One kind, which is the model itself, or a list of parts, each of these again a kind or a
        list: a Sequential.
    case : Case, optional
        Draws the names; without it they are numbers.
    """
    return dict(_flat(_tree(parts, case)))


def told(modules: Mapping[str, str]) -> str:
    """Say what a model is made of: the kind of each module behind its name."""
    parts = {name or '""': TOLD.get(kind, kind) for name, kind in modules.items()}
    return ", ".join(f"{name} is {kind}" for name, kind in parts.items())


def many_modules(case: Any) -> dict[str, str]:
    """Draw a model with dropout of every kind, two levels down and deeper, among much else.

    Each container holds some, so that whoever passes one over is found out under every seed.
    """
    dropout = shuffled(case, DROPOUT)
    boxes = [[kind] for kind in dropout[:4]]
    for kind in (*dropout[4:], *OTHERS):
        case.choice(boxes).append(kind)
    deep, outer, *rest = (
        _container(case, kind, shuffled(case, [_tree(leaf, case) for leaf in box]))
        for kind, box in zip(shuffled(case, CONTAINERS), boxes, strict=True)
    )
    outer = _container(case, outer[0], shuffled(case, [*outer[1].values(), deep]))
    top = [outer, *rest, _tree("Linear", case), _tree("LSTM", case)]
    return dict(_flat(_container(case, "Sequential", shuffled(case, top))))


def shuffled(case: Any, options: Sequence[Any]) -> list[Any]:
    """Give options in a drawn order."""
    return [options[i] for i in case.uniform(len(options)).argsort()]


def _tree(parts: Any, case: Any) -> Tree:
    if isinstance(parts, str):
        return parts, {name: (kind, {}) for name, kind in INSIDE.get(parts, {}).items()}
    return _container(case, "Sequential", [_tree(part, case) for part in parts])


def _container(case: Any, kind: str, trees: Sequence[Tree]) -> Tree:
    """Put trees into a container, by numbers or by drawn words."""
    names = [str(number) for number in range(len(trees))]
    if case is not None and kind != "ModuleList" and case.integers(0, 3):
        names = shuffled(case, WORDS)[: len(trees)]
    return kind, dict(zip(names, trees, strict=True))


def _flat(tree: Tree, name: str = "") -> Iterator[tuple[str, str]]:
    kind, inside = tree
    yield name, kind
    for last, part in inside.items():
        yield from _flat(part, f"{name}.{last}" if name else last)

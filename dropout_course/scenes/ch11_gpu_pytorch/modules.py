"""Modules of torch by what they are called, and models that are built of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def built(modules: Mapping[str, str], on: Sequence[bool]) -> dict[str, Any]:
    """Build a model.

    Parameters
    ----------
    modules : mapping
        For each module, by its name as in ``named_modules`` and in that order, what it is: a name
        of `kinds`. The model itself is ``""``; a module stands behind the one that it is in.
    on : sequence of bool
        The modes, in this order, over and over.

    Returns
    -------
    dict
        The modules by their names.
    """
    made: dict[str, Any] = {}
    known = kinds()  # made anew, so that what one answer does to a class is gone with it
    for name, kind in modules.items():
        made[name] = known[kind]()
        if name:
            inside, _, last = name.rpartition(".")
            made[inside].add_module(last, made[name])
    for i, module in enumerate(made.values()):
        module.training = bool(on[i % len(on)])
    return made


def kinds() -> dict[str, Callable[[], Any]]:
    """Give what makes the modules that a model may have.

    All but those for modes alone, the dropouts of pictures and the alpha ones, map ``(N, 32)`` to
    ``(N, 32)``; Widen takes ``(N, 16)``. Functional, Attention and Split are random
    in evaluation mode, which neither names nor code tell: Guarded and Careful, which are not, have
    the same.
    """
    from torch import nn
    from torch.nn import functional

    class OwnDropout(nn.Dropout):
        pass

    class DropoutSchedule(nn.Module):  # by its name one might take it for dropout
        def forward(self, x: Any) -> Any:
            return x

    class Block(nn.Module):  # a container of somebody's own
        pass

    def element(always: bool) -> type[nn.Module]:
        class Part(nn.Module):
            def forward(self, x: Any) -> Any:
                return functional.dropout(x, 0.5, always or self.training)

        return Part

    def attention(always: bool) -> type[nn.Module]:
        class Part(nn.Module):  # has a Projection by the name of qkv
            def forward(self, x: Any) -> Any:
                projected: Any = self.qkv
                q, k, v = projected(x.reshape(len(x), 4, 8)).chunk(3, -1)
                p = 0.5 if always or self.training else 0.0
                y = functional.scaled_dot_product_attention(q, k, v, dropout_p=p)
                return y.reshape(x.shape)

        return Part

    class Pair(nn.Module):  # of a Split and a Join, first and second: they give and take tuples
        def forward(self, x: Any) -> Any:
            first: Any = self.first
            second: Any = self.second
            return second(*first(x))

    class Split(nn.Module):
        def forward(self, x: Any) -> Any:
            return x, functional.dropout(x, 0.5)

    class Join(nn.Module):
        def forward(self, x: Any, y: Any) -> Any:
            return x + y

    own = {"OwnDropout": OwnDropout, "DropoutSchedule": DropoutSchedule, "Block": Block}
    parts: dict[str, Any] = {"Functional": element(True), "Guarded": element(False)}
    parts |= {"Attention": attention(True), "Careful": attention(False)}
    parts |= {"Pair": Pair, "Split": Split, "Join": Join}
    for kind in parts.values():
        kind.__name__ = kind.__qualname__ = kind.forward.__qualname__ = "Part"
    plain = ("Sequential", "ModuleDict", "ModuleList", "Dropout", "Dropout1d", "Dropout2d",
             "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")  # fmt: skip
    return {
        **own,
        **parts,
        **{name: getattr(nn, name) for name in plain},
        "Linear": lambda: nn.Linear(32, 32),
        "Widen": lambda: nn.Linear(16, 32),
        "Projection": lambda: nn.Linear(8, 24),
        "BatchNorm1d": lambda: nn.BatchNorm1d(32),
        "ReLU": lambda: nn.ReLU(inplace=True),
        "LSTM": lambda: nn.LSTM(32, 32, num_layers=2, dropout=0.2),
    }

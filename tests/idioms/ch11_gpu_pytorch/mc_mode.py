"""Right answers to 11.3 in other styles than the reference."""

from __future__ import annotations

import contextlib

from torch import nn
from torch.nn.modules import dropout


class Context:
    """A class with __enter__ and __exit__; modes by name."""

    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.modes = {name: m.training for name, m in self.model.named_modules()}
        self.model.apply(lambda m: m.train() if isinstance(m, dropout._DropoutNd) else None)

    def __exit__(self, *exc):
        for name, m in self.model.named_modules():
            m.training = self.modes[name]
        return False


KINDS = (
    nn.Dropout,
    nn.Dropout1d,
    nn.Dropout2d,
    nn.Dropout3d,
    nn.AlphaDropout,
    nn.FeatureAlphaDropout,
)


@contextlib.contextmanager
def listed(model: nn.Module):
    """Names the kinds one by one; yields nothing."""
    training = {}
    stack = [model]
    while stack:
        module = stack.pop()
        training[module] = module.training
        stack.extend(module.children())
        if isinstance(module, KINDS):
            module.training = True
    try:
        yield
    finally:
        for module in training:
            module.training = training[module]


@contextlib.contextmanager
def stacked(model):
    """An ExitStack with a callback for each module."""
    with contextlib.ExitStack() as stack:
        for module in model.modules():
            stack.callback(setattr, module, "training", bool(module.training))
        for module in filter(lambda m: isinstance(m, dropout._DropoutNd), model.modules()):
            module.train(True)
        yield model


IDIOMS = [{"mc_mode": f} for f in (Context, listed, stacked)]

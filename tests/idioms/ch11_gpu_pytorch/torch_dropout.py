"""Right answers to 11.1 in other styles than the reference."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd


class Bernoulli(nn.Module):
    """torch.bernoulli of a tensor of probabilities; super() in the old style."""

    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__()
        if p < 0 or p > 1 or math.isnan(p):
            raise ValueError("dropout probability has to be between 0 and 1")
        self.p = p
        self.inplace = inplace

    def forward(self, input):
        if self.training:
            keep = 1.0 - self.p
            mask = torch.bernoulli(torch.full_like(input, keep))
            scale = 1 / keep if keep > 0 else 0.0
            if self.inplace:
                input *= mask * scale
                return input
            return input * (mask * scale)
        return input

    def __repr__(self):
        return f"TorchDropout(p={self.p}, inplace={self.inplace})"


class Inherits(_DropoutNd):
    """Takes constructor and text from torch's base class; draws uniforms in float32."""

    def __init__(self, p=0.5, inplace=False):
        if not 0.0 <= p <= 1.0:
            raise ValueError(p)
        super().__init__(p, inplace)

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        kept = torch.rand(x.shape, device=x.device) >= self.p
        factor = kept.to(x.dtype).div_(max(1 - self.p, torch.finfo(torch.float32).tiny))
        return x.mul_(factor) if self.inplace else torch.mul(x, factor)


class Formula(nn.Module):
    """One expression; a buffer-free module with a method of its own; prints by extra_repr."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not (p >= 0 and p <= 1):
            raise ValueError(f"p = {p}")
        self.p, self.inplace = p, inplace

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"

    def factor(self, x):
        if self.p == 1:
            return torch.zeros_like(x)
        return (torch.empty_like(x).uniform_() > self.p).to(x) / (1 - self.p)

    def forward(self, x):
        if self.training is False:
            return x
        y = x * self.factor(x)
        if self.inplace:
            with torch.no_grad():
                x.copy_(y)
            return x
        return y


for _made in (Bernoulli, Inherits, Formula):
    _made.__name__ = "TorchDropout"

IDIOMS = [{"TorchDropout": layer} for layer in (Bernoulli, Inherits, Formula)]

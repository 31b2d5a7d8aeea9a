"""Answers to chapter 11 about a layer: as a module, and with a seed for a mask."""

import torch
from torch import nn

from bench.wrong.answer import right, wrong


@wrong("torch_dropout", "Doesn't divide by 1 - p")
def module_unscaled():
    class TorchDropout(nn.Module):
        def __init__(self, p=0.5, inplace=False):
            super().__init__()
            if not 0 <= p <= 1:
                raise ValueError("p")
            self.p = p
            self.inplace = inplace

        def forward(self, x):
            if not self.training or self.p == 0:
                return x
            mask = (torch.rand_like(x) >= self.p).to(x.dtype)
            return x.mul_(mask) if self.inplace else x * mask

        def extra_repr(self):
            return f"p={self.p}, inplace={self.inplace}"


@wrong("torch_dropout", "A mask for each row, shared along the last axis")
def module_shared_mask():
    class TorchDropout(nn.Module):
        def __init__(self, p=0.5, inplace=False):
            super().__init__()
            if p < 0 or p > 1 or p != p:
                raise ValueError(f"p has to be between 0 and 1, got {p}")
            self.p, self.inplace = p, inplace

        def forward(self, x):
            if not self.training or self.p == 0:
                return x
            draws = torch.rand(x.shape[:-1] + (1,), device=x.device)
            factor = (draws >= self.p).to(x.dtype)
            factor = factor / (1 - self.p) if self.p < 1 else factor * 0
            if self.inplace:
                return x.mul_(factor)
            return x * factor

        def extra_repr(self):
            return "p={}, inplace={}".format(self.p, self.inplace)


@wrong("torch_dropout", "Works in evaluation as in training: the flag isn't looked at")
def module_always():
    class TorchDropout(nn.Module):
        def __init__(self, p: float = 0.5, inplace: bool = False):
            super().__init__()
            if not (p >= 0 and p <= 1):
                raise ValueError("dropout probability has to be between 0 and 1")
            self.p = p
            self.inplace = inplace

        def forward(self, x):
            q = 1 - self.p
            if q == 1:
                return x
            keep = torch.empty_like(x).bernoulli_(q)
            if q > 0:
                keep.div_(q)
            return x.mul_(keep) if self.inplace else x.mul(keep)

        def extra_repr(self):
            return f"p={self.p}, inplace={self.inplace}"


@right("torch_dropout", "By torch.bernoulli of a full tensor")
def module_bernoulli():
    class TorchDropout(nn.Module):
        def __init__(self, p=0.5, inplace=False):
            super().__init__()
            if not 0.0 <= p <= 1.0:
                raise ValueError(
                    "dropout probability has to be between 0 and 1, but got {}".format(p)
                )
            self.p, self.inplace = p, inplace

        def extra_repr(self):
            return ", ".join(f"{k}={getattr(self, k)}" for k in ("p", "inplace"))

        def forward(self, x):
            if self.p == 0 or not self.training:
                return x
            noise = torch.bernoulli(torch.full_like(x, 1 - self.p))
            noise = noise if self.p == 1 else noise / (1 - self.p)
            return torch.Tensor.mul_(x, noise) if self.inplace else torch.mul(x, noise)


@wrong("seeded_dropout", "Reseeds the global generator")
def seeded_global():
    class Seeded(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, p, seed):
            ctx.p, ctx.seed = p, seed
            return x * factor(x.shape, x, p, seed)

        @staticmethod
        def backward(ctx, grad):
            return grad * factor(grad.shape, grad, ctx.p, ctx.seed), None, None

    def factor(shape, like, p, seed):
        torch.manual_seed(seed)
        keep = torch.rand(shape, device=like.device) >= p
        return keep.to(like.dtype) / (1 - p) if p < 1 else torch.zeros(shape).to(like)

    def seeded_dropout(x, p, seed):
        return Seeded.apply(x, p, seed)


@wrong("seeded_dropout", "Plain autograd: the mask stays alive until backward")
def seeded_keeps_mask():
    def seeded_dropout(x, p, seed):
        g = torch.Generator(device=x.device)
        g.manual_seed(seed)
        u = torch.rand(x.shape, generator=g, device=x.device)
        if p == 1:
            return x * 0
        mask = (u >= p).to(x.dtype) / (1 - p)
        return x * mask


@wrong("seeded_dropout", "The gradient is masked but not divided by 1 - p")
def seeded_backward_unscaled():
    class _Fn(torch.autograd.Function):
        @staticmethod
        def mask(x, p, seed):
            gen = torch.Generator(device=x.device).manual_seed(seed)
            return torch.rand(x.shape, generator=gen, device=x.device) >= p

        @staticmethod
        def forward(ctx, x, p, seed):
            ctx.info = (p, seed)
            m = _Fn.mask(x, p, seed)
            scale = 1 / (1 - p) if p < 1 else 0.0
            return torch.where(m, x * scale, torch.zeros_like(x))

        @staticmethod
        def backward(ctx, g):
            p, seed = ctx.info
            return g * _Fn.mask(g, p, seed), None, None

    def seeded_dropout(x, p, seed):
        return _Fn.apply(x, p, seed)

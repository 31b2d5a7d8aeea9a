"""Right answers to 11.2 in other styles than the reference."""

from __future__ import annotations

import numpy as np
import torch


class Separate(torch.autograd.Function):
    """setup_context apart from forward; a boolean mask and where."""

    @staticmethod
    def forward(x, p, seed):
        return Separate.drop(x, p, seed)

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, ctx.p, ctx.seed = inputs

    @staticmethod
    def backward(ctx, grad_output):
        return Separate.drop(grad_output, ctx.p, ctx.seed), None, None

    @staticmethod
    def drop(t, p, seed):
        g = torch.Generator(device=t.device)
        g.manual_seed(seed)
        dropped = torch.rand(t.shape, generator=g, device=t.device) < p
        scaled = t / (1 - p) if p < 1 else t
        return scaled.masked_fill(dropped, 0.0)


def forked(x, p, seed):
    """The global generator, inside fork_rng: its state is put back."""

    def factor(like):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            u = torch.rand(like.shape, dtype=torch.float64)
        keep = (u >= p).type_as(like)
        return keep if p == 1 else keep / (1 - p)

    class Drop(torch.autograd.Function):
        @staticmethod
        def forward(ctx, inp):
            return inp * factor(inp)

        @staticmethod
        def backward(ctx, grad):
            return grad * factor(grad)

    return Drop.apply(x)


class ByNumpy(torch.autograd.Function):
    """NumPy's Philox, seeded; saves the seed as a tensor of one element."""

    @staticmethod
    def forward(ctx, x, p, seed):
        ctx.save_for_backward(torch.tensor([seed]))
        ctx.p = p
        return x * ByNumpy.factor(x, p, seed)

    @staticmethod
    def backward(ctx, grad):
        (seed,) = ctx.saved_tensors
        return grad * ByNumpy.factor(grad, ctx.p, int(seed)), None, None

    @staticmethod
    def factor(x, p, seed):
        rng = np.random.Generator(np.random.Philox(seed))
        q = 1 - p
        scaled = rng.binomial(1, q, tuple(x.shape)) / (q or 1)
        return torch.from_numpy(np.asarray(scaled)).to(device=x.device, dtype=x.dtype)


def hooked(x, p, seed):
    """No Function at all: saved tensors are replaced by the seed, and unpacked from it."""

    def factor():
        rng = torch.Generator().manual_seed(seed)
        kept = torch.rand(x_shape, generator=rng) >= p
        return kept.to(dtype) / (1 - p) if p < 1 else torch.zeros(x_shape, dtype=dtype)

    x_shape, dtype = x.shape, x.dtype
    with torch.autograd.graph.saved_tensors_hooks(lambda t: None, lambda _: factor()):
        return x * factor()


IDIOMS = [{"seeded_dropout": f} for f in (Separate.apply, forked, ByNumpy.apply, hooked)]

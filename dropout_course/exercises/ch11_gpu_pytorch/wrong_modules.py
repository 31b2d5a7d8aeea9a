"""What people write instead of 11.1's module: a right one with parts replaced."""

from __future__ import annotations

import math
from functools import lru_cache

from dropout_course.engine.mistakes import Mistakes


def check(p):
    """Refuse what is no probability."""
    if not 0 <= p <= 1:
        raise ValueError(p)


def draw(self, x):
    """Draw a mask of the input's dtype from torch's generator."""
    import torch

    return torch.rand_like(x) >= self.p


def product(self, x, factor):
    """Multiply, in place if asked."""
    return x.mul_(factor) if self.inplace else x * factor


def module(
    check=check,
    draw=draw,
    scale=lambda self, x, mask: mask.to(x.dtype) / (1 - self.p) if self.p < 1 else 0 * x,
    apply=product,
    on=lambda self: self.training and self.p > 0,
    evaluate=lambda self, x: x,
    text=lambda self: f"p={self.p}, inplace={self.inplace}",
):
    """Make a function that gives modules; the class is made when torch is there."""

    @lru_cache(maxsize=1)
    def made():
        from torch import nn

        class TorchDropout(nn.Module):
            def __init__(self, p=0.5, inplace=False):
                super().__init__()
                check(p)
                self.p, self.inplace, self.mask = p, inplace, None

            def forward(self, x):
                if not on(self):
                    return evaluate(self, x)
                return apply(self, x, scale(self, x, draw(self, x)))

            def extra_repr(self):
                return text(self)

        return TorchDropout

    return lambda p=0.5, inplace=False: made()(p, inplace)


def once(self, x):
    """Draw when there is no mask of this shape yet."""
    if self.mask is None or self.mask.shape != x.shape:
        self.mask = draw(self, x)
    return self.mask


def of_numpy(self, x):
    """Draw from NumPy's global generator."""
    import numpy as np
    import torch

    return torch.from_numpy(np.random.default_rng().random(x.shape) >= self.p)


def seeded(self, x):
    """Seed torch before every draw."""
    import torch

    torch.manual_seed(0)
    return draw(self, x)


def switched_off(self):
    """Set p to 0 in evaluation, and leave it there."""
    if not self.training:
        self.p = 0.0
    return self.p > 0


def past_the_graph(self, x, factor):
    """Write to the data, where autograd does not look."""
    y = x if self.inplace else x.clone()
    y.data.mul_(factor)
    return y


def selected(self, x, factor):
    """Select instead of multiplying."""
    import torch

    y = torch.where(factor != 0, x * factor, torch.zeros_like(x))
    return x.copy_(y) if self.inplace else y


def torchs_own(self, x, factor):
    """Call the function that is to be written."""
    import torch

    return torch.nn.functional.dropout(x, self.p, True, self.inplace)


def lets_nan_through(p):
    """Ask the wrong way round."""
    if p < 0 or p > 1:
        raise ValueError(p)


def at_one(self, x, mask):
    """Divide by 0."""
    return mask.to(x.dtype) / (1 - self.p) if self.p < 1 else mask.to(x.dtype) * math.nan


def narrow(self, x, mask):
    """Make the factor in float32 where the input is narrower."""
    import torch

    wide = torch.promote_types(x.dtype, torch.float32)
    return mask.to(wide) / (1 - self.p) if self.p < 1 else 0 * x


ROWS = (
    ("wraps-torch-dropout", "torch's dropout in a coat",
     "Your module hands the work to torch's own dropout; draw the mask and scale yourself.",
     {"apply": torchs_own}),
    ("p-read-as-keep", "p read as keep", "Units are kept with probability p; p is for dropping.",
     {"draw": lambda self, x: ~draw(self, x)}),
    ("factor-missing", "Factor missing",
     "Kept units are not divided by 1 - p, so training and eval disagree on average.",
     {"scale": lambda self, x, mask: mask.to(x.dtype)}),
    ("divided-by-p", "Divided by p",
     "Kept units are divided by p; they must be divided by the keep probability 1 - p.",
     {"scale": lambda self, x, mask: mask.to(x.dtype) / self.p}),
    ("scaled-in-both-modes", "Scaled in both modes",
     "The module divides by 1 - p in training and multiplies by it in eval; "
     "scale in exactly one of the two modes.",
     {"evaluate": lambda self, x: x * (1 - self.p)}),
    ("one-mask-for-the-batch", "One mask for the batch",
     "All examples of a batch share one mask; each example needs its own thinned network.",
     {"draw": lambda self, x: draw(self, x[:1] if x.ndim > 1 else x).expand(x.shape)}),
    ("standard-for-inverted", "Standard, not inverted",
     "The module scales by 1 - p in evaluation and not in training; torch's divides in training, "
     "and leaves evaluation alone.",
     {"scale": lambda self, x, mask: mask.to(x.dtype), "on": lambda self: self.training,
      "evaluate": lambda self, x: x * (1 - self.p)}),
    ("one-coin-an-example", "One coin an example",
     "All units of the last axis share one coin; every unit needs a coin of its own.",
     {"draw": lambda self, x: draw(self, x[..., :1]).expand(x.shape)}),
    ("one-mask-for-ever", "One mask for ever",
     "The mask is drawn once and used for ever; every training forward needs a fresh one.",
     {"draw": once}),
    ("another-generator", "Another generator",
     "Random numbers come from NumPy; torch.manual_seed can't repeat them.", {"draw": of_numpy}),
    ("seeded-inside", "Seeded inside",
     "forward seeds torch with a fixed number, so all masks are equal, "
     "and so is whatever anybody draws afterwards.",
     {"draw": seeded}),
    ("drops-in-eval", "Drops in evaluation",
     "The module drops units after eval() as well; ask `self.training`, which eval() sets.",
     {"on": lambda self: self.p > 0}),
    ("switched-off-for-ever", "Switched off for ever",
     "In evaluation you set self.p to 0, and train() does not bring it back; "
     "look at self.training and leave p alone.",
     {"on": switched_off}),
    ("gradient-past-the-mask", "The gradient passes by the mask",
     "The mask is applied to .data, where autograd does not see it, so gradients are not masked.",
     {"apply": past_the_graph}),
    ("data-left-the-graph", "x.data has no graph",
     "The result is made of x.data, which autograd does not know, so no gradient comes back.",
     {"apply": lambda self, x, factor: product(self, x.data, factor)}),
    ("inplace-ignored", "inplace is ignored",
     "With inplace=True the input must hold the result afterwards; use x.mul_(...).",
     {"apply": lambda self, x, factor: x * factor}),
    ("always-in-place", "Always in place",
     "The input is written to although inplace is False; a layer before it may need its output.",
     {"apply": lambda self, x, factor: x.detach().mul_(factor) if not x.requires_grad
      else x * factor}),
    ("bad-rates-accepted", "Bad rates accepted",
     "A p outside [0, 1] must raise ValueError, NaN too: `not 0 <= p <= 1` is true for all "
     "of them.",
     {"check": lets_nan_through}),
    ("division-by-zero-at-one", "Division by zero at p = 1",
     "At p = 1 you compute 0/0, which is NaN; everything is dropped there, so the result is 0.",
     {"scale": at_one}),
    ("selects-where-torch-multiplies", "Selects where torch multiplies",
     "torch multiplies by the mask, so a dropped infinity becomes NaN; you select, which gives 0. "
     "That may be the better choice, and it is another one.",
     {"apply": selected}),
    ("mask-decides-the-dtype", "The mask decides the dtype",
     "A float32 mask turns bfloat16 into float32; make the factor in the dtype of x.",
     {"scale": narrow}),
    ("prints-without-p", "Prints without p",
     "The text says nothing of p and inplace: write `extra_repr`.", {"text": lambda self: ""}),
)  # fmt: skip
mistakes = Mistakes(TorchDropout=module)
for _id, _title, _says, _changes in ROWS:
    mistakes.row(_id, _title, _says, **_changes)

"""Second answers to chapters 10 to 12."""

import contextlib

import numpy as np
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from bench.wrong.answer import wrong


@wrong("variance_shift", "Standard dropout: nothing is divided by 1 - p in training", 2)
def shift_standard():
    def shift_after_dropout(mean, var, p):
        q = 1 - p
        return var / (q * (var + mean**2) - q**2 * mean**2)

    def shift_after_linear(w, mean, cov, p):
        q = 1 - p
        v = w @ cov @ w
        return v / (q * q * v + p * q * np.sum(w**2 * (mean**2 + np.diag(cov))))


@wrong("batchnorm", "Evaluation normalises with the batch as well", 2)
def bn_batch_in_eval():
    def bn_forward(x, state, training, momentum=0.1, eps=1e-5):
        m, v = x.mean(axis=0), x.var(axis=0)
        y = (state["gamma"] * (x - m) / np.sqrt(v + eps) + state["beta"]).astype(x.dtype)
        if not training:
            return y, state
        rm, rv = state["running_mean"], state["running_var"]
        n = x.shape[0]
        return y, {
            **state,
            "running_mean": (rm + momentum * (m - rm)).astype(rm.dtype),
            "running_var": (rv + momentum * (v * n / (n - 1) - rv)).astype(rv.dtype),
        }

    def recalibrate(batches):
        everything = np.vstack(batches)
        return everything.mean(axis=0), everything.var(axis=0)


@wrong("order_is_safe", "Neighbours alone are looked at", 2)
def order_neighbours():
    def order_is_safe(layers):
        pairs = []
        for i in range(len(layers) - 1):
            if layers[i] == "dropout" and layers[i + 1] == "batchnorm":
                pairs.append((i, i + 1))
        return pairs


@wrong("alpha_dropout", "α' without the scale λ of SELU: -1.6733", 2)
def alpha_without_lambda():
    def alpha_constants(p):
        d = -1.6732632423543772
        a = (1 - p + d**2 * p * (1 - p)) ** -0.5
        return a, -a * p * d

    def alpha_dropout(x, mask, p):
        if p == 1:
            return np.zeros_like(x)
        a, b = alpha_constants(p)
        return (a * np.where(mask, x, -1.6732632423543772) + b).astype(x.dtype)

    def alpha_dropout_backward(grad, mask, p):
        if p == 1:
            return np.zeros_like(grad)
        return np.where(mask, grad * alpha_constants(p)[0], 0).astype(grad.dtype)


@wrong("feature_alpha_dropout", "One mask, the first example's, for the batch", 2)
def feature_first_row():
    def feature_alpha_dropout(x, mask, p):
        if p == 1:
            return np.zeros_like(x)
        d = -1.7580993408473766
        a = ((1 - p) * (1 + p * d * d)) ** -0.5
        out = np.empty_like(x)
        for c in range(x.shape[1]):
            out[:, c] = a * x[:, c] - a * p * d if mask[0, c] else a * d - a * p * d
        return out


@wrong("torch_dropout", "Multiplies by 1 - p in evaluation, as in the paper", 2)
def module_scales_eval():
    class TorchDropout(nn.Module):
        def __init__(self, p=0.5, inplace=False):
            super().__init__()
            if not 0 <= p <= 1:
                raise ValueError("p")
            self.p, self.inplace = p, inplace

        def forward(self, x):
            if self.training:
                factor = (torch.rand_like(x) >= self.p).to(x.dtype)
            else:
                factor = torch.full_like(x, 1 - self.p)
            return x.mul_(factor) if self.inplace else x * factor

        def extra_repr(self):
            return f"p={self.p}, inplace={self.inplace}"


@wrong("seeded_dropout", "Saves x for backward", 2)
def seeded_saves_x():
    class _Seeded(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, p, seed):
            ctx.save_for_backward(x)
            ctx.p, ctx.seed = p, seed
            return x * _factor(x, p, seed)

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * _factor(x, ctx.p, ctx.seed), None, None

    def _factor(x, p, seed):
        if p == 1:
            return torch.zeros_like(x)
        gen = torch.Generator(device=x.device).manual_seed(seed)
        keep = torch.rand(x.shape, generator=gen, device=x.device) >= p
        return keep.to(x.dtype) / (1 - p)

    def seeded_dropout(x, p, seed):
        return _Seeded.apply(x, p, seed)


@wrong("mc_mode", "Knows nn.Dropout alone, not its relatives", 2)
def mode_dropout_alone():
    @contextlib.contextmanager
    def mc_mode(model):
        saved = [(m, m.training) for m in model.modules()]
        for m, _ in saved:
            if type(m) is nn.Dropout:
                m.train(True)
        try:
            yield model
        finally:
            for m, flag in saved:
                m.training = flag


@wrong(
    "checkpoint_gradients", "The value comes of a call of its own, not of the checkpointed run", 2
)
def checkpoint_extra_run():
    def checkpoint_gradients(fn, x, preserve_rng_state):
        z = x.detach().clone().requires_grad_()
        out = checkpoint(fn, z, use_reentrant=False, preserve_rng_state=preserve_rng_state)
        (grad,) = torch.autograd.grad(out, z)
        with torch.no_grad():
            loss = fn(x.detach())
        return loss, grad


@wrong("mc_moments", "The noise is left out", 2)
def moments_without_noise():
    def mc_moments(samples, tau):
        mean = np.mean(samples, axis=0)
        second = np.mean(np.square(samples - mean), axis=0)
        return mean, second


@wrong("contraction", "The spread itself on log N, without its logarithm", 2)
def slope_of_spread():
    def contraction_slope(spreads, Ns):
        x = np.log(np.asarray(Ns, float))
        x = x - x.mean()
        return float(x @ (spreads - spreads.mean()) / (x @ x))

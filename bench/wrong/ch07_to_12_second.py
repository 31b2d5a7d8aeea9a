"""Second answers to chapters 7 to 12, to exercises whose bank had not been read by then."""

import contextlib
import math

import numpy as np
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from bench.wrong.answer import wrong


@wrong("channel_noise_var", "The variance of a coin of 0 and 1: p(1 - p)", 2)
def noise_bare_coin():
    def channel_noise_var(x, p, kind):
        v = p * (1 - p)
        if kind == "element":
            return float(v * (x**2).sum() / x.size**2)
        return float(v * x.mean() ** 2)


@wrong("maxpool_dropout", "The smallest kept unit wins: k counts the units below", 2)
def pool_smallest():
    def maxpool_dropout_probs(window, p):
        probs = np.zeros_like(window)
        for k, i in enumerate(np.argsort(window, kind="stable")):
            probs[i] = (1 - p) * p**k
        return probs, float(p ** len(window))

    def prob_weighted_pool(window, p):
        return float(np.dot(maxpool_dropout_probs(window, p)[0], window))


@wrong("dropconnect", "The gradient of the inputs goes through the whole W", 2)
def connect_dv_unmasked():
    def dropconnect_forward(v, W, b, mask):
        return (np.sum(mask * W * v[:, None, :], axis=2) + b).astype(v.dtype)

    def dropconnect_backward(grad, v, W, mask):
        dW = np.sum(mask * grad[:, :, None] * v[:, None, :], axis=0)
        return (grad @ W).astype(grad.dtype), dW.astype(grad.dtype), grad.sum(0)


@wrong("dropconnect_inference", "The variance squares the sum instead of summing squares", 2)
def moments_square_of_sum():
    def dropconnect_moments(v, W, b, q):
        s = v @ W.T
        return (q * s + b).astype(v.dtype), (q * (1 - q) * s**2).astype(v.dtype)

    def dropconnect_relu_mean(v, W, b, q):
        s = v @ W.T
        mu = q * s + b
        sd = np.sqrt(q * (1 - q) * ((v**2) @ (W**2).T))
        safe = np.where(sd > 0, sd, 1)
        Phi = 0.5 * (1 + np.vectorize(math.erf)(mu / safe / np.sqrt(2)))
        pdf = np.exp(-((mu / safe) ** 2) / 2) / np.sqrt(2 * np.pi)
        return np.where(sd > 0, mu * Phi + sd * pdf, np.maximum(mu, 0)).astype(v.dtype)


@wrong("targeted_mask", "A candidate is kept where u < alpha", 2)
def targeted_kept():
    def targeted_mask(W, gamma, alpha, u, kind):
        if kind == "weight":
            rank = np.abs(W).argsort(axis=0).argsort(axis=0)
            small = rank < int(gamma * W.shape[0])
        else:
            norm = np.linalg.norm(W, axis=0)
            small = norm.argsort().argsort() < int(gamma * W.shape[1])
        keep = ~small | (u < alpha)
        return np.broadcast_to(keep, W.shape).copy()


@wrong("concrete_dropout", "Multiplies by the temperature", 2)
def concrete_times_t():
    def concrete_keep(u, p, t):
        z = t * (np.log(p) - np.log(1 - p) + np.log(u) - np.log(1 - u))
        return (1 / (1 + np.exp(z))).astype(u.dtype)

    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        H = -(1 - p) * math.log(1 - p) - (p * math.log(p) if p > 0 else 0)
        total = (length_scale**2 * (W**2).sum() / (1 - p) - 2 * K * H) / (tau * N)
        return total if loss == "mse" else total / 2


@wrong("lstm_dropout", "Nothing is divided by 1 - p", 2)
def lstm_unscaled():
    def lstm_forward(x, params, zx, zh, kind, p):
        H = zh.shape[1]
        s = lambda a: 1 / (1 + np.exp(-a))
        h = c = np.zeros((x.shape[1], H))
        out = []
        for xt in x:
            xi, hi = (xt * zx, h * zh) if kind == "gal" else (xt, h)
            a = xi @ params["Wx"] + hi @ params["Wh"] + params["b"]
            g = np.tanh(a[:, 2 * H : 3 * H])
            if kind == "semeniuta":
                g = g * zh
            c = s(a[:, H : 2 * H]) * c + s(a[:, :H]) * g
            h = s(a[:, 3 * H :]) * np.tanh(c)
            out.append(h)
        return np.array(out).astype(x.dtype)


@wrong("memory_survival", "The masks aren't rescaled by 1/q", 2)
def memory_unscaled():
    def memory_survival(q, T, kind):
        alive = q**T if kind == "step" else q
        return alive, alive, alive - alive**2


@wrong("zoneout", "Evaluation exchanges z and 1 - z", 2)
def zone_eval_exchanged():
    def zoneout_forward(prev, new, keep_prev, z, training):
        if training:
            return np.where(keep_prev, prev, new).astype(prev.dtype)
        return ((1 - z) * prev + z * new).astype(prev.dtype)

    def zoneout_backward(grad, keep_prev):
        zero = np.zeros_like(grad)
        return np.where(keep_prev, grad, zero), np.where(keep_prev, zero, grad)


@wrong("embedding_dropout", "Scales by the share of word types that are kept", 2)
def embed_realised():
    def embedding_dropout(E, ids, type_mask, p):
        out = np.zeros((*ids.shape, E.shape[1]), E.dtype)
        for b, row in enumerate(ids):
            share = type_mask[b].mean()
            if share > 0:
                out[b] = E[row] * type_mask[b][row][:, None] / share
        return out


@wrong("attention", "Scores are divided by d, not by its root", 2)
def attention_by_d():
    def attention_dropout(Q, K, V, mask, p, training):
        S = Q @ K.swapaxes(-1, -2) / Q.shape[-1]
        A = np.exp(S - S.max(-1, keepdims=True))
        A = A / A.sum(-1, keepdims=True)
        if training:
            A = A * mask / (1 - p) if p < 1 else 0 * A
        A = A.astype(Q.dtype)
        return A @ V, A

    def rdrop_loss(logits1, logits2, y, alpha):
        def log_softmax(z):
            return z - np.logaddexp.reduce(z, axis=1, keepdims=True)

        a, b = log_softmax(logits1), log_softmax(logits2)
        i = np.arange(len(y))
        both = ((np.exp(a) - np.exp(b)) * (a - b)).sum(1)
        return float(np.mean(-(a[i, y] + b[i, y]) / 2 + alpha / 2 * both))


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

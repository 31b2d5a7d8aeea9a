"""Answers to chapter 7 about residual branches and pooling."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("drop_path", "The sum is scaled, the skip too")
def path_scales_sum():
    def drop_path(residual, branch, keep, p):
        gate = keep.reshape(-1, *[1] * (branch.ndim - 1))
        if p == 1:
            return residual.copy()
        return np.where(gate, (residual + branch) / (1 - p), residual).astype(residual.dtype)

    def survival_schedule(L, p_last, kind):
        if kind == "paper":
            return 1 - np.arange(1, L + 1) / L * (1 - p_last)
        return 1 - np.linspace(0, 1 - p_last, L)

    def expected_depth(survival):
        return float(np.sum(survival))


@wrong("drop_path", "The paper's line begins at l = 0, so the first branch always survives")
def path_from_zero():
    def drop_path(residual, branch, keep, p):
        out = residual.copy()
        for i in range(len(keep)):
            if keep[i] and p < 1:
                out[i] += branch[i] / (1 - p)
        return out

    def survival_schedule(L, p_last, kind):
        out = np.empty(L)
        for l in range(L):
            if kind == "paper":
                out[l] = 1 - l / L * (1 - p_last)
            else:
                out[l] = 1 - (l / (L - 1) if L > 1 else 0) * (1 - p_last)
        return out

    def expected_depth(survival):
        return sum(survival)


@wrong("drop_path", "p_last is read as the last branch's drop probability")
def path_last_drops():
    def drop_path(residual, branch, keep, p):
        s = 1 / (1 - p) if p != 1 else 0.0
        shape = (len(keep),) + (1,) * (branch.ndim - 1)
        return (residual + branch * keep.reshape(shape) * s).astype(residual.dtype)

    def survival_schedule(L, p_last, kind):
        l = np.arange(1, L + 1)
        if kind == "paper":
            return 1 - l / L * p_last
        return 1 - np.linspace(0, p_last, L)

    def expected_depth(survival):
        return np.asarray(survival).sum()


@right("drop_path", "The schedules by linspace from both ends")
def path_linspace():
    def drop_path(residual, branch, keep, p):
        y = np.array(residual)
        if p < 1:
            y[keep] = residual[keep] + branch[keep] / (1 - p)
        return y

    def survival_schedule(L, p_last, kind):
        return np.linspace(1, p_last, L + 1)[1:] if kind == "paper" else np.linspace(1, p_last, L)

    def expected_depth(survival):
        return np.dot(survival, np.ones_like(survival))


@wrong("maxpool_dropout", "The probabilities stay in sorted order")
def pool_sorted():
    def maxpool_dropout_probs(window, p):
        n = len(window)
        ranks = np.arange(n - 1, -1, -1)
        probs = (1 - p) * p**ranks
        return probs.astype(window.dtype), p**n

    def prob_weighted_pool(window, p):
        a = np.sort(window)[::-1]
        return float(sum((1 - p) * p**k * a[k] for k in range(len(a))))


@wrong("maxpool_dropout", "p and 1 - p are exchanged")
def pool_exchanged():
    def maxpool_dropout_probs(window, p):
        order = np.argsort(window, kind="stable")[::-1]
        probs = np.empty(len(window), window.dtype)
        for k, i in enumerate(order):
            probs[i] = p * (1 - p) ** k
        return probs, (1 - p) ** len(window)

    def prob_weighted_pool(window, p):
        probs, _ = maxpool_dropout_probs(window, p)
        return float(np.dot(probs, window))


@wrong("maxpool_dropout", "The pooled value is divided by the chance that anything is kept")
def pool_renormalised():
    def maxpool_dropout_probs(window, p):
        n = window.size
        above = np.array(
            [np.sum(window > window[i]) + np.sum(window[i + 1 :] == window[i]) for i in range(n)]
        )
        return ((1 - p) * p ** above.astype(float)).astype(window.dtype), float(p**n)

    def prob_weighted_pool(window, p):
        w, zero = maxpool_dropout_probs(window, p)
        if zero == 1:
            return 0.0
        return float((w * window).sum() / (1 - zero))


@right("maxpool_dropout", "Over all masks, one by one")
def pool_enumerated():
    import itertools

    def maxpool_dropout_probs(window, p):
        n = len(window)
        probs, zero = np.zeros(n), 0.0
        for keep in itertools.product((False, True), repeat=n):
            chance = 1.0
            for k in keep:
                chance *= (1 - p) if k else p
            if not any(keep):
                zero += chance
            else:
                probs[max((window[i], i) for i in range(n) if keep[i])[1]] += chance
        return probs.astype(window.dtype), zero

    def prob_weighted_pool(window, p):
        probs, _ = maxpool_dropout_probs(window.astype(float), p)
        return float(probs @ window)

"""Answers to chapter 5."""

import itertools

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("all_masks", "The empty mask is left out")
def masks_without_empty():
    def all_masks(n):
        rows = [list(c) for c in itertools.product([False, True], repeat=n) if any(c)]
        return np.array(rows, dtype=bool)

    def mask_probs(masks, p):
        k = masks.sum(axis=1)
        return (1 - p) ** k * p ** (masks.shape[1] - k)


@wrong("all_masks", "The probabilities are those of the number of kept units (binomial)")
def masks_binomial():
    from math import comb

    def all_masks(n):
        return (np.arange(2**n)[:, None] >> np.arange(n)) % 2 == 1

    def mask_probs(masks, p):
        n = masks.shape[1]
        out = []
        for row in masks:
            k = int(row.sum())
            out.append(comb(n, k) * (1 - p) ** k * p ** (n - k))
        return np.array(out, dtype=np.float64)


@wrong("all_masks", "Divides by the sum of the probabilities of the stack")
def masks_normalised():
    def all_masks(n):
        grid = np.meshgrid(*[[False, True]] * n, indexing="ij")
        return np.stack([g.ravel() for g in grid], axis=1)

    def mask_probs(masks, p):
        w = np.prod(np.where(masks, 1.0 - p, float(p)), axis=1)
        s = w.sum()
        return w / s if s > 0 else w


@right("all_masks", "Masks from written binary numbers")
def masks_from_text():
    def all_masks(n):
        return np.array([[c == "1" for c in format(i, f"0{n}b")] for i in range(2**n)])

    def mask_probs(masks, p):
        out = np.ones(len(masks))
        for column in masks.T:
            out *= column * (1 - p) + ~column * p
        return out


@wrong("exact_average", "All masks count the same: the plain mean over 2^n")
def average_uniform():
    def exact_average(f, x, p):
        if p == 1:
            return f(np.zeros_like(x))
        vals = []
        for bits in itertools.product((0, 1), repeat=len(x)):
            vals.append(f(x * np.array(bits, dtype=x.dtype) / x.dtype.type(1 - p)))
        return np.mean(vals, axis=0)


@wrong("exact_average", "Puts the mean in: f(E[x]) = f(x)")
def average_inside():
    def exact_average(f, x, p):
        if p == 1:
            return f(0 * x)
        n = x.shape[0]
        avg = np.zeros_like(x)
        for bits in range(2**n):
            m = np.array([(bits >> j) & 1 for j in range(n)], bool)
            weight = (1 - p) ** m.sum() * p ** (n - m.sum())
            avg += (weight * m * x / (1 - p)).astype(x.dtype)
        return f(avg)


@wrong("exact_average", "A Monte Carlo mean of many random masks")
def average_sampled():
    def exact_average(f, x, p):
        if p >= 1:
            return f(np.zeros_like(x))
        rng = np.random.default_rng()
        total = 0
        for _ in range(2000):
            m = rng.random(x.shape) >= p
            total = total + f((m * x / (1 - p)).astype(x.dtype))
        return total / 2000


@right("exact_average", "By recursion over the units")
def average_recursive():
    def exact_average(f, x, p):
        if p == 1:
            return f(np.zeros_like(x))
        scaled = (x / (1 - p)).astype(x.dtype)

        def walk(i, current):
            if i == len(x):
                return f(current)
            on, off = current.copy(), current.copy()
            off[i] = 0
            a, b = walk(i + 1, on), walk(i + 1, off)
            return a * (1 - p) + b * p

        return walk(0, scaled)


@wrong("geometric_mean", "The arithmetic mean")
def geometric_arithmetic():
    def geometric_mean(probs, weights):
        mixed = np.zeros(probs.shape[1], dtype=probs.dtype)
        for w, row in zip(weights, probs):
            if w > 0:
                mixed += (w * row).astype(probs.dtype)
        return mixed / mixed.sum()


@wrong("geometric_mean", "Isn't normalised")
def geometric_unnormalised():
    def geometric_mean(probs, weights):
        used = weights > 0
        with np.errstate(divide="ignore"):
            logs = np.log(probs[used])
        return np.exp((weights[used][:, None] * logs).sum(0)).astype(probs.dtype)


@wrong("geometric_mean", "Adds 1e-8 within the logarithm, so a zero is no veto")
def geometric_epsilon():
    def geometric_mean(probs, weights):
        eps = 1e-8
        s = np.tensordot(weights, np.log(probs + eps), axes=(0, 0))
        s = s - s.max()
        e = np.exp(s)
        return (e / e.sum()).astype(probs.dtype)


@right("geometric_mean", "In base 2, one class after the other")
def geometric_base_two():
    def geometric_mean(probs, weights):
        K = probs.shape[1]
        scores = np.full(K, -np.inf)
        for k in range(K):
            col, live = probs[:, k].astype(float), weights > 0
            if np.all(col[live] > 0):
                scores[k] = sum(w * np.log2(c) for w, c in zip(weights[live], col[live]))
        g = 2.0 ** (scores - scores.max())
        return (g / g.sum()).astype(probs.dtype)


@wrong("mc_average", "The softmax of the mean logits")
def mc_mean_logits():
    def mc_average(logit_fn, x, T, rng):
        acc = logit_fn(x, rng)
        for _ in range(T - 1):
            acc = acc + logit_fn(x, rng)
        z = acc / T
        z = z - z.max()
        return np.exp(z) / np.exp(z).sum()


@wrong("mc_average", "A running average that halves the old one each time")
def mc_running():
    def mc_average(logit_fn, x, T, rng):
        def softmax(v):
            e = np.exp(v - np.max(v))
            return e / np.sum(e)

        avg = softmax(logit_fn(x, rng))
        for _ in range(1, T):
            avg = (avg + softmax(logit_fn(x, rng))) / 2
        return avg


@wrong("mc_average", "The sum isn't divided by T")
def mc_sum():
    def mc_average(logit_fn, x, T, rng):
        total = None
        for _ in range(T):
            l = logit_fn(x, rng)
            e = np.exp(l - l.max())
            pr = e / e.sum()
            total = pr if total is None else total + pr
        return total


@right("mc_average", "The softmax by the log of a sum, Welford's mean")
def mc_welford():
    def mc_average(logit_fn, x, T, rng):
        mean = 0.0
        for t in range(1, T + 1):
            z = np.asarray(logit_fn(x, rng))
            kind = z.dtype
            z = z.astype(float)
            pr = np.exp(z - np.logaddexp.reduce(z))
            mean = mean + (pr - mean) / t
        return mean.astype(kind)

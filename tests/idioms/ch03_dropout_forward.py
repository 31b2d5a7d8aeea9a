"""Right answers to the exercises of chapter 03 in other styles than the reference."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import numpy as np

# 3.1 draw_mask ---------------------------------------------------------------------------------


def mask_binomial(shape, p, rng):
    if p < 0 or p > 1 or np.isnan(p):
        raise ValueError("p must be in [0, 1]")
    return rng.binomial(1, 1 - p, size=shape).astype(bool)


def mask_choice(shape: tuple, p: float, rng: np.random.Generator) -> np.ndarray:
    """With rng.choice and type hints."""
    if not (p >= 0 and p <= 1):
        raise ValueError(f"bad p: {p}")
    return rng.choice([True, False], size=shape, p=[1 - p, p])


def mask_loop(shape, p, rng):
    if math.isnan(p) or not 0.0 <= p <= 1.0:
        raise ValueError
    print("drawing a mask of", shape)
    mask = np.empty(shape, dtype=bool)
    for index in np.ndindex(*shape):
        mask[index] = rng.random() < 1 - p
    return mask


def mask_uniform32(shape, p, rng):
    if not 0 <= p <= 1:
        raise ValueError
    dropped = rng.random(shape, dtype=np.float32) < p
    return np.logical_not(dropped)


def mask_special(shape, p, rng):
    class BadRate(ValueError):
        pass

    if not 0 <= p <= 1:
        raise BadRate(p)
    if p == 0:
        return np.full(shape, True)
    if p == 1:
        return np.full(shape, False)
    return rng.uniform(size=shape) > p


# 3.2 dropout_standard --------------------------------------------------------------------------


def _check(p):
    if not 0 <= p <= 1:
        raise ValueError("p is a probability")


def standard_where(x, mask, p, training):
    _check(p)
    if training:
        return np.where(mask, x, np.zeros_like(x))
    return x * x.dtype.type(1 - p)


def standard_loop(x, mask, p, training):
    if math.isnan(p) or p < 0 or p > 1:
        raise ValueError("p")
    y = np.zeros(x.shape, dtype=x.dtype)
    for i in np.ndindex(x.shape):
        if training:
            y[i] = x[i] if mask[i] else 0
        else:
            y[i] = (1 - p) * x[i]
    return y


def standard_copy(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    _check(p)
    warnings.warn("dropout", stacklevel=1)
    y = np.array(x)
    if training:
        y[~mask] = 0.0
    else:
        y *= 1 - p
    return y


def standard_astype(x, mask, p, training):
    if p != p or abs(p - 0.5) > 0.5:
        raise ValueError("p")
    factor = mask.astype(x.dtype) if training else np.asarray(1 - p, x.dtype)
    return np.multiply(x, factor)


# 3.3 dropout_inverted --------------------------------------------------------------------------


def inverted_fill(x, mask, p, training):
    _check(p)
    if not training:
        return x.copy()
    y = np.zeros_like(x)
    if p < 1:
        y[mask] = x[mask] / (1 - p)
    return y


def inverted_divide(x, mask, p, training):
    if np.isnan(p) or p < 0 or p > 1:
        raise ValueError(f"{p} is no probability")
    if not training:
        return x[...]
    out = np.zeros(x.shape, x.dtype)
    np.divide(x, x.dtype.type(1 - p), out=out, where=mask)
    return out


def inverted_loop(x, mask, p, training):
    _check(p)
    if not training:
        return x
    flat = [0.0 if not keep else value / (1 - p) for value, keep in zip(x.ravel(), mask.ravel())]
    return np.array(flat, dtype=x.dtype).reshape(x.shape)


def inverted_scale(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    _check(p)
    print("training" if training else "eval")
    scale = 0.0 if p == 1 else 1.0 / (1.0 - p)
    y = np.where(mask, x, 0) * scale if training else +x
    return y.astype(x.dtype)


# 3.4 survivors ---------------------------------------------------------------------------------


def pmf_one_unit_at_a_time(n, p):
    pmf = np.zeros(n + 1)
    pmf[0] = 1.0
    for _ in range(n):
        pmf[1:] = (1 - p) * pmf[:-1] + p * pmf[1:]
        pmf[0] *= p
    return pmf


def pmf_convolve(n, p):
    """Square and multiply: a layer of n is two layers of n/2."""
    if n == 1:
        return np.array([p, 1 - p], dtype=float)
    half = pmf_convolve(n // 2, p)
    whole = np.convolve(half, half)
    return np.convolve(whole, [p, 1 - p]) if n % 2 else whole


def pmf_exact(n, p):
    """Exact integers: p is a fraction with a power of two below."""
    drop = Fraction(p)
    num, den = drop.numerator, drop.denominator
    keep = den - num
    total, pmf, term = den**n, [], num**n
    if num == 0:
        return np.array([0.0] * n + [1.0])
    shift = max(total.bit_length() - 2000, 0)
    for k in range(n + 1):
        pmf.append((term >> shift) / (total >> shift))
        term = term * (n - k) * keep // ((k + 1) * num)
    return np.array(pmf)


def pmf_lgamma_loop(n: int, p: float) -> np.ndarray:
    pmf = np.zeros(n + 1)
    if p == 0:
        pmf[n] = 1
    elif p == 1:
        pmf[0] = 1
    else:
        for k in range(n + 1):
            log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
            pmf[k] = math.exp(log + k * math.log(1 - p) + (n - k) * math.log(p))
    return pmf


# 3.5 output_moments ----------------------------------------------------------------------------


def moments_two_points(x, p):
    """From the two values that each entry can take."""
    q = 1 - p
    value = x / q if q else np.zeros_like(x)
    mean = q * value
    second = q * value**2
    return mean.astype(x.dtype), (second - mean**2).astype(x.dtype), second.sum()


def moments_factor(x, p):
    if p == 1:
        zeros = np.zeros(len(x), dtype=x.dtype)
        return [zeros, zeros.copy(), 0.0]
    ratio = x.dtype.type(p / (1 - p))
    return [x, ratio * np.square(x), float(np.dot(x, x)) / (1 - p)]


def moments_loop(x: np.ndarray, p: float) -> tuple:
    mean, var, second = np.empty_like(x), np.empty_like(x), 0.0
    for i, value in enumerate(x):
        mean[i] = value if p < 1 else 0
        var[i] = p / (1 - p) * value**2 if p < 1 else 0
        second += float(value) ** 2 / (1 - p) if p < 1 else 0
    return mean, var, second


def moments_norm(x, p):
    if p >= 1:
        return 0 * x, 0 * x, 0
    norm2 = np.linalg.norm(x) ** 2
    return x.copy(), x**2 / (1 - p) - x**2, norm2 / (1 - p)


# 3.6 commutes ----------------------------------------------------------------------------------


def gap_where(f, z, mask, p):
    def D(a):
        return np.where(mask, a / (1 - p), 0) if p < 1 else np.zeros_like(a)

    return np.max(np.abs(f(D(z)) - D(f(z))))


def gap_scale(f, z, mask, p):
    scale = np.zeros(z.shape) if p == 1 else mask / (1 - p)
    return float(np.linalg.norm((f(z * scale) - f(z) * scale).ravel(), ord=np.inf))


def gap_loop(f, z, mask, p):
    dropped = inverted_fill(z, mask, p, True)
    left, right = f(dropped), inverted_fill(f(z), mask, p, True)
    return max(abs(float(a) - float(b)) for a, b in zip(left.flat, right.flat))


def commuting_loop(names):
    found = set()
    for name in names:
        if name in ("relu", "leaky_relu", "linear", "abs"):
            found.add(name)
    return found


def commuting_difference(names):
    return set(names).difference(["tanh", "sigmoid", "gelu"])


def commuting_measured(names):
    functions = {
        "relu": lambda z: max(z, 0.0),
        "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
        "linear": lambda z: 3.0 * z,
        "tanh": math.tanh,
        "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
        "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
        "abs": abs,
    }

    def homogeneous(f):
        return all(abs(f(c * z) - c * f(z)) < 1e-9 for c in (0.0, 0.5, 3.0) for z in (-1.3, 2.1))

    return {name for name in names if homogeneous(functions[name])}


IDIOMS = {
    "draw_mask": [
        {"draw_mask": f}
        for f in (mask_binomial, mask_choice, mask_loop, mask_uniform32, mask_special)
    ],
    "dropout_standard": [
        {"dropout_standard": f}
        for f in (standard_where, standard_loop, standard_copy, standard_astype)
    ],
    "dropout_inverted": [
        {"dropout_inverted": f}
        for f in (inverted_fill, inverted_divide, inverted_loop, inverted_scale)
    ],
    "survivors": [
        {"survivor_pmf": pmf_one_unit_at_a_time, "prob_dead_layer": lambda n, p: math.pow(p, n)},
        {"survivor_pmf": pmf_convolve, "prob_dead_layer": lambda n, p: float(p**n)},
        {"survivor_pmf": pmf_exact, "prob_dead_layer": lambda n, p: np.prod(np.full(n, p))},
        {
            "survivor_pmf": pmf_lgamma_loop,
            "prob_dead_layer": lambda n, p: pmf_one_unit_at_a_time(n, p)[0],
        },
    ],
    "output_moments": [
        {"output_moments": f}
        for f in (moments_two_points, moments_factor, moments_loop, moments_norm)
    ],
    "commutes": [
        {"placement_gap": gap_where, "commuting": commuting_loop},
        {"placement_gap": gap_scale, "commuting": commuting_difference},
        {"placement_gap": gap_loop, "commuting": commuting_measured},
    ],
}

"""Regression networks with dropout that stays on, for chapter 12.

Every array has a leading axis of R independent networks, the replicas: they may differ in data,
seed and rate and are trained together, with one large matrix product a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .train import Params, _adam, he_normal

TEMPERATURE = 0.1  # of the soft masks of concrete dropout, as in Gal et al. (2017)


@dataclass
class Network:
    """R networks with one output.

    Attributes
    ----------
    params : dict
        ``W1 (R, in, out)``, ``b1 (R, 1, out)``, …; with learned rates ``z`` too, their logits,
        ``(R, 1, 1)``.
    p : ndarray (R, 1, 1)
        Probability of dropping a unit.
    inputs_dropped : bool
        Whether the inputs are dropped as well as hidden units.
    tanh : bool
        Tanh in the place of ReLU.
    """

    params: Params
    p: np.ndarray
    inputs_dropped: bool = True
    tanh: bool = False

    @property
    def depth(self) -> int:
        """Number of weight matrices."""
        return sum(name[0] == "W" for name in self.params)

    def rates(self) -> np.ndarray:
        """Probabilities of dropping, a number a replica."""
        z = self.params.get("z")
        return (self.p if z is None else _sigmoid(z)).reshape(-1)


def init(
    sizes: Sequence[int], seeds: Sequence[int], p: float | np.ndarray, **options: bool
) -> Network:
    """Initialise networks: He-normal weights, zero biases.

    Parameters
    ----------
    sizes : sequence of int
        Widths from input to output.
    seeds : sequence of int, length R
        One network for each.
    p : float or ndarray (R,)
        Probability of dropping.
    **options
        `inputs_dropped`, `tanh`; see `Network`.
    """
    params: Params = {}
    rngs = [np.random.default_rng([int(seed), 12]) for seed in seeds]
    for k, shape in enumerate(pairwise(sizes), start=1):
        params[f"W{k}"] = np.stack([he_normal(shape, rng) for rng in rngs])
        params[f"b{k}"] = np.zeros((len(rngs), 1, shape[1]), np.float32)
    return Network(params, _column(p, len(rngs)), **options)


def learning_its_rate(net: Network) -> Network:
    """Give networks that learn their rates, by concrete dropout, from where they stand."""
    z = np.log(net.p / (1 - net.p)).astype(np.float32)
    return replace(net, params={**net.params, "z": z})


def forward(
    net: Network, X: np.ndarray, rng: np.random.Generator | None = None
) -> tuple[np.ndarray, list, list]:
    """Run the networks; give outputs (R, N), the inputs of each layer, and the factors.

    With `rng` units are dropped, with fresh masks; without it none is.
    """
    h, inputs, factors = X, [], []
    for k in range(1, net.depth + 1):
        factor = None
        if rng is not None and (k > 1 or net.inputs_dropped):
            factor = _factor(net, h.shape, rng)
            h = h * factor[0]
        inputs.append(h)
        factors.append(factor)
        h = h @ net.params[f"W{k}"] + net.params[f"b{k}"]
        if k < net.depth:
            h = np.tanh(h) if net.tanh else np.maximum(h, 0)
    return h[..., 0], inputs, factors


def _factor(net: Network, shape: tuple[int, ...], rng: np.random.Generator) -> tuple:
    """Draw a scaled mask, and its derivative by the logit of the rate if that is learned."""
    u = rng.random(shape, dtype=np.float32)
    if "z" not in net.params:
        return (u >= net.p) / (1 - net.p), None
    z = net.params["z"]
    u = np.clip(u, 1e-6, 1 - 1e-6)
    m = _sigmoid(-(z + np.log(u) - np.log1p(-u)) / TEMPERATURE)
    p = _sigmoid(z)
    return m / (1 - p), (m * p - m * (1 - m) / TEMPERATURE) / (1 - p)


def gradients(
    net: Network, X: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, Params]:
    """Give residuals (R, N), and gradients of the mean of half the squared error."""
    out, inputs, factors = forward(net, X, rng)
    residual = out - y
    grads: Params = {}
    g = (residual / np.float32(y.shape[1]))[..., None]
    slope = np.float32(0) * net.p
    for k in range(net.depth, 0, -1):
        h = inputs[k - 1]
        grads[f"W{k}"] = np.swapaxes(h, -1, -2) @ g
        grads[f"b{k}"] = g.sum(axis=1, keepdims=True)
        g = g @ np.swapaxes(net.params[f"W{k}"], -1, -2)
        if factors[k - 1] is not None:
            factor, by_rate = factors[k - 1]
            if by_rate is not None:
                before = h / np.maximum(factor, 1e-6)
                slope = slope + (g * before * by_rate).sum(axis=(1, 2), keepdims=True)
            g = g * factor
        if k > 1:
            clean = h if factors[k - 1] is None else h / np.maximum(factors[k - 1][0], 1e-6)
            g = g * ((1 - clean**2) if net.tanh else (h > 0))
    if "z" in net.params:
        grads["z"] = slope
    return residual, grads


def fit(
    net: Network,
    X: np.ndarray,
    y: np.ndarray,
    lam: np.ndarray | float,
    *,
    steps: int,
    batch: int | None = None,
    lr: float = 1e-3,
    seed: int = 0,
    sizes: np.ndarray | None = None,
    tau: np.ndarray | float = 1.0,
) -> Network:
    """Train with Adam on the mean of half the squared error plus lam times the squared weights.

    Parameters
    ----------
    net : Network
        Trained in place.
    X, y : ndarray (R, N, in), (R, N)
        Training data.
    lam : float or ndarray (R,)
        Factor of the sum of the squared weights and biases.
    steps : int
        Steps of Adam; the learning rate falls to a tenth over the last fifth of them.
    batch : int, optional
        Examples in a step, drawn with replacement; all of them by default.
    lr, seed : float, int
        Adam's learning rate; of batches and masks.
    sizes : ndarray of int (R,), optional
        Replica r sees its first sizes[r] examples alone.
    tau : float or ndarray (R,)
        Precision of the noise; it matters where the rate is learned.
    """
    rng = np.random.default_rng([seed, 13])
    R, N = y.shape
    lam, tau = (_column(v, R) for v in (lam, tau))
    sizes = np.full(R, N) if sizes is None else np.asarray(sizes)
    update = _adam(net.params, lr)
    late = _adam(net.params, lr / 10)
    replicas = np.arange(R)[:, None]
    for step in range(steps):
        if batch is None:
            xs, ys = X, y
        else:
            rows = (rng.random((R, batch)) * sizes[:, None]).astype(int)
            xs, ys = X[replicas, rows], y[replicas, rows]
        grads = gradients(net, xs, ys, rng)[1]
        _add_penalty(grads, net, lam, tau * sizes.reshape(-1, 1, 1))
        (update if step < 0.8 * steps else late)(grads)
    return net


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2  # exp would overflow


def _column(value: np.ndarray | float, R: int) -> np.ndarray:
    return np.broadcast_to(np.asarray(value, np.float32), (R,)).reshape(-1, 1, 1)


def _add_penalty(grads: Params, net: Network, lam: np.ndarray, precision: np.ndarray) -> None:
    """Add the gradients of the penalty on the weights, and of what pulls at a learned rate.

    With a learned rate the weights of a masked layer count 1/(1 - p) times as much, and the
    entropy of its coins is subtracted, divided by N tau as the rest of the loss is.
    """
    learned = "z" in net.params
    z = net.params["z"] if learned else np.zeros(1, np.float32)
    p = _sigmoid(z) if learned else np.zeros(1, np.float32)
    for k in range(1, net.depth + 1):
        W, masked = net.params[f"W{k}"], learned and (k > 1 or net.inputs_dropped)
        grads[f"W{k}"] += 2 * lam * W / ((1 - p) if masked else 1)
        grads[f"b{k}"] += 2 * lam * net.params[f"b{k}"]
        if masked:
            weights = lam * (W**2).sum(axis=(1, 2), keepdims=True) * p / (1 - p)
            grads["z"] += weights + W.shape[1] / precision * z * p * (1 - p)


def passes(net: Network, X: np.ndarray, T: int, seed: int = 0) -> np.ndarray:
    """Draw T passes with fresh masks: an array (T, R, N)."""
    rng = np.random.default_rng([seed, 14])
    return np.stack([forward(net, X, rng)[0] for _ in range(T)])

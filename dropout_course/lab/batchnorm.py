"""Chains of layers with normalisation and dropout, for chapter 10: training and both modes.

A network is a list of words, input first: ``["linear", "batchnorm", "relu", "dropout", …]``. So
the list that a demonstration trains is the one that the reader's `order_is_safe` judges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from .data import CLASSES, Digits
from .train import _adam, he_normal, softmax_loss_grad

EPS, MOMENTUM = 1e-5, 0.1  # torch's own
NORMS = {"batchnorm": 0, "layernorm": 1}  # and the axis over which each of them averages
Params = dict[str, np.ndarray]


@dataclass
class Chain:
    """A network: the names of its layers, their arrays, and the rate of its dropouts."""

    layers: list[str]
    params: list[Params]
    p: float

    def places(self, layer: str) -> list[int]:
        """Positions of the layers of this name."""
        return [i for i, name in enumerate(self.layers) if name == layer]


def plan(depth: int, dropout: str = "", norm: str = "batchnorm") -> list[str]:
    """List the layers of a network of `depth` hidden layers.

    Parameters
    ----------
    depth : int
        Hidden layers; each is linear, then `norm`, then relu.
    dropout : {"", "before norm", "after relu", "at the end"}
        Nowhere; in front of every normalisation; behind every relu; behind the last relu only.
    norm : {"batchnorm", "layernorm", ""}
        The normalisation.

    Returns
    -------
    list of str
    """
    layers: list[str] = []
    for hidden in range(1, depth + 1):
        layers.append("linear")
        if dropout == "before norm":
            layers.append("dropout")
        layers += [norm, "relu"] if norm else ["relu"]
        if dropout == "after relu" or (dropout == "at the end" and hidden == depth):
            layers.append("dropout")
    return [*layers, "linear"]


def init(layers: Sequence[str], width: int, p: float, seed: int, inputs: int = 64) -> Chain:
    """Initialise a chain: He-normal weights, zero biases, normalisations that change nothing."""
    rng = np.random.default_rng([seed, 1])
    fan_in, left = inputs, list(layers).count("linear")
    params: list[Params] = []
    for layer in layers:
        made: Params = {}
        if layer == "linear":
            left -= 1
            fan_out = width if left else CLASSES
            made = {"W": he_normal((fan_in, fan_out), rng), "b": np.zeros(fan_out, np.float32)}
            fan_in = fan_out
        elif layer in NORMS:
            made = {"gamma": np.ones(fan_in, np.float32), "beta": np.zeros(fan_in, np.float32)}
        if layer == "batchnorm":
            made["running_mean"] = np.zeros(fan_in, np.float32)
            made["running_var"] = np.ones(fan_in, np.float32)
        params.append(made)
    return Chain(list(layers), params, p)


def train(
    data: Digits, layers: Sequence[str], *, width: int, p: float, seed: int, at: Sequence[int]
) -> list[Chain]:
    """Train a chain with Adam at 1e-3 on minibatches of 100, and keep it at some epochs.

    Parameters
    ----------
    data : Digits
        One split, without a replica axis.
    layers : sequence of str
        From `plan`, or any chain of its words.
    width : int
        Units in each hidden layer.
    p : float
        Probability of dropping, in every dropout.
    seed : int
        Decides initial weights, masks, and the order of the examples.
    at : sequence of int
        Epochs, counted from 1 and rising; training ends with the last.

    Returns
    -------
    list of Chain
        A copy for each of these epochs.
    """
    chain = init(layers, width, p, seed, data.X_train.shape[1])
    order, masks = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 3])
    named = {
        (i, name): array
        for i, made in enumerate(chain.params)
        for name, array in made.items()
        if not name.startswith("running")
    }
    update = _adam({f"{i}.{name}": array for (i, name), array in named.items()}, 1e-3)
    n, kept = len(data.X_train), []
    for epoch in range(1, at[-1] + 1):
        rows = order.permutation(n)
        for start in range(0, n, 100):
            batch = rows[start : start + 100]
            z, caches = _forward(chain, data.X_train[batch], masks, store=True)
            grad = softmax_loss_grad(z, data.y_train[batch])[1]
            grads = _backward(chain, caches, grad)
            update({f"{i}.{name}": grads[i][name] for i, name in named})
        if epoch in at:
            kept.append(deepcopy(chain))
    return kept


def errors(
    chains: Sequence[Chain],
    data: Sequence[Digits],
    *,
    training_mode: bool = False,
    test: bool = False,
) -> np.ndarray:
    """Misclassified digits in per cent, one number a chain.

    Parameters
    ----------
    chains : sequence of Chain
        One for each seed.
    data : sequence of Digits
        Their splits.
    training_mode : bool
        Dropout drops, and batch norms use the statistics of all examples at once. Nothing is
        stored in either mode.
    test : bool
        Test digits in the place of training digits.
    """
    wrong = []
    for seed, (chain, one) in enumerate(zip(chains, data, strict=True)):
        X, y = (one.X_test, one.y_test) if test else (one.X_train, one.y_train)
        rng = np.random.default_rng([seed, 4]) if training_mode else None
        wrong.append(100 * (_forward(chain, X, rng)[0].argmax(1) != y).mean())
    return np.array(wrong)


def seen_by(
    chain: Chain, X: np.ndarray, layer: str, rng: np.random.Generator | None = None
) -> list[np.ndarray]:
    """Give what arrives at each layer of this name, in evaluation mode or, with `rng`, training.

    Returns
    -------
    list of ndarray, shape (N, units)
    """
    arriving: list[np.ndarray] = []
    _forward(chain, X, rng, watch=(layer, arriving))
    return arriving


def recalibrated(
    chain: Chain,
    X: np.ndarray,
    recalibrate: Callable[[list[np.ndarray]], tuple[np.ndarray, np.ndarray]],
) -> Chain:
    """Store new statistics in every batch norm: those of X with dropout off, front to back.

    Parameters
    ----------
    chain : Chain
        Not modified; no weight changes in the copy either.
    X : ndarray, shape (N, inputs)
        Training inputs; passed on in batches of 100.
    recalibrate : callable
        ``recalibrate(batches) -> (mean, var)``.

    Returns
    -------
    Chain
    """
    batches = [X[start : start + 100] for start in range(0, len(X), 100)]
    params: list[Params] = []
    for layer, old in zip(chain.layers, chain.params, strict=True):
        made = dict(old)
        if layer == "batchnorm":
            made["running_mean"], made["running_var"] = recalibrate(batches)
        params.append(made)
        # what arrives at the next layer depends on what has been stored in this one
        one = Chain([layer], [made], chain.p)
        batches = [_forward(one, batch, None)[0] for batch in batches]
    return Chain(list(chain.layers), params, chain.p)


def equal_units_shift(w: np.ndarray, mean: np.ndarray, cov: np.ndarray, p: float) -> float:
    """Equation 14 of Li et al. (2018): the shift behind a linear layer if all units were alike.

    Parameters
    ----------
    w, mean, cov, p
        As in the reader's `shift_after_linear`; means, variances and correlations are replaced
        by their averages over the units.

    Returns
    -------
    float
        Variance in evaluation over variance in training.
    """
    d, q = len(w), 1 - p
    c, v = mean.mean(), np.diag(cov).mean()
    rho = (cov.sum() - np.trace(cov)) / (d * (d - 1)) / v
    spread = w.sum() ** 2 / np.sum(w**2)  # d times the squared cosine between w and (1, …, 1)
    in_evaluation = v * rho + v * (1 - rho) / spread
    in_training = v * rho + ((1 / q - 1) * c**2 + v * (1 / q - rho)) / spread
    return float(in_evaluation / in_training)


def _forward(
    chain: Chain,
    x: np.ndarray,
    rng: np.random.Generator | None,
    *,
    store: bool = False,
    watch: tuple[str, list[np.ndarray]] = ("", []),
) -> tuple[np.ndarray, list[Any]]:
    """Run a chain; in training mode if there is a generator. Give logits and caches."""
    caches: list[Any] = []
    for layer, made in zip(chain.layers, chain.params, strict=True):
        if layer == watch[0]:
            watch[1].append(x)
        cache: Any = None
        if layer == "linear":
            cache = x
            x = x @ made["W"] + made["b"]
        elif layer == "relu":
            cache = x > 0
            x = x * cache
        elif layer == "dropout" and rng is not None:
            kept = rng.random(x.shape, dtype=np.float32) >= chain.p
            cache = kept / np.float32(1 - chain.p)
            x = x * cache
        elif layer in NORMS:
            x, cache = _normalise(layer, made, x, rng is not None, store)
        caches.append(cache)
    return x, caches


def _normalise(
    layer: str, made: Params, x: np.ndarray, training: bool, store: bool
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    axis = NORMS[layer]
    if layer == "batchnorm" and not training:
        mean, var = made["running_mean"], made["running_var"]
    else:
        mean, var = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    if layer == "batchnorm" and store:
        n = len(x)
        made["running_mean"] += MOMENTUM * (mean[0] - made["running_mean"])
        made["running_var"] += MOMENTUM * (var[0] * n / (n - 1) - made["running_var"])
    scale = 1 / np.sqrt(var + np.float32(EPS))
    standard = (x - mean) * scale
    return made["gamma"] * standard + made["beta"], (standard, scale)


def _backward(chain: Chain, caches: list[Any], grad: np.ndarray) -> list[Params]:
    """Gradients of all arrays, for a forward pass in training mode."""
    grads: list[Params] = [{} for _ in chain.layers]
    for i in reversed(range(len(chain.layers))):
        layer, made, cache = chain.layers[i], chain.params[i], caches[i]
        if layer == "linear":
            grads[i] = {"W": cache.T @ grad, "b": grad.sum(0)}
            grad = grad @ made["W"].T
        elif layer in ("relu", "dropout"):
            grad = grad * cache
        elif layer in NORMS:
            standard, scale = cache
            grads[i] = {"gamma": (grad * standard).sum(0), "beta": grad.sum(0)}
            grad = grad * made["gamma"]
            axis = NORMS[layer]
            tilt = (grad * standard).mean(axis, keepdims=True)
            grad = scale * (grad - grad.mean(axis, keepdims=True) - standard * tilt)
    return grads

"""A residual network for chapter 07, in which blocks are dropped.

A linear layer into `WIDTH` units, then blocks ``h + relu(h A + a) B``, then a linear layer. How a
block joins skip and branch comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .data import Digits
from .train import Params, _adam, softmax_loss_grad

Join = Callable[[np.ndarray, np.ndarray, np.ndarray, float], np.ndarray]

WIDTH, CLASSES = 64, 10


def train(
    data: Digits,
    seeds: Sequence[int],
    survival: Sequence[float],
    join: Join,
    *,
    per_batch: bool = False,
    epochs: int = 50,
    batch: int = 100,
    lr: float = 1e-3,
) -> Params:
    """Train residual networks, one a seed, with Adam.

    Parameters
    ----------
    data : Digits
        A stack of splits, one a seed.
    seeds : sequence of int
        Of the initial weights.
    survival : sequence of float
        Probability that the branch of each block survives.
    join : callable
        ``join(skip, branch, keep, p)`` with arrays ``(N, width)``, coins ``(N,)`` and the
        probability of dropping: linear in skip and branch, and acting on each entry alone.
    per_batch : bool
        One coin a block for the whole batch of a network, instead of one an example.
    epochs, batch, lr : int, int, float
        Passes over the training set, examples in a step, Adam's learning rate.

    Returns
    -------
    dict
        Weights with a leading axis over the seeds.
    """
    net = _init(len(survival), seeds)
    update = _adam(net, lr)
    orders, coins = np.random.default_rng([0, 2]), np.random.default_rng([0, 3])
    n = data.X_train.shape[1]
    for _ in range(epochs):
        order = orders.permutation(n)
        for start in range(0, n, batch):
            rows = order[start : start + batch]
            X, y = data.X_train[:, rows], data.y_train[:, rows]
            shape = (len(X), 1 if per_batch else len(rows))
            keeps = [coins.random(shape) < s for s in survival]
            keeps = [np.broadcast_to(keep, X.shape[:2]).ravel() for keep in keeps]
            joins = [_joined(join, k, 1 - float(s)) for k, s in zip(keeps, survival, strict=True)]
            update(_grads(net, X, y, joins))
    return net


def errors(net: Params, data: Digits, train_set: bool = False) -> np.ndarray:
    """Misclassified examples in per cent with all blocks present, one number a network."""
    X, y = (data.X_train, data.y_train) if train_set else (data.X_test, data.y_test)
    return 100 * np.mean(_forward(net, X, None)[0].argmax(-1) != y, axis=-1)


def _joined(join: Join, keep: np.ndarray, p: float) -> Callable[..., np.ndarray]:
    def joined(skip: np.ndarray, branch: np.ndarray) -> np.ndarray:
        flat = (-1, skip.shape[-1])
        return join(skip.reshape(flat), branch.reshape(flat), keep, p).reshape(skip.shape)

    return joined


def _init(blocks: int, seeds: Sequence[int]) -> Params:
    runs = [_init_one(blocks, np.random.default_rng([int(seed), 1])) for seed in seeds]
    return {name: np.stack([run[name] for run in runs]) for name in runs[0]}


def _init_one(blocks: int, rng: np.random.Generator) -> Params:
    def normal(rows: int, columns: int, variance: float) -> np.ndarray:
        return (rng.standard_normal((rows, columns)) * np.sqrt(variance)).astype(np.float32)

    net: Params = {"in": normal(64, WIDTH, 1 / 64)}
    for k in range(blocks):
        net[f"A{k}"] = normal(WIDTH, WIDTH, 2 / WIDTH)
        net[f"a{k}"] = np.zeros((1, WIDTH), np.float32)
        # all branches together add about the variance that the skip carries
        net[f"B{k}"] = normal(WIDTH, WIDTH, 1 / (WIDTH * blocks))
    net["out"] = normal(WIDTH, CLASSES, 1 / WIDTH)
    net["bias"] = np.zeros((1, CLASSES), np.float32)
    return net


def _forward(
    net: Params, X: np.ndarray, joins: Sequence[Callable[..., np.ndarray]] | None
) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """Give logits, the input of each block and of the last layer, and the hidden units."""
    states, hidden = [X @ net["in"]], []
    for k in range((len(net) - 3) // 3):
        hidden.append(np.maximum(states[-1] @ net[f"A{k}"] + net[f"a{k}"], 0))
        branch = hidden[-1] @ net[f"B{k}"]
        states.append(joins[k](states[-1], branch) if joins else states[-1] + branch)
    return states[-1] @ net["out"] + net["bias"], states, hidden


def _grads(
    net: Params, X: np.ndarray, y: np.ndarray, joins: Sequence[Callable[..., np.ndarray]]
) -> Params:
    z, states, hidden = _forward(net, X, joins)
    g = softmax_loss_grad(z, y)[1]
    grads: Params = {"out": _t(states[-1]) @ g, "bias": g.sum(-2, keepdims=True)}
    g = g @ _t(net["out"])
    for k in reversed(range(len(joins))):
        # joining is linear and acts on each entry alone: it is its own backward pass
        zero = np.zeros_like(g)
        skip, branch = joins[k](g, zero), joins[k](zero, g)
        grads[f"B{k}"] = _t(hidden[k]) @ branch
        inner = branch @ _t(net[f"B{k}"]) * (hidden[k] > 0)
        grads[f"A{k}"] = _t(states[k]) @ inner
        grads[f"a{k}"] = inner.sum(-2, keepdims=True)
        g = skip + inner @ _t(net[f"A{k}"])
    grads["in"] = _t(X) @ g
    return grads


def _t(w: np.ndarray) -> np.ndarray:
    return np.swapaxes(w, -1, -2)

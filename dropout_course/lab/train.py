"""A multilayer perceptron in NumPy and one training loop for all demonstrations.

Every function works on one network (weights ``(in, out)``, inputs ``(n, in)``) and, with
the same code, on R independent ones at once (a leading axis R everywhere).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from .data import Digits

Params = dict[str, np.ndarray]
Dropout = Callable[[np.ndarray, np.ndarray, float, bool], np.ndarray]
DrawMask = Callable[[tuple[int, ...], float, np.random.Generator], np.ndarray]
LossGrads = Callable[
    [Params, np.ndarray, np.ndarray, tuple[np.ndarray, ...], float],
    tuple[float | np.ndarray, Params],
]


def he_normal(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Draw a float32 weight matrix ``(in, out)`` with variance 2 / in."""
    return (rng.standard_normal(shape) * np.sqrt(2 / shape[0])).astype(np.float32)


def init_mlp(sizes: Sequence[int], seed: int | Sequence[int]) -> Params:
    """Initialise a ReLU network: He-normal weights, zero biases.

    Parameters
    ----------
    sizes : sequence of int
        Widths from input to output, such as ``[64, 256, 256, 10]``.
    seed : int or sequence of int
        A sequence gives one network for each seed, stacked along a leading axis.

    Returns
    -------
    dict
        ``W1 (in, out)``, ``b1 (out,)``, ``W2``, ``b2``, … in float32.
    """
    if not isinstance(seed, (int, np.integer)):
        runs = [init_mlp(sizes, int(s)) for s in seed]
        return {name: np.stack([run[name] for run in runs]) for name in runs[0]}
    rng = np.random.default_rng([int(seed), 1])  # not the stream that split the data
    params: Params = {}
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        params[f"W{k}"] = he_normal((fan_in, fan_out), rng)
        params[f"b{k}"] = np.zeros(fan_out, np.float32)
    return params


def logits(
    params: Params,
    X: np.ndarray,
    dropout: Dropout | None = None,
    masks: Sequence[np.ndarray] | None = None,
    p: float = 0.0,
) -> np.ndarray:
    """Run the network forward, with or without dropout after each ReLU.

    Parameters
    ----------
    params : dict
        From `init_mlp`.
    X : ndarray, shape (n, in)
        Inputs.
    dropout : callable, optional
        ``dropout(x, mask, p, training)``.  Without it hidden layers pass unchanged, which
        is what inverted dropout does in evaluation.
    masks : sequence of bool ndarray, optional
        One mask a hidden layer: training mode.  None: evaluation mode.
    p : float
        Probability of dropping, passed on to `dropout`.

    Returns
    -------
    ndarray, shape (n, out)
        The logits.
    """
    h, depth = X, len(params) // 2
    for k in range(1, depth):
        h = np.maximum(_affine(params, k, h), 0)
        if dropout is not None:
            mask = np.ones(h.shape, bool) if masks is None else masks[k - 1]
            h = dropout(h, mask, p, masks is not None)
    return _affine(params, depth, h)


def no_dropout(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    """Return x: the dropout function of a network without dropout."""
    return x


def loss_grads_with(dropout: Dropout) -> LossGrads:
    """Make a loss-and-gradients function that trains with the given dropout function.

    Parameters
    ----------
    dropout : callable
        ``dropout(x, mask, p, training)``: linear in `x`, one factor for each entry.

    Returns
    -------
    callable
        ``loss_grads(params, X, y, masks, p) -> (loss, grads)``: the mean softmax
        cross-entropy, and its gradients in a dict with the keys of `params`.  Any other
        function of that form can be given to `fit` in its place.
    """
    from .gradients import loss_grads  # late: not there where chapter 4 is graded, whose 4.3 it is

    return partial(loss_grads, dropout)


def softmax_loss_grad(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean softmax cross-entropy of logits ``(..., n, K)`` and its gradient.

    Parameters
    ----------
    z : ndarray, shape (..., n, K)
        Logits.
    y : ndarray of int, shape (..., n)
        Right classes.

    Returns
    -------
    loss : ndarray, shape (...)
        In nats, the mean over the n examples.
    grad : ndarray, shape (..., n, K)
        Derivative of the loss with respect to `z`.
    """
    z = z - z.max(-1, keepdims=True)
    log_prob = z - np.log(np.exp(z).sum(-1, keepdims=True))
    right = y[..., None]
    loss = -np.take_along_axis(log_prob, right, -1).mean((-1, -2))
    grad = np.exp(log_prob)
    np.put_along_axis(grad, right, np.take_along_axis(grad, right, -1) - 1, -1)
    return loss, grad / np.asarray(y.shape[-1], z.dtype)


def fit(
    params: Params,
    data: Digits,
    *,
    epochs: int,
    loss_grads: LossGrads | None = None,
    draw_mask: DrawMask | None = None,
    p: float = 0.0,
    batch: int = 100,
    lr: float = 1e-3,
    seed: int = 0,
    after_epoch: Callable[[int, Params], bool | None] | None = None,
) -> Params:
    """Train with Adam on minibatches; dropout draws a fresh mask for every example and unit.

    Parameters
    ----------
    params : dict
        From `init_mlp`; trained in place.
    data : Digits
        Or anything with ``X_train`` and ``y_train``.
    epochs : int
        Passes over the training set.
    loss_grads : callable, optional
        ``loss_grads(params, X, y, masks, p) -> (loss, grads)``, for example from
        `loss_grads_with`.  `masks` holds one boolean array a hidden layer, of the shape of
        that layer's activations.  Without it the network has no dropout.
    draw_mask : callable, optional
        ``draw_mask(shape, p, rng) -> bool array``, True where a unit is kept.  Without it
        every mask keeps everything.
    p : float
        Probability of dropping a hidden unit.
    batch, lr : int, float
        Examples in a step, Adam's learning rate.
    seed : int
        Decides the order of the examples and, apart from it, the masks: runs that differ
        in `p` alone see the same examples in the same order.
    after_epoch : callable, optional
        Called as ``after_epoch(epoch, params)`` with epochs from 1 on; True stops.

    Returns
    -------
    dict
        `params`.
    """
    order_rng, mask_rng = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 3])
    loss_grads = loss_grads or loss_grads_with(no_dropout)
    draw_mask = draw_mask or _keep_all
    update = _adam(params, lr)
    n = data.X_train.shape[-2]
    widths = [params[f"W{k}"].shape[-1] for k in range(1, len(params) // 2)]
    for epoch in range(1, epochs + 1):
        order = order_rng.permutation(n)
        for start in range(0, n, batch):
            rows = order[start : start + batch]
            X, y = data.X_train[..., rows, :], data.y_train[..., rows]
            masks = tuple(draw_mask((*X.shape[:-1], width), p, mask_rng) for width in widths)
            update(loss_grads(params, X, y, masks, p)[1])
        if after_epoch is not None and after_epoch(epoch, params):
            break
    return params


def error_rate(
    params: Params,
    X: np.ndarray,
    y: np.ndarray,
    dropout: Dropout | None = None,
    masks: Sequence[np.ndarray] | None = None,
    p: float = 0.0,
) -> np.ndarray:
    """Misclassified examples in per cent, one number a replica; arguments as in `logits`."""
    wrong = logits(params, X, dropout, masks, p).argmax(-1) != y
    return 100 * wrong.mean(-1)


def confidence(
    params: Params,
    X: np.ndarray,
    dropout: Dropout | None = None,
    masks: Sequence[np.ndarray] | None = None,
    p: float = 0.0,
) -> np.ndarray:
    """Mean probability of the chosen class in per cent; arguments as in `logits`."""
    z = logits(params, X, dropout, masks, p)
    top = 1 / np.exp(z - z.max(-1, keepdims=True)).sum(-1)
    return 100 * top.mean(-1)


def mean_loss(params: Params, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean cross-entropy in nats, without dropout, one number a replica."""
    return softmax_loss_grad(logits(params, X), y)[0]


def _keep_all(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> np.ndarray:
    return np.ones(shape, bool)


def _affine(params: Params, k: int, h: np.ndarray) -> np.ndarray:
    return h @ params[f"W{k}"] + params[f"b{k}"][..., None, :]


def _adam(params: Params, lr: float) -> Callable[[Params], None]:
    """Adam with its usual constants; updates the arrays of `params` in place."""
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    first = {name: np.zeros_like(w) for name, w in params.items()}
    second = {name: np.zeros_like(w) for name, w in params.items()}
    scratch = {name: np.empty_like(w) for name, w in params.items()}
    steps = 0

    def update(grads: Params) -> None:
        nonlocal steps
        steps += 1
        rate = lr * np.sqrt(1 - beta2**steps) / (1 - beta1**steps)
        for name, w in params.items():
            g, m, v, s = grads[name], first[name], second[name], scratch[name]
            # into scratch, not into temporaries: on large stacks that halves the time
            np.subtract(g, m, out=s, casting="same_kind")
            m += np.multiply(s, 1 - beta1, out=s)
            np.multiply(g, g, out=s, casting="same_kind")
            s -= v
            v += np.multiply(s, 1 - beta2, out=s)
            np.sqrt(v, out=s)
            s += eps
            np.divide(m, s, out=s)
            w -= np.multiply(s, rate, out=s)

    return update

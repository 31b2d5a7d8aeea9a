"""What the DropConnect demonstrations of chapter 08 need: a training loop and four predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .data import Digits
from .ensembles import Scores, scores, softmax
from .ensembles import train as train_mlp
from .train import LossGrads, Params, fit, init_mlp, softmax_loss_grad

Forward = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
Backward = Callable[
    [np.ndarray, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]
]


def train(
    data: Digits, seed: int, forward: Forward, backward: Backward, q: float, epochs: int
) -> Params:
    """Train a network 64-64-10 whose first layer is a DropConnect layer.

    Parameters
    ----------
    data : Digits
        Of one seed.
    seed : int
        Decides the first weights, the order of the examples and the masks.
    forward, backward : callable
        ``dropconnect_forward`` and ``dropconnect_backward``, weights as (out, in).
    q : float
        Probability of keeping a weight.
    epochs : int
        Passes over the training set.

    Returns
    -------
    dict
        W1 (64, 64) and W2 (64, 10), both (in, out), and b1, b2.
    """
    rng = np.random.default_rng([seed, 81])
    loss_grads = _loss_grads(forward, backward, q, rng)
    params = init_mlp([64, 64, 10], seed)
    return fit(params, data, epochs=epochs, loss_grads=loss_grads, lr=3e-3, seed=seed)


def _loss_grads(
    forward: Forward, backward: Backward, q: float, rng: np.random.Generator
) -> LossGrads:
    def loss_grads(params: Params, X: np.ndarray, y: np.ndarray, masks: Any, p: float) -> Any:
        W, b = params["W1"].T, params["b1"]
        mask = rng.random((len(X), *W.shape), dtype=np.float32) < q
        u = forward(X, W, b, mask)
        h = np.maximum(u, 0)
        loss, grad = softmax_loss_grad(h @ params["W2"] + params["b2"], y)
        _, dW, db = backward((grad @ params["W2"].T) * (u > 0), X, W, mask)
        return loss, {"W1": dW.T, "b1": db, "W2": h.T @ grad, "b2": grad.sum(axis=0)}

    return loss_grads


def shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make ``dropconnect_forward`` or ``_backward`` use the first mask for the whole batch."""
    return lambda *args: function(*args[:-1], np.broadcast_to(args[-1][:1], args[-1].shape))


def baseline(data: Digits, seed: int, p: float, epochs: int) -> Params:
    """Train the same network with dropout on its hidden units in the place of DropConnect."""
    return train_mlp(data, [64, 64, 10], seed, p, epochs, lr=3e-3)


def mean_network_error(params: Params, data: Digits, q: float) -> float:
    """Test error in per cent with the weights of the first layer times q, the bias as it is."""
    h = np.maximum(q * (data.X_test @ params["W1"]) + params["b1"], 0)
    return float(scores(head(params, h), data.y_test).error)


def exact_relu_mean(
    forward: Forward, v: np.ndarray, W: np.ndarray, b: np.ndarray, q: float
) -> float:
    """Mean of ReLU(u) over all 2**I masks, for one example v (I,) and one output W (I,)."""
    inputs = len(v)
    masks = (np.arange(2**inputs)[:, None] >> np.arange(inputs)) % 2 == 1
    probs = np.where(masks, q, 1 - q).prod(axis=1)
    u = forward(np.tile(v, (len(masks), 1)), W[None], b, masks[:, None])
    return float(probs @ np.maximum(u[:, 0], 0))


def head(params: Params, h: np.ndarray) -> np.ndarray:
    """Class probabilities from the hidden layer."""
    return softmax(h @ params["W2"] + params["b2"])


def predictions(
    params: Params,
    X: np.ndarray,
    forward: Forward,
    moments: Callable[..., Any],
    relu_mean: Callable[..., np.ndarray],
    q: float,
    passes: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Predict with the mean network, with the Gaussian match, and with masks.

    Parameters
    ----------
    params : dict
        From `train`.
    X : ndarray (n, 64)
    forward, moments, relu_mean : callable
        The functions of exercises 8.1 and 8.2.
    q : float
        Probability of keeping a weight.
    passes : int
        Masks that are averaged.
    seed : int
        Of these masks.

    Returns
    -------
    dict of ndarray (n, 10)
        Class probabilities by the name of the prediction.
    """
    W, b = params["W1"].T, params["b1"]
    rng = np.random.default_rng([seed, 82])
    probs = []
    for _ in range(passes):
        mask = rng.random((len(X), *W.shape), dtype=np.float32) < q
        probs.append(head(params, np.maximum(forward(X, W, b, mask), 0)))
    mean, _ = moments(X, W, b, q)
    return {
        "mean network": head(params, np.maximum(mean, 0)),
        "Gaussian match": head(params, relu_mean(X, W, b, q)),
        "one mask": probs[0],
        f"average over {passes} masks": np.mean(probs, axis=0),
    }


def score_all(found: dict[str, np.ndarray], y: np.ndarray) -> dict[str, Scores]:
    """Score each prediction on right labels."""
    return {name: scores(probs, y) for name, probs in found.items()}


def gradient_noise(data: Digits, params: Params, backward: Backward, q: float, draws: int) -> float:
    """Spread of the gradient of the first layer's weights over masks, on one batch of 100.

    The gradient that comes in from above is that of
    the mean network, so that nothing but the masks of this layer differs.
    """
    X, y = data.X_train[:100], data.y_train[:100]
    W = params["W1"].T
    u = q * (X @ W.T) + params["b1"]
    grad = softmax_loss_grad(np.maximum(u, 0) @ params["W2"] + params["b2"], y)[1]
    grad = (grad @ params["W2"].T) * (u > 0)
    rng, found = np.random.default_rng(83), []
    for _ in range(draws):
        mask = rng.random((len(X), *W.shape), dtype=np.float32) < q
        found.append(backward(grad, X, W, mask)[1])
    return float(np.sqrt(np.var(found, axis=0).mean()))

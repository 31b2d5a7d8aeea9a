"""A small convolutional network for chapter 07, and what is measured on it.

The network is conv 3 x 3 (12 channels), ReLU, conv 3 x 3 (16 channels), ReLU, max-pooling 2 x 2,
linear; on the 8 x 8 digits. What is dropped comes in as an argument: a *layer* is a function
``layer(shape, rng)`` that draws a mask for activations of shape ``(N, C, H, W)`` and gives the
linear map which applies it, so that the backward pass can apply the same map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .data import Digits, _all_digits
from .train import Params, _adam, softmax_loss_grad

Map = Callable[[np.ndarray], np.ndarray]
Layer = Callable[[tuple[int, ...], np.random.Generator], Map]
Pool = Callable[[np.ndarray], np.ndarray]

SIDE, CHANNELS, CLASSES = 8, (12, 16), 10


def elements(p: float) -> Layer:
    """Make the layer of chapter 03: a coin for each entry, inverted scaling."""

    def layer(shape: tuple[int, ...], rng: np.random.Generator) -> Map:
        factor = (rng.random(shape, np.float32) >= p) * np.float32(1 / (1 - p))
        return lambda x: x * factor

    return layer


def train(
    data: Digits,
    seeds: Sequence[int],
    layer: Layer | None = None,
    *,
    after: Sequence[int] = (2,),
    epochs: int = 30,
    batch: int = 50,
    lr: float = 2e-3,
) -> list[Params]:
    """Train one network a seed with Adam.

    Parameters
    ----------
    data : Digits
        A stack of splits, one a seed.
    seeds : sequence of int
        Of the initial weights, the order of the examples and the masks.
    layer : callable, optional
        ``layer(shape, rng)`` draws a mask and gives the map that applies it.
    after : sequence of int
        The convolutions, 1 or 2, after whose ReLU the layer stands.
    epochs, batch, lr : int, int, float
        Passes over the training set, examples in a step, Adam's learning rate.

    Returns
    -------
    list of dict
        ``W1, b1, W2, b2, W3, b3`` of each network.
    """
    return [
        _train_one(X, y, seed, layer, after, epochs, batch, lr)
        for seed, X, y in zip(seeds, data.X_train, data.y_train, strict=True)
    ]


def errors(nets: Sequence[Params], data: Digits, pool: Pool | None = None) -> np.ndarray:
    """Misclassified test examples in per cent, one number a network.

    `pool` takes windows ``(..., 4)`` to one number each, instead of their maximum.
    """
    tests = zip(nets, data.X_test, data.y_test, strict=True)
    return np.array([100 * np.mean(_logits(net, X, pool).argmax(-1) != y) for net, X, y in tests])


def feature_maps(net: Params, X: np.ndarray) -> np.ndarray:
    """Activations after the second ReLU, shape ``(n, 16, 8, 8)``."""
    h1 = np.maximum(_conv(_images(X), net["W1"], net["b1"])[0], 0)
    return np.maximum(_conv(h1, net["W2"], net["b2"])[0], 0)


def windows(maps: np.ndarray) -> np.ndarray:
    """Cut maps ``(n, C, H, W)`` into pooling windows ``(n, C, H/2, W/2, 4)``."""
    n, channels, height, width = maps.shape
    cut = maps.reshape(n, channels, height // 2, 2, width // 2, 2).swapaxes(3, 4)
    return cut.reshape(n, channels, height // 2, width // 2, 4)


def patches(maps: np.ndarray, side: int) -> np.ndarray:
    """Cut maps ``(n, C, H, W)`` into all their disjoint patches ``(m, side, side)``."""
    n, channels, height, width = maps.shape
    cut = maps.reshape(n, channels, height // side, side, width // side, side).swapaxes(3, 4)
    return cut.reshape(-1, side, side)


def neighbour_correlation(maps: np.ndarray) -> float:
    """Correlation of horizontal and vertical neighbours, each position about its own mean."""
    z = maps - maps.mean(axis=0)
    pairs = [(z[..., 1:], z[..., :-1]), (z[..., 1:, :], z[..., :-1, :])]
    cross = sum(float((a * b).sum()) for a, b in pairs)
    power = sum(float(np.sqrt((a**2).sum() * (b**2).sum())) for a, b in pairs)
    return cross / power


def scattered_mask(seed: int) -> np.ndarray:
    """Drop about half of the 8 x 8 pixels, each by a coin of its own."""
    return np.random.default_rng(seed).random((SIDE, SIDE)) >= 0.48


def square_mask(seed: int) -> np.ndarray:
    """Drop squares of 4 x 4 pixels until about half of the 8 x 8 pixels are gone."""
    rng, mask = np.random.default_rng(seed), np.ones((SIDE, SIDE), bool)
    while mask.mean() > 0.6:
        top, left = rng.integers(0, 5, 2)
        mask[top : top + 4, left : left + 4] = False
    return mask


def recovered(masks: Sequence[np.ndarray], n_train: int = 1200) -> np.ndarray:
    """What a linear guess from kept pixels recovers of dropped ones.

    Parameters
    ----------
    masks : sequence of bool ndarray, shape (8, 8)
        True where a pixel of the digits is kept; some are, some are not.
    n_train : int
        Digits from which the guess is learned (ridge, lambda = 1); the others test it.

    Returns
    -------
    ndarray, shape (masks,)
        1 - squared error / variance of the dropped pixels; each mask has a split of its own.
    """
    X = _all_digits()[0].astype(float)
    shares = []
    for seed, mask in enumerate(masks):
        order = np.random.default_rng(seed).permutation(len(X))
        train_rows, test_rows = order[:n_train], order[n_train:]
        mean = X[train_rows].mean(axis=0)
        kept, gone = mask.ravel(), ~mask.ravel()
        A, B = ((X[train_rows] - mean)[:, part] for part in (kept, gone))
        weights = np.linalg.solve(A.T @ A + np.eye(A.shape[1]), A.T @ B)
        A, B = ((X[test_rows] - mean)[:, part] for part in (kept, gone))
        shares.append(1 - ((A @ weights - B) ** 2).sum() / (B**2).sum())
    return np.array(shares)


# The network -----------------------------------------------------------------------------------


def _train_one(
    X: np.ndarray,
    y: np.ndarray,
    seed: int,
    layer: Layer | None,
    after: Sequence[int],
    epochs: int,
    batch: int,
    lr: float,
) -> Params:
    net = _init(seed)
    update = _adam(net, lr)
    orders, masks = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 3])
    for _ in range(epochs):
        order = orders.permutation(len(X))
        for start in range(0, len(X), batch):
            rows = order[start : start + batch]
            maps: list[Map] = [_identity, _identity]
            for k in after:
                if layer is None:
                    break
                maps[k - 1] = layer((len(rows), CHANNELS[k - 1], SIDE, SIDE), masks)
            update(_grads(net, X[rows], y[rows], maps))
    return net


def _init(seed: int) -> Params:
    rng = np.random.default_rng([seed, 1])
    first, second = CHANNELS
    shapes = {"W1": (first, 1, 3, 3), "W2": (second, first, 3, 3)}
    net: Params = {
        name: (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)
        for name, shape in shapes.items()
    }
    features = second * (SIDE // 2) ** 2
    net["W3"] = (rng.standard_normal((features, CLASSES)) / np.sqrt(features)).astype(np.float32)
    for name, size in (("b1", first), ("b2", second), ("b3", CLASSES)):
        net[name] = np.zeros(size, np.float32)
    return net


def _grads(net: Params, X: np.ndarray, y: np.ndarray, maps: Sequence[Map]) -> Params:
    a1, columns1 = _conv(_images(X), net["W1"], net["b1"])
    a2, columns2 = _conv(maps[0](np.maximum(a1, 0)), net["W2"], net["b2"])
    cut = windows(maps[1](np.maximum(a2, 0)))
    winner = cut.argmax(-1)[..., None]
    pooled = np.take_along_axis(cut, winner, -1)[..., 0]
    flat = pooled.reshape(len(X), -1)
    g = softmax_loss_grad(flat @ net["W3"] + net["b3"], y)[1]
    grads: Params = {"W3": flat.T @ g, "b3": g.sum(0)}
    back = np.zeros_like(cut)
    np.put_along_axis(back, winner, (g @ net["W3"].T).reshape(pooled.shape)[..., None], -1)
    n, channels, rows, columns, _ = back.shape
    back = back.reshape(n, channels, rows, columns, 2, 2).swapaxes(3, 4).reshape(a2.shape)
    g = maps[1](back) * (a2 > 0)
    grads["W2"], grads["b2"] = _weight_grads(g, columns2, net["W2"].shape)
    # the gradient of a convolution by its input is a convolution with the flipped kernel
    flipped = np.ascontiguousarray(net["W2"][:, :, ::-1, ::-1].swapaxes(0, 1))
    g = maps[0](_conv(g, flipped, np.zeros(len(flipped), g.dtype))[0]) * (a1 > 0)
    grads["W1"], grads["b1"] = _weight_grads(g, columns1, net["W1"].shape)
    return grads


def _logits(net: Params, X: np.ndarray, pool: Pool | None) -> np.ndarray:
    cut = windows(feature_maps(net, X))
    pooled = cut.max(-1) if pool is None else pool(cut)
    return pooled.reshape(len(X), -1) @ net["W3"] + net["b3"]


def _conv(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Convolve with 3 x 3 kernels, zero padding; give the result and the columns used."""
    n, channels, height, width = x.shape
    padded = np.zeros((n, channels, height + 2, width + 2), x.dtype)
    padded[:, :, 1:-1, 1:-1] = x
    view = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    columns = view.transpose(1, 4, 5, 0, 2, 3).reshape(channels * 9, -1)
    y = W.reshape(len(W), -1) @ columns + b[:, None]
    return y.reshape(len(W), n, height, width).swapaxes(0, 1), columns


def _weight_grads(
    g: np.ndarray, columns: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    flat = g.swapaxes(0, 1).reshape(shape[0], -1)
    return (flat @ columns.T).reshape(shape), flat.sum(1)


def _images(X: np.ndarray) -> np.ndarray:
    return X.reshape(-1, 1, SIDE, SIDE)


def _identity(x: np.ndarray) -> np.ndarray:
    return x

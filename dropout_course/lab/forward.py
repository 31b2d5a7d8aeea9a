"""What chapter 03 needs beyond the shared training loop: points in a plane, and their boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .data import Digits
from .plots import COLORS, MARKERS, MUTED, axes
from .train import Params, logits

LEFT, RIGHT, BOTTOM, TOP = -1.6, 2.6, -1.3, 1.8
STEP = 0.04


def half_moons(seeds: Sequence[int], n_train: int, flipped: float, n_test: int = 2000) -> Digits:
    """Draw two interleaving half moons, some of whose training labels are wrong.

    Parameters
    ----------
    seeds : sequence of int
        One training and one test set for each, stacked along a leading axis.
    n_train, n_test : int
        Points in each set.
    flipped : float
        Fraction of the training labels that name the other moon; test labels are right.

    Returns
    -------
    Digits
        The same fields, with points ``(n, 2)`` in the place of images and two classes.

    References
    ----------
    The shape is that of scikit-learn's ``make_moons``; the standard deviation of the points
    around each moon is 0.2.
    """
    runs = [_moons(int(seed), n_train, flipped, n_test) for seed in seeds]
    return Digits(*(np.stack(parts) for parts in zip(*runs, strict=True)))


def boundary_length(params: Params) -> np.ndarray:
    """Length of the decision boundary inside the window of the picture, one number a network.

    It is counted along the edges of a grid, so that a slanted line counts longer than it is, by a
    factor of at most the square root of 2: compare lengths with each other.
    """
    chosen = _on_grid(params).argmax(-1)
    steps = [(np.diff(chosen, axis=axis) != 0).sum((1, 2)) for axis in (1, 2)]
    return STEP * (steps[0] + steps[1])


def boundaries(data: Digits, networks: Mapping[float, Params], title: str, run: int = 0) -> None:
    """Draw training points and the regions of one run, a panel for each rate."""
    panels = axes(len(networks), figsize=(8.4, 2.6), sharey=True)
    # above all panels: over the first one alone it would widen that panel
    look = {"x": 0.01, "ha": "left", "fontsize": 12, "fontweight": "bold"}
    panels[0].figure.suptitle(title, **look)
    across, up = _grid()
    points, labels = data.X_train[run], data.y_train[run]
    for ax, (p, params) in zip(panels, networks.items(), strict=True):
        z = _on_grid(params)[run]
        side = z[..., 1] - z[..., 0]
        ax.contourf(across, up, side > 0, levels=[-0.5, 0.5, 1.5], colors=COLORS[:2], alpha=0.25)
        ax.contour(across, up, side, levels=[0], colors=[MUTED], linewidths=1.5)
        for k in (0, 1):
            rows = labels == k
            look = {"color": COLORS[k], "marker": MARKERS[k], "s": 9, "linewidths": 0}
            ax.scatter(points[rows, 0], points[rows, 1], **look)
        ax.set(xticks=[], yticks=[], xlabel=f"p = {p:g}", ylabel="")
        ax.grid(False)


def _moons(seed: int, n_train: int, flipped: float, n_test: int) -> Digits:
    rng = np.random.default_rng([seed, 4])
    n = n_train + n_test
    y = rng.integers(0, 2, n)
    angle = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    X = np.where(y[:, None] == 0, upper, [1.0, 0.5] - upper) + 0.2 * rng.standard_normal((n, 2))
    noisy = y[:n_train].copy()
    wrong = rng.permutation(n_train)[: round(flipped * n_train)]
    noisy[wrong] = 1 - noisy[wrong]
    X = X.astype(np.float32)
    return Digits(X[:n_train], noisy, X[n_train:], y[n_train:], y[:n_train])


def _grid() -> tuple[np.ndarray, ...]:
    return tuple(np.meshgrid(np.arange(LEFT, RIGHT, STEP), np.arange(BOTTOM, TOP, STEP)))


def _on_grid(params: Params) -> np.ndarray:
    """Logits of every network on the grid, shape (networks, rows, columns, 2)."""
    across, up = _grid()
    points = np.stack([across.ravel(), up.ravel()], axis=1).astype(np.float32)
    runs = len(params["W1"])
    z = logits(params, np.broadcast_to(points, (runs, *points.shape)))
    return z.reshape(runs, *across.shape, 2)

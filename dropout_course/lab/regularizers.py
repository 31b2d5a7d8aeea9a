"""What the demonstrations of chapter 02 need: one training loop with a place for each regulariser.

Every function works on several independent networks at once, stacked along a leading axis, as
everywhere in the lab.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .data import Digits, digits
from .train import Params, error_rate, init_mlp, loss_grads_with

Step = Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]
ChangeInputs = Callable[[np.ndarray, np.random.Generator], np.ndarray]
SIZES = (64, 128, 128, 10)


def data_with_validation(
    seeds: Sequence[int], n_train: int = 500, n_val: int = 100, noise: float = 0.3
) -> tuple[Digits, np.ndarray, np.ndarray]:
    """Draw training sets with wrong labels, and validation sets with the same share of them.

    Returns
    -------
    data : Digits
        Each training set has `n_train` examples, each test set all that are not used otherwise.
    X_val, y_val : ndarray, shapes (R, n_val, 64) and (R, n_val)
        The validation sets.
    """
    drawn = digits(seeds, n_train + n_val, noise)
    X, y = drawn.X_train, drawn.y_train
    data = drawn._replace(
        X_train=X[:, :n_train],
        y_train=y[:, :n_train],
        y_train_clean=drawn.y_train_clean[:, :n_train],
    )
    return data, X[:, n_train:], y[:, n_train:]


def train(
    data: Digits,
    seeds: Sequence[int],
    *,
    step: Step | None = None,
    wd: float = 0.0,
    decoupled: bool = True,
    p: float = 0.0,
    change_inputs: ChangeInputs | None = None,
    after_step: Callable[[Params], None] | None = None,
    after_epoch: Callable[[Params], None] | None = None,
    epochs: int = 40,
    batch: int = 100,
    lr: float = 3e-3,
    sizes: Sequence[int] = SIZES,
) -> Params:
    """Train networks with Adam, and with whatever regularisers are asked for.

    Runs on the same seeds start from the same weights and see the same examples in the same
    order, whatever regularises them.

    Parameters
    ----------
    data : Digits
        One training set a seed.
    seeds : sequence of int
        Decide the initial weights.
    step : callable, optional
        ``step(w, grad, m, v, t, lr, wd, decoupled) -> (w, m, v)``: Adam. Without it plain Adam is
        used, which knows no decay.
    wd, decoupled : float, bool
        Passed on to `step` for the weight matrices; biases get ``wd = 0``.
    p : float
        Probability of dropping a hidden unit (inverted dropout), p < 1.
    change_inputs : callable, optional
        ``change_inputs(X, rng) -> X``, called with every batch, shape (R, batch, 64).
    after_step : callable, optional
        ``after_step(params)``, called after every step; may change `params`.
    after_epoch : callable, optional
        ``after_epoch(params)``, called before the first epoch and after every epoch.
    epochs, batch, lr : int, int, float
        Passes over the training set, examples in a step, learning rate.
    sizes : sequence of int
        Widths from input to output.

    Returns
    -------
    dict
        The weights after the last epoch.
    """
    order_rng, mask_rng, input_rng = (np.random.default_rng([0, k]) for k in (2, 3, 4))
    params, step = init_mlp(sizes, seeds), step or _adam_step
    first = {name: np.zeros_like(w) for name, w in params.items()}
    second = {name: np.zeros_like(w) for name, w in params.items()}
    loss_grads, t, n = loss_grads_with(_multiply), 0, data.X_train.shape[-2]
    if after_epoch is not None:
        after_epoch(params)
    for _ in range(epochs):
        order = order_rng.permutation(n)
        for start in range(0, n, batch):
            rows, t = order[start : start + batch], t + 1
            X, y = data.X_train[:, rows], data.y_train[:, rows]
            if change_inputs is not None:
                X = change_inputs(X, input_rng)
            masks = tuple(_scaled_mask((*X.shape[:-1], H), p, mask_rng) for H in sizes[1:-1])
            grads = loss_grads(params, X, y, masks, p)[1]
            for name, w in params.items():
                decay = wd if name[0] == "W" else 0.0
                state = first[name], second[name], t, lr, decay, decoupled
                params[name], first[name], second[name] = step(w, grads[name], *state)
            if after_step is not None:
                after_step(params)
        if after_epoch is not None:
            after_epoch(params)
    return params


def add_noise(sigma: float) -> ChangeInputs:
    """Make a change of inputs: independent normal noise on every pixel, fresh for every batch."""

    def change(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return X + np.float32(sigma) * rng.standard_normal(X.shape, np.float32)

    return change


def shift(share: float) -> ChangeInputs:
    """Make a change of inputs: data augmentation by shifts.

    Each image is, with probability `share`, moved by one pixel, up, down, left or right; what
    comes in at the border is empty.
    """

    def change(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        images = X.reshape(*X.shape[:-1], 8, 8)
        padded = np.pad(images, [(0, 0)] * (images.ndim - 2) + [(1, 1), (1, 1)])
        moved = np.stack(
            [padded[..., i : i + 8, j : j + 8] for i, j in ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))]
        )
        u = rng.random(X.shape[:-1])
        which = np.where(u < share, 1 + (4 * u / max(share, 1e-12)).astype(int) % 4, 0)
        chosen = np.take_along_axis(moved, which[None, ..., None, None], 0)[0]
        return chosen.reshape(X.shape)

    return change


def row_limit(max_norm: Callable[[np.ndarray, float], np.ndarray], c: float):
    """Make an `after_step` that limits the incoming weights of every hidden unit.

    Parameters
    ----------
    max_norm : callable
        ``max_norm(W, c) -> W`` for one matrix ``(out, in)``.
    c : float
        The largest norm.
    """

    def limit(params: Params) -> None:
        for name in ("W1", "W2"):
            R, n_in, n_out = params[name].shape
            units = np.swapaxes(params[name], -1, -2).reshape(R * n_out, n_in)
            limited = max_norm(units, c).reshape(R, n_out, n_in)
            params[name] = np.ascontiguousarray(np.swapaxes(limited, -1, -2))

    return limit


def early_stopping(
    train_curve: np.ndarray, val_curve: np.ndarray, patience: int
) -> dict[str, int | float]:
    """Say where training stops and which epoch is kept: exercise 1.4, for those without it.

    Training ends when `patience` epochs in a row have brought nothing strictly better.
    """
    best = epoch = 0
    for epoch, value in enumerate(val_curve):
        if value < val_curve[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    gap = float(val_curve[best] - train_curve[best])
    return {"stop_epoch": epoch, "best_epoch": best, "gap": gap}


class Watch:
    """An `after_epoch` that notes training, validation and test errors in per cent.

    Parameters
    ----------
    data : Digits
    X_val, y_val : ndarray
        From `data_with_validation`.
    every : int
        Note the errors in epochs 0, `every`, 2 `every`, …

    Attributes
    ----------
    epochs : list of int
        The epochs that were noted; 0 is before training.
    train, val, test : list of ndarray
        One entry for each of them, with one number a network.
    """

    def __init__(self, data: Digits, X_val: np.ndarray, y_val: np.ndarray, every: int = 1) -> None:
        self.every, self.calls = every, 0
        self.epochs: list[int] = []
        self.sets = [(data.X_train, data.y_train), (X_val, y_val), (data.X_test, data.y_test)]
        self.train: list[np.ndarray] = []
        self.val: list[np.ndarray] = []
        self.test: list[np.ndarray] = []

    def __call__(self, params: Params) -> None:
        """Note the errors of the present weights, if it is time."""
        epoch, self.calls = self.calls, self.calls + 1
        if epoch % self.every:
            return
        self.epochs.append(epoch)
        for note, (X, y) in zip((self.train, self.val, self.test), self.sets):  # noqa: B905
            note.append(error_rate(params, X, y))


def lasso_problems(
    count: int, n: int, d: int, active: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Draw regression problems in which few inputs matter.

    Returns
    -------
    list of (X, y, w)
        X of shape (n, d) with standard normal entries; w of shape (d,) has `active` entries that
        are not 0, each +1 or -1; y = X w + noise of standard deviation 0.5.
    """
    rng, problems = np.random.default_rng([seed, 21]), []
    for _ in range(count):
        X, w = rng.standard_normal((n, d)), np.zeros(d)
        w[rng.permutation(d)[:active]] = rng.choice([-1.0, 1.0], active)
        problems.append((X, X @ w + 0.5 * rng.standard_normal(n), w))
    return problems


def _adam_step(w, grad, m, v, t, lr, wd, decoupled):
    """Plain Adam; it refuses decay, which is the reader's exercise."""
    if wd:
        raise ValueError("Plain Adam has no weight decay: pass your adam_step as `step`.")
    m = m + 0.1 * (grad - m)
    v = v + 0.001 * (grad * grad - v)
    root = np.sqrt(v / (1 - 0.999**t)) + 1e-8
    return w - lr / (1 - 0.9**t) * m / root, m, v


def _multiply(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    return x if p == 0 else x * mask


def _scaled_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> np.ndarray:
    if p == 0:
        return np.ones(1, np.float32)
    return (rng.random(shape, np.float32) >= p) * np.float32(1 / (1 - p))

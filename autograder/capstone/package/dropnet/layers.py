"""Layers: each has `forward(x, training)`, `backward(grad)`, `parameters` and `gradients`."""

from __future__ import annotations

import numpy as np


def draw_mask(rng: np.random.Generator, shape: tuple[int, ...], p: float) -> np.ndarray:
    """Draw a boolean mask; True, with probability 1 - p, marks a unit that stays."""
    return rng.random(shape) >= p


class Linear:
    """An affine map from (N, n_in) to (N, n_out), with He's initialisation."""

    def __init__(self, n_in: int, n_out: int, rng: np.random.Generator) -> None:
        weight = rng.normal(0.0, np.sqrt(2.0 / n_in), (n_in, n_out))
        self.parameters = {"weight": weight, "bias": np.zeros(n_out)}
        self.gradients: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Give x @ weight + bias."""
        self.x = x
        return x @ self.parameters["weight"] + self.parameters["bias"]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Store the gradients of the parameters; give that of the input."""
        self.gradients = {"weight": self.x.T @ grad, "bias": grad.sum(axis=0)}
        return grad @ self.parameters["weight"].T


class ReLU:
    """The positive part."""

    def __init__(self) -> None:
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Give max(x, 0)."""
        self.positive = x > 0
        return np.where(self.positive, x, 0.0)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Pass the gradient where the input was positive."""
        return np.where(self.positive, grad, 0.0)


class Dropout:
    """Inverted dropout with probability `p` of dropping, 0 <= p < 1."""

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        if not 0.0 <= p < 1.0:
            raise ValueError(f"p must be in [0, 1), not {p}; p is the probability of dropping")
        self.p = p
        self.rng = rng
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Drop units in training; give x itself in evaluation."""
        if not training:
            return x
        self.mask = draw_mask(self.rng, x.shape, self.p)
        return x * self.mask / (1.0 - self.p)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Give the gradient of the training pass with respect to its input."""
        passed = grad * self.mask
        return passed / (1.0 - self.p)

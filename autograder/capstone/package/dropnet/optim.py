"""Adam with decoupled weight decay, and early stopping."""

from __future__ import annotations

import numpy as np


class Adam:
    """Adam (Kingma & Ba, 2015) with decoupled decay of weights (Loshchilov & Hutter, 2019)."""

    def __init__(self, learning_rate: float, decay: float = 0.0) -> None:
        self.learning_rate = learning_rate
        self.decay = decay
        self.beta1, self.beta2, self.epsilon = 0.9, 0.999, 1e-8
        self.t = 0
        self.first: dict[str, np.ndarray] = {}
        self.second: dict[str, np.ndarray] = {}

    def step(self, parameters: dict[str, np.ndarray], gradients: dict[str, np.ndarray]) -> None:
        """Change the parameters in place; names ending in ``weight`` decay."""
        self.t += 1
        for name, value in parameters.items():
            if name.endswith("weight"):
                value -= self.learning_rate * self.decay * value
            value -= self.learning_rate * self._direction(name, gradients[name])

    def _direction(self, name: str, grad: np.ndarray) -> np.ndarray:
        first = self.first.get(name, 0.0)
        second = self.second.get(name, 0.0)
        self.first[name] = self.beta1 * first + (1 - self.beta1) * grad
        self.second[name] = self.beta2 * second + (1 - self.beta2) * grad**2
        mean = self.first[name] / (1 - self.beta1**self.t)
        square = self.second[name] / (1 - self.beta2**self.t)
        return mean / (np.sqrt(square) + self.epsilon)


class EarlyStopping:
    """Keeps the best parameters; says stop after `patience` epochs without a better one."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.lowest = np.inf
        self.waited = 0
        self.best: dict[str, np.ndarray] = {}

    def update(self, error: float, parameters: dict[str, np.ndarray]) -> bool:
        """Take an epoch's validation error; say whether to stop."""
        if error < self.lowest:
            self.lowest, self.waited = error, 0
            self.best = {name: value.copy() for name, value in parameters.items()}
        else:
            self.waited += 1
        return self.waited >= self.patience

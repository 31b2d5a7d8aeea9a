"""Right answers to 4.2 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


class KeepsFactors:
    """Stores mask / q as one array; ones in eval; draws with binomial."""

    def __init__(self, p, rng):
        if p < 0 or p > 1 or math.isnan(p):
            raise ValueError(p)
        self.p, self.rng, self.mode, self.factor = p, rng, "train", None

    def train(self):
        self.mode = "train"
        return self

    def eval(self):
        self.mode = "eval"
        return self

    def forward(self, x):
        keep = 1 - self.p
        if self.mode == "eval":
            self.factor = np.ones_like(x)
        elif keep == 0:
            self.factor = np.zeros_like(x)
        else:
            self.factor = (self.rng.binomial(1, keep, size=x.shape) / keep).astype(x.dtype)
        return x * self.factor

    def backward(self, grad):
        if self.factor is None:
            raise RuntimeError("no forward yet")
        return grad * self.factor


class Closures:
    """Forward leaves a function behind; draws floats of the input's own type, one by one."""

    def __init__(self, p, rng):
        if not (p >= 0 and p <= 1):
            raise ValueError("not a probability")

        def too_early(grad):
            raise RuntimeError("backward before forward")

        self.p, self.rng, self.training, self._back = p, rng, True, too_early

    def train(self, mode=True):
        self.training = mode

    def eval(self):
        self.train(False)

    def forward(self, x):
        if self.training and self.p > 0:
            draws = [self.rng.random() < self.p for _ in range(x.size)]
            dropped = np.array(draws, dtype=bool).reshape(x.shape)
            q = 1 - self.p or 1.0
            self._back = lambda g: np.where(dropped, 0, g / q).astype(g.dtype)
        else:
            self._back = lambda g: g
        return self._back(x)

    def backward(self, grad):
        return self._back(grad)


class MaskAndMode:
    """Stores mask and mode apart; draws with choice; properties and a helper method."""

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        assert_probability(p)
        self.p, self.rng = p, rng
        self.training = True
        self.mask = self.trained = None

    @property
    def q(self):
        return 1.0 - self.p

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def forward(self, x):
        print("forward", x.shape)
        self.trained = self.training
        if self.training:
            self.mask = self.rng.choice([False, True], size=x.shape, p=[self.p, self.q])
        return self._scale(x)

    def backward(self, grad):
        if self.trained is None:
            raise RuntimeError("call forward first")
        return self._scale(grad)

    def _scale(self, a):
        if not self.trained:
            return a
        out = np.array(a)
        out[~self.mask] = 0
        if self.q:
            out /= self.q
        return out


def assert_probability(p):
    if not 0 <= p <= 1:
        raise ValueError("p must lie between 0 and 1")


IDIOMS = [{"Dropout": layer} for layer in (KeepsFactors, Closures, MaskAndMode)]

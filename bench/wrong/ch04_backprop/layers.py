"""Answers to chapter 4 about one layer: its backward pass, its state."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("dropout_backward", "Masks the gradient but doesn't divide by 1 - p")
def backward_unscaled():
    def dropout_backward(grad, cache):
        mask, p, training = cache
        if not training:
            return grad
        dx = np.zeros_like(grad)
        dx[mask] = grad[mask]
        return dx if p < 1 else np.zeros_like(grad)


@wrong("dropout_backward", "Multiplies by 1 - p, the inverse of the forward's factor")
def backward_undo():
    def dropout_backward(grad, cache):
        keep, rate, is_train = cache
        if is_train:
            return np.where(keep, grad * (1 - rate), 0).astype(grad.dtype)
        else:
            return grad.copy()


@wrong("dropout_backward", "Ignores the mode: masks in evaluation as well")
def backward_always():
    def dropout_backward(grad, cache):
        m, p, _ = cache
        if p == 1:
            return np.zeros_like(grad)
        out = grad / (1 - p)
        out[~m] = 0
        return out.astype(grad.dtype)


@right("dropout_backward", "Copies the kept ones into zeros, entry by entry")
def backward_loop():
    def dropout_backward(grad, cache):
        mask, p, training = cache
        if not training:
            return np.array(grad)
        dx = np.zeros(grad.shape, dtype=grad.dtype)
        for index in np.ndindex(grad.shape):
            if mask[index] and p != 1:
                dx[index] = grad[index] / (1.0 - p)
        return dx


@wrong("dropout_layer", "backward looks at the mode of now, not of the latest forward")
def layer_mode_of_now():
    class Dropout:
        def __init__(self, p, rng):
            if not 0 <= p <= 1:
                raise ValueError("p")
            self.p, self.rng = p, rng
            self.training = True
            self.mask = None
            self.called = False

        def train(self):
            self.training = True

        def eval(self):
            self.training = False

        def forward(self, x):
            self.called = True
            if not self.training:
                return x
            self.mask = self.rng.random(x.shape) >= self.p
            return self._scale(x)

        def _scale(self, a):
            if self.p == 1:
                return np.zeros_like(a)
            return (a * self.mask / (1 - self.p)).astype(a.dtype)

        def backward(self, grad):
            if not self.called:
                raise RuntimeError("forward first")
            if self.training and self.mask is not None:
                return self._scale(grad)
            return grad


@wrong("dropout_layer", "The mask is drawn once, at the first forward, and kept")
def layer_one_mask():
    class Dropout:
        def __init__(self, p, rng):
            if p != p or p < 0 or p > 1:
                raise ValueError(f"p = {p}")
            self.p = p
            self.rng = rng
            self.is_training = True
            self.masks = {}
            self.used = None

        def train(self):
            self.is_training = True
            return self

        def eval(self):
            self.is_training = False
            return self

        def forward(self, x):
            if self.is_training:
                if x.shape not in self.masks:
                    self.masks[x.shape] = self.rng.random(x.shape) > self.p
                scale = 1 / (1 - self.p) if self.p < 1 else 0
                self.used = self.masks[x.shape] * scale
            else:
                self.used = np.ones(x.shape)
            return (x * self.used).astype(x.dtype)

        def backward(self, grad):
            if self.used is None:
                raise RuntimeError("no forward yet")
            return (grad * self.used).astype(grad.dtype)


@wrong("dropout_layer", "backward lets the cache go: a second call fails")
def layer_one_backward():
    class Dropout:
        def __init__(self, p, rng):
            assert_ok = 0 <= p <= 1
            if not assert_ok:
                raise ValueError("p must be in [0, 1]")
            self.p, self.rng, self.mode, self.cache = p, rng, "train", []

        def train(self):
            self.mode = "train"

        def eval(self):
            self.mode = "eval"

        def forward(self, x):
            if self.mode == "eval" or self.p == 0:
                factor = np.ones_like(x)
            elif self.p == 1:
                factor = np.zeros_like(x)
            else:
                factor = (self.rng.random(x.shape) >= self.p).astype(x.dtype) / x.dtype.type(
                    1 - self.p
                )
            self.cache = [factor]
            return x * factor

        def backward(self, grad):
            if not self.cache:
                raise RuntimeError("call forward before backward")
            factor = self.cache.pop()
            return grad * factor.astype(grad.dtype)


@right("dropout_layer", "forward stores a closure for backward")
def layer_closure():
    class Dropout:
        def __init__(self, p, rng):
            if not (p >= 0 and p <= 1):
                raise ValueError("p")
            self._draw = lambda shape: rng.binomial(1, 1 - p, shape).astype(bool)
            self._scale = 1 / (1 - p) if p < 1 else 0.0
            self._on = True
            self._pull = None

        def train(self):
            self._on = True

        def eval(self):
            self._on = False

        def forward(self, x):
            if self._on:
                m = self._draw(x.shape)
                self._pull = lambda a: np.where(m, a * a.dtype.type(self._scale), a.dtype.type(0))
            else:
                self._pull = lambda a: a
            return self._pull(x)

        def backward(self, grad):
            if self._pull is None:
                raise RuntimeError("nothing to go back through")
            return self._pull(grad)

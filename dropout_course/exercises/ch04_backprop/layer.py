"""What 4.2 is judged with: programs for a layer, and the right layer that mistakes change."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.case import Broken


def run(student, p, seed, *steps):
    """Ask for one layer to be led through some steps."""
    return student.play("dropout_layer_run", p=p, seed=seed, steps=list(steps))


def switched(case, y, p):
    """Require that each entry of y, the result for ones, is 0 or one same value; give the mask.

    What value that is, the law about the factor judges.
    """
    y = case.array(y, what="the result for an array of ones")
    mask = y != 0
    kept = y[mask]
    if (kept == kept[:1]).all():  # as a rule; to round and sort takes ten times as long
        return mask
    different = np.unique(np.round(kept, 6))
    text = (
        f"in training mode at p = {p}, a 1 becomes 0 or 1/(1-p) = {1 / (1 - p):.6g}, "
        "and here it becomes more than one other value"
    )
    case.that(different.size <= 1, text, received=different[:4])
    return mask


def refuses_rates(student, case, rates):
    """Require ValueError from the constructor for each rate."""
    seen = student.play("dropout_layers_made", rates=list(rates), seed=case.seed()).value
    for p, got in zip(rates, seen, strict=True):
        if got is None:
            raise Broken(f"Dropout({p}, rng) must raise ValueError", kind="accepted")
        if "ValueError" not in got["raised"]:
            text = f"Dropout({p}, rng) must raise ValueError, and it raised {got['raised'][0]}"
            raise Broken(text, kind="raised")


def refused_backward(case, got):
    """Require that a tried backward raised RuntimeError."""
    raised = got.get("raised", ()) if isinstance(got, dict) else ()
    case.that("NotImplementedError" not in raised, "backward is still to be written")
    text = "backward before any forward must raise RuntimeError"
    case.that("RuntimeError" in raised, text, kind="accepted")


class Layer:
    """A right layer; a mistake overrides one of its parts."""

    def __init__(self, p, rng):
        self.check(p)
        self.p, self.rng, self.training, self.mask, self.mode = p, rng, True, None, None

    def check(self, p):
        """Refuse what is no probability."""
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")

    def train(self):
        """Switch dropout on."""
        self.training = True

    def eval(self):
        """Switch dropout off."""
        self.training = False

    def draw(self, shape):
        """Draw a mask."""
        return self.rng.random(shape) >= self.p

    def factor(self):
        """Give the factor of kept units."""
        return 1 / (1 - self.p) if self.p < 1 else 0.0

    def back_factor(self):
        """Give the factor of kept units in backward."""
        return self.factor()

    def evaluate(self, x):
        """Give the result in evaluation."""
        return x

    def forward(self, x):
        """Drop units in training."""
        self.mode = self.training
        if not self.training:
            return self.evaluate(x)
        self.mask = self.draw(x.shape)
        return (x * self.mask * self.factor()).astype(x.dtype)

    def backward(self, grad):
        """Give the gradient of the latest forward."""
        if self.mode is None:
            raise RuntimeError("call forward first")
        return self.back(grad) if self.mode else grad

    def back(self, grad):
        """Give the gradient of a training forward."""
        return (grad * self.mask * self.back_factor()).astype(grad.dtype)


def changed(**parts):
    """Make a right layer with some parts replaced."""
    return type("Dropout", (Layer,), parts)

"""What people write instead of 4.2's layer: a right one with parts replaced."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch04_backprop.layer import Layer


def exact_count(self, shape):
    """Keep the same number in every mask."""
    size = int(np.prod(shape))
    mask = np.zeros(size, bool)
    mask[self.rng.permutation(size)[: round((1 - self.p) * size)]] = True
    return mask.reshape(shape)


def once_for_ever(self, shape):
    """Draw when there is no mask of this shape yet."""
    if self.mask is None or self.mask.shape != shape:
        return self.rng.random(shape) >= self.p
    return self.mask


def stale(self, grad):
    """Use the mask of training after a forward in evaluation, too."""
    if self.mode is None:
        raise RuntimeError("call forward first")
    known = self.mask is not None and self.mask.shape == grad.shape
    return self.back(grad) if known else grad


def no_mask(self, grad):
    """Fail after a forward in evaluation."""
    if self.mode is None:
        raise RuntimeError("call forward first")
    return grad * (self.mask if self.mode else None) * self.back_factor()


def forgets(self, grad):
    """Work once."""
    dx = Layer.backward(self, grad)
    self.mask = None
    return dx


def from_output(self, x):
    """Read the mask off the output."""
    y = Layer.forward(self, x)
    if self.mode:
        self.mask = y != 0
    return y


def starts_in_eval(self, p, rng):
    """Begin with dropout off."""
    Layer.__init__(self, p, rng)
    self.training = False


def upcast(self, x):
    """Work in float64."""
    return Layer.forward(self, x.astype(float))


def lets_nan_through(self, p):
    """Ask the wrong way round."""
    if p < 0 or p > 1:
        raise ValueError("p must be between 0 and 1")


def refuses_one(self, p):
    """Take 1 for a bad rate."""
    if not 0 <= p < 1:
        raise ValueError("p must be at least 0 and less than 1")


ROWS = (
    ("p-read-as-keep", "p read as keep", "Units are kept with probability p; p is for dropping.",
     {"draw": lambda self, shape: self.rng.random(shape) < self.p}),
    ("keep-throughout", "p read as keep throughout",
     "You keep with probability p and divide by p; p is the probability of dropping, "
     "so it is 1 - p in both places.",
     {"draw": lambda self, shape: self.rng.random(shape) < self.p,
      "factor": lambda self: 1 / self.p if self.p else 1.0}),
    ("multiplied-by-q", "Multiplied by 1 - p",
     "Kept units are multiplied by 1 - p, which shrinks them once more; divide by it.",
     {"factor": lambda self: 1 - self.p if self.p < 1 else 0.0}),
    ("factor-missing", "Factor missing",
     "Kept units are not divided by 1 - p, so training and eval disagree on average.",
     {"factor": lambda self: 1.0}),
    ("scaled-in-both-modes", "Scaled in both modes",
     "The layer divides by 1 - p in training and multiplies by it in eval; "
     "scale in exactly one of the two modes.",
     {"evaluate": lambda self, x: (x * (1 - self.p)).astype(x.dtype)}),
    ("standard-for-inverted", "Standard, not inverted",
     "This is standard dropout: it scales in evaluation; the inverted one scales in training.",
     {"factor": lambda self: 1.0,
      "evaluate": lambda self, x: (x * (1 - self.p)).astype(x.dtype)}),
    ("divided-by-p", "Divided by p",
     "Kept units are divided by p; they must be divided by the keep probability 1 - p.",
     {"factor": lambda self: 1 / self.p if self.p else 1.0}),
    ("one-mask-for-the-batch", "One mask for the batch",
     "All examples of a batch share one mask; each example needs its own thinned network.",
     {"draw": lambda self, shape: np.broadcast_to(self.rng.random(shape[-1:]) >= self.p, shape)}),
    ("one-mask-for-ever", "One mask for ever",
     "The mask is drawn once and used for ever; every training forward needs a fresh one.",
     {"draw": once_for_ever}),
    ("exact-count", "An exact count",
     "Every mask keeps exactly the same number of units; "
     "each unit has its own coin, so the number is random.",
     {"draw": exact_count}),
    ("fair-coin", "A fair coin", "Every unit is kept with probability one half, whatever p is.",
     {"draw": lambda self, shape: self.rng.integers(0, 2, shape).astype(bool)}),
    ("division-by-zero-at-one", "Division by zero at p = 1",
     "At p = 1 you compute 0/0, which is NaN; everything is dropped there, so the result is 0.",
     {"factor": lambda self: np.float64(1) / np.float64(1 - self.p)}),
    ("zero-division-at-one", "ZeroDivisionError at p = 1",
     "At p = 1 you divide by 1 - p = 0, which Python refuses; everything is dropped there, so "
     "give zeros.",
     {"factor": lambda self: 1 / (1 - self.p)}),
    ("rate-one-refused", "p = 1 refused",
     "p = 1 is a probability too: the constructor accepts it, and everything is dropped.",
     {"check": refuses_one}),
    ("float32-becomes-float64", "float32 becomes float64",
     "The layer returns float64 for float32 input; a mask should not change the dtype.",
     {"forward": upcast}),
    ("drops-in-eval", "Drops in evaluation",
     "The layer drops units after eval() as well; in eval it must be the identity.",
     {"eval": lambda self: None}),
    ("starts-in-eval", "Starts in eval mode",
     "A new layer does not drop anything; it has to start in training mode.",
     {"__init__": starts_in_eval}),
    ("seeded-inside", "Seeded inside",
     "forward makes its own generator with a fixed seed, so all masks are equal; "
     "use the generator that the layer was given.",
     {"draw": lambda self, shape: np.random.default_rng(0).random(shape) >= self.p}),
    ("fresh-mask-in-backward", "Fresh mask in backward",
     "backward draws a new mask; it must use the one that its forward pass has drawn.",
     {"back": lambda self, g: (g * self.draw(g.shape) * self.factor()).astype(g.dtype)}),
    ("backward-without-factor", "Factor missing in backward",
     "forward divides kept units by 1 - p and backward does not, so the gradient is too small.",
     {"back_factor": lambda self: 1.0}),
    ("factor-twice-in-backward", "Factor twice in backward",
     "backward divides by 1 - p although the stored mask holds that factor already.",
     {"back_factor": lambda self: self.factor() ** 2}),
    ("gradient-to-the-dropped", "Gradient to the dropped units",
     "backward sends the gradient to the units that were dropped instead of the kept ones.",
     {"back": lambda self, g: (g * ~self.mask * self.factor()).astype(g.dtype)}),
    ("stale-mask-after-eval", "Stale mask after eval",
     "After a forward pass in eval, backward still uses the mask of an earlier training step; "
     "remember the mode together with the mask.",
     {"backward": stale}),
    ("no-mask-after-eval", "No mask after eval",
     "backward after a forward pass in eval fails because there is no mask; "
     "there the layer is the identity, and so is its gradient.",
     {"backward": no_mask}),
    ("backward-follows-mode", "Backward follows the present mode",
     "backward looks at the mode that the layer is in now; "
     "what counts is the mode in which the latest forward pass ran.",
     {"backward": lambda self, g: Layer.backward(self, g) if self.training else g}),
    ("backward-forgets", "Backward forgets the mask",
     "backward works once and then has lost its mask; "
     "the same forward pass may be differentiated several times.",
     {"backward": forgets}),
    ("another-generator", "Another generator",
     "The masks don't come from the layer's rng, so a run can't be repeated.",
     {"draw": lambda self, shape: np.random.default_rng().random(shape) >= self.p}),
    ("early-backward-accepted", "Backward without forward accepted",
     "backward before any forward pass returns something; it has to raise RuntimeError.",
     {"backward": lambda self, g: g if self.mode is None else Layer.backward(self, g)}),
    ("nan-accepted", "NaN accepted as p",
     "NaN is neither below 0 nor above 1, so that test lets it through: "
     "ask whether 0 <= p <= 1 holds.",
     {"check": lets_nan_through}),
    ("bad-rates-accepted", "Bad rates accepted",
     "The constructor accepts a p that is no probability; it has to raise ValueError at once.",
     {"check": lambda self, p: None}),
    ("mask-from-output", "Mask read off the output",
     "backward takes outputs that are 0 for dropped units; "
     "a kept unit with value 0, as after a ReLU, must pass its gradient on.",
     {"forward": from_output}),
)  # fmt: skip


def add(mistakes):
    """Add all of them to the mistakes of the exercise."""
    for name, title, says, parts in ROWS:
        mistakes.row(name, title, says, **parts)

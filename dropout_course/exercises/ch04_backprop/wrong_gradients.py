"""What people write instead of 4.3 mlp_loss_grads: parts of the common form in `mlp` replaced."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, upcasting
from dropout_course.exercises.ch04_backprop.mlp import (
    kept_everywhere,
    mask_on_weights,
    mlp,
    unstable,
    without_second,
)

mistakes = Mistakes(mlp_loss_grads=mlp)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row(
    "division-by-zero-at-one",
    forward=lambda p: float(np.float64(1) / np.float64(1 - p)),
)
mistakes.row(
    "zero-division-at-one",
    "ZeroDivisionError at p = 1",
    "At p = 1 you divide by 1 - p = 0, which Python refuses; everything is dropped there, so take "
    "the factor 0.",
    forward=lambda p: 1 / (1 - p),
)


ROWS = (
    (
        "factor-missing",
        "Factor missing",
        "Kept units are never multiplied by 1/(1-p), neither forward nor backward.",
        {"forward": lambda p: 1.0},
    ),
    (
        "backward-without-factor",
        "Factor missing in backward",
        "The forward pass multiplies kept units by 1/(1-p), and the backward pass forgets it.",
        {"backward": lambda p: 1.0},
    ),
    (
        "factor-missing-once",
        "Factor missing at the first dropout",
        "The gradient of the second layer has the factor 1/(1-p), and that of the first lacks one: "
        "each dropout multiplies by it on the way back.",
        {"backward_first": lambda p: 1.0},
    ),
    (
        "factor-twice-in-backward",
        "Factor twice in backward",
        "The backward pass multiplies by 1/(1-p) twice for each dropout layer; "
        "the forward pass does it once.",
        {"backward": lambda p: 1 / (1 - p) ** 2 if p < 1 else 0.0},
    ),
    (
        "fresh-mask-in-backward",
        "Fresh mask in backward",
        "The backward pass draws its own masks: the loss repeats and the gradients do not.",
        {"masks_back": lambda masks, p: [np.random.random(m.shape) >= p for m in masks]},
    ),
    (
        "mask-forgotten-in-backward",
        "Mask forgotten in backward",
        "The gradient passes dropped units as if they had been there; "
        "multiply it by the same mask and factor as the activations.",
        {"masks_back": kept_everywhere, "backward": lambda p: 1.0},
    ),
    (
        "activations-before-mask",
        "Activations before the mask",
        "The gradients of W2 and W3 are made from activations before dropout; "
        "what the next layer has seen is the activation after it.",
        {"seen": lambda before, after: before},
    ),
    (
        "mean-forgotten-in-gradient",
        "Mean forgotten in the gradient",
        "The loss is a mean over the batch and the gradients are a sum: divide them by B, once.",
        {"batch": lambda y: 1},
    ),
    (
        "relu-forgotten-in-backward",
        "ReLU forgotten in backward",
        "The gradient also passes ReLUs whose input was negative; there their slope is 0.",
        {"slope": np.ones_like},
    ),
    (
        "exp-overflows",
        "exp overflows",
        "exp of a large logit is infinite; subtract the largest logit of each row before exp.",
        {"softmax": unstable(0)},
    ),
    (
        "small-number-in-the-logarithm",
        "A small number in the logarithm",
        "log(P + epsilon) caps the loss of a confident wrong answer; "
        "take the logarithm of the softmax analytically instead.",
        {"softmax": unstable(1e-15)},
    ),
    (
        "slope-one-at-zero",
        "Slope 1 at zero",
        "At exactly 0 the derivative of the ReLU counts as 0 here: a > 0, not a >= 0.",
        {"slope": lambda a: a >= 0},
    ),
    (
        "sum-for-mean",
        "Sum instead of mean",
        "Loss and gradients are sums over the batch; the loss is the mean over its examples.",
        {"batch": lambda y: 1, "total": lambda loss, y: loss * len(y)},
    ),
    (
        "loss-summed",
        "Loss summed, gradients averaged",
        "The gradients belong to the mean over the batch, and the loss is the sum; divide it by B.",
        {"total": lambda loss, y: loss * len(y)},
    ),
    (
        "bias-averaged-again",
        "Bias gradient averaged again",
        "The gradient of a bias is a sum over the batch; the mean is in P - Y already.",
        {"of_bias": lambda g: g.mean(axis=0)},
    ),
)
for name, title, says, changes in ROWS:
    mistakes.row(name, title, says, **changes)
mistakes.whole(
    "mask-on-weight-gradient",
    "Mask on the weight gradient",
    "The masks are applied to the gradients of the weights; "
    "they belong to the gradients of the activations, example by example.",
)(mask_on_weights)
mistakes.whole(
    "second-dropout-forgotten",
    "Second dropout forgotten",
    "There is a dropout behind each of the two ReLUs; here the second one is missing.",
)(without_second)

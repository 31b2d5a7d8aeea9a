"""What the demonstrations need: data, a training loop, statistics and plots.

Nothing here knows dropout.  Functions that need it take it as an argument, so a
demonstration runs on the reader's own code::

    from dropout_course import lab

    data = lab.digits(seed=range(5), n_train=500, noise=0.3)   # five training sets at once
    params = lab.init_mlp([64, 256, 256, 10], seed=range(5))   # and five networks
    lab.fit(params, data, loss_grads=lab.loss_grads_with(dropout_inverted),
            draw_mask=draw_mask, p=0.5, epochs=50)
    lab.error_rate(params, data.X_test, data.y_test)           # five test errors, in per cent

A sequence of seeds gives every array a leading *replica* axis: several independent
runs then cost a few large matrix products instead of many small ones.  With one
integer as the seed nothing has that axis, and the shapes are those of the textbook.
"""

from .answers import own_answer
from .data import Digits, digits, tumours
from .evidence import above, below, claim, every, record, undecided, within
from .plots import COLORS, MUTED, axes, bar, line, mark, scatter
from .stats import Difference, mean, paired_difference, plus_minus, standard_error
from .tables import Table, table
from .train import (
    confidence,
    error_rate,
    fit,
    he_normal,
    init_mlp,
    logits,
    loss_grads_with,
    mean_loss,
    no_dropout,
    softmax_loss_grad,
)

__all__ = [
    "COLORS",
    "MUTED",
    "Difference",
    "Digits",
    "Table",
    "above",
    "axes",
    "bar",
    "below",
    "claim",
    "confidence",
    "digits",
    "error_rate",
    "every",
    "fit",
    "he_normal",
    "init_mlp",
    "line",
    "logits",
    "loss_grads_with",
    "mark",
    "mean",
    "mean_loss",
    "no_dropout",
    "own_answer",
    "paired_difference",
    "plus_minus",
    "record",
    "scatter",
    "softmax_loss_grad",
    "standard_error",
    "table",
    "tumours",
    "undecided",
    "within",
]

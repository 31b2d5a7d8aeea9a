"""What the exercises of chapter 07, Structured dropout for CNNs and ResNets, share."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites
from dropout_course.engine.mistakes import question


def inverse(p):
    """Give 1/(1 - p), and 0 where everything is dropped."""
    return 0.0 if p == 1 else 1 / (1 - p)


def questions_about_arrays(call, x):
    """Ask ``call(student, x)`` which dtype float32 gives, and whether x is written to."""

    @question("Which dtype has the result for float32?", edge=True)
    def kind(student, case):
        return dtype(call(student, x.astype(np.float32)))

    @question("Does it write to its input?", edge=True)
    def writes(student, case):
        return overwrites(lambda: call(student, case.frozen(x)))

    return kind, writes


def slabs(y, axis):
    """Whether each channel along `axis` of each example is zero everywhere or nowhere."""
    y = np.moveaxis(np.asarray(y), axis, 1)
    gone = y.reshape(*y.shape[:2], -1) == 0
    return bool((gone.all(axis=-1) | ~gone.any(axis=-1)).all())


def add_factors(mistakes, what):
    """Add the usual mistakes of a form with ``factor(p, ...)`` and ``chosen(mask)``."""
    mistakes.row(
        "factor-missing",
        "Factor missing",
        f"Kept {what} are not divided by 1 - p, so training and evaluation disagree by a factor.",
        factor=lambda p, *_: float(p < 1),
    )
    mistakes.row(
        "divided-by-p",
        "Divided by p",
        f"Kept {what} are divided by p; survivors are divided by the keep probability 1 - p.",
        factor=lambda p, *_: 1 / p if 0 < p < 1 else float(p == 0),
    )
    mistakes.row(
        "multiplied-by-q",
        "Multiplied by 1 - p",
        f"Kept {what} are multiplied by 1 - p, which shrinks them once more; divide by it.",
        factor=lambda p, *_: 1 - p,
    )
    mistakes.row("division-by-zero-at-one", factor=lambda p, *_: np.float64(1) / np.float64(1 - p))
    mistakes.row(
        "mask-exchanged",
        "Kept and dropped exchanged",
        f"The {what} that should be kept are dropped, and the others kept; True means kept.",
        chosen=lambda mask: ~mask,
    )


def grown(centers, block):
    """Give the mask that leaves out a square for each centre, one after the other."""
    n, c, rows, columns = centers.shape
    mask = np.ones((n, c, rows + block - 1, columns + block - 1), bool)
    for a, b, i, j in np.argwhere(centers):
        mask[a, b, i : i + block, j : j + block] = False
    return mask

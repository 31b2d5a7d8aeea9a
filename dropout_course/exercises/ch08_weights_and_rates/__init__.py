"""What the exercises of chapter 08, Dropping weights, learning rates, share."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import Broken, holds_parts

# A DropConnect layer that can be followed by hand: two examples, two inputs, two outputs.
V = np.array([[1.0, 2.0], [3.0, -1.0]])
W = np.array([[2.0, 1.0], [-1.0, 3.0]])
B = np.array([0.5, -0.5])
MASKS = np.array([[[True, False], [True, True]], [[False, True], [True, False]]])


def layer(case, examples, inputs, outputs, p=0.4):
    """Draw ``(v, W, b, mask)`` of a DropConnect layer, no number of which is nearly 0."""
    v, weights = case.apart(examples, inputs), case.apart(outputs, inputs)
    mask = case.mask((examples, outputs, inputs), p)
    return v, weights, case.apart(outputs), mask


def parts(case, answer, names):
    """Give the values of a tuple by name; a wrong number of values breaks the law."""
    got = answer.value
    if not holds_parts(got, len(names)):
        text = f"the result must be a tuple of {len(names)}: ({', '.join(names)})"
        raise Broken(text, None, got, "type")
    return dict(zip(names, got, strict=True))


def same_dtypes(case, answer, names, dtype):
    """Require arrays of one dtype in a tuple, whatever their shapes and values."""
    for name, got in parts(case, answer, names).items():
        kind = getattr(got, "dtype", type(got).__name__)
        case.that(kind == dtype, f"{name} has dtype {kind}, not {np.dtype(dtype)}", kind="dtype")

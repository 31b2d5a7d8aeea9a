"""Hidden laws of 5.2 exact_average."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch05_ensembles import exact_average as visible
from dropout_course.exercises.ch05_ensembles import softmax
from dropout_course.scenes import function
from solutions import ch05_ensembles as reference


def on_rows(name, z, **params):
    """Apply a function of the scenes to each row of a stack at once."""
    if name == "squares":
        return (z * z).sum(1)
    if name == "outer":
        return z[:, :, None] * z[:, None, :]
    if name == "softmax_of":
        return softmax(z @ params["W"] + params["b"])
    return function(name)(**params)(z)  # goes element by element, so it takes a stack as it is


def example(case, name, x, p, **params):
    """Give arguments and the average over all masks at once: faster than a call for each."""
    masks = reference.all_masks(len(x))
    inputs = masks * x / (1 - p) if p < 1 else 0 * (masks * x)
    values = on_rows(name, inputs, **params)
    weights = reference.mask_probs(masks, p).astype(values.dtype)
    return (case.fn(name, **params), x, p), np.tensordot(weights, values, axes=1)[()]


@visible.squares_and_products.elsewhere(weight=2)
def squares_and_products(student, case):
    drawn = [(case.apart(n), case.rate(0.05, 0.95)) for n in (1, 3, 7)]
    examples = [one for x, p in drawn for one in visible.second_moments(case, x, p)]
    case.gives(student.exact_average, examples, what="the mean")


@visible.linear_keeps_its_value.elsewhere(weight=1)
def linear_keeps_its_value(student, case):
    examples = []
    for n in (1, 6):
        x, p = case.apart(n), case.rate()
        a, b = (float(v) for v in case.apart(2))
        examples.append(((case.fn("affine", a=a, b=b), x, p), a * x + b))
    case.gives(student.exact_average, examples, what="the mean of a z + b")


@visible.one_and_two_units.elsewhere(weight=2)
def any_function(student, case):
    examples = []
    for n in (2, 4):
        for x in case.layouts(case.apart(n)):
            p = case.rate()
            examples += [example(case, name, x, p) for name in ("gelu", "tanh")]
    W, b, x, p = case.normal(8, 3), case.normal(3), case.apart(8), case.rate()
    examples.append(example(case, "softmax_of", x, p, W=W, b=b))
    case.gives(student.exact_average, examples, what="the mean")


@visible.ends.elsewhere(weight=1)
def ends(student, case):
    names = ("sigmoid", "squares", "outer")
    examples = [example(case, name, case.normal(5), p) for p in (0.0, 1.0) for name in names]
    case.gives(student.exact_average, examples)


@visible.form.elsewhere(weight=1)
def form(student, case):
    for dtype in (np.float32, np.float64):
        for p in (0.0, 0.3, 1.0):
            x = case.frozen(case.normal(4, dtype=dtype))
            want = np.zeros((4, 4), dtype)
            case.form(student.exact_average(case.fn("outer"), x, p), want)

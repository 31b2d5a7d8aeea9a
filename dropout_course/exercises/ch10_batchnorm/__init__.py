"""What the exercises of chapter 10, Dropout meets normalisation, share."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites
from dropout_course.engine.mistakes import overwriting, question, upcasting

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772
DROPPED = -LAMBDA * ALPHA  # where SELU saturates


def affine(p, value=DROPPED):
    """Give the a and b that restore mean 0 and variance 1 if units are dropped to a value."""
    a = ((1 - p) * (1 + value**2 * p)) ** -0.5 if p < 1 else 0.0
    return a, -a * p * value


def alpha_dropped(x, mask, p):
    """Give what must come out of alpha dropout for p < 1; the mask broadcasts to x."""
    a, b = affine(p)
    return np.where(mask, a * x + b, a * DROPPED + b)


def edge_examples(x, mask_shape):
    """Give examples ``((x, mask, p), result)`` at p = 0 and p = 1."""
    everything, nothing = np.ones(mask_shape, bool), np.zeros(mask_shape, bool)
    at_one = [((x, mask, 1.0), np.zeros(x.shape)) for mask in (nothing, everything)]
    return [((x, everything, 0.0), x), *at_one]


def questions_about_edges(name, x, mask):
    """Ask a function ``(x, mask, p)`` about p = 1, dtype, and writing."""

    def call(student, x, mask=mask, p=0.2):
        return getattr(student, name)(x, mask, p)

    @question("What comes out at p = 1?", edge=True)
    def at_one(student, case):
        y = np.asarray(call(student, x, np.zeros(mask.shape, bool), 1.0).value, float)
        return "zeros" if not y.any() else "finite" if np.isfinite(y).all() else "not finite"

    @question("Which dtype has the result for float32?", edge=True)
    def kind(student, case):
        return dtype(call(student, x.astype(np.float32)))

    @question("Does it write to its input?", edge=True)
    def writes(student, case):
        return overwrites(call, student, case.frozen(x))

    return at_one, kind, writes


def alpha_form(
    inner=lambda x, keep, p: np.where(keep, x, DROPPED),
    outer=lambda y, keep, p: affine(p)[0] * y + affine(p)[1],
    placed=lambda mask, x: mask.reshape(*mask.shape, *(1,) * (x.ndim - mask.ndim)),
    chosen=lambda mask: mask,
    at_one=lambda x: np.zeros_like(x),
):
    """Alpha dropout: the mask, what is put in the place of dropped units, the affine map."""

    def alpha_dropout(x, mask, p):
        if p == 1:
            return at_one(x)
        keep = np.broadcast_to(placed(chosen(mask), x), x.shape)
        return outer(inner(x, keep, p), keep, p).astype(x.dtype)

    return alpha_dropout


def add_alpha_mistakes(mistakes, name):
    """Add the mistakes about drop value, constants and form that 10.4 and 10.5 share."""

    def row(id, title="", says="", **changes):
        mistakes.row(id, title, says, of=name, **changes)

    row(
        "drops-to-zero",
        "Dropped to 0",
        "Dropped units are set to 0 before the affine map; in alpha dropout they take the value "
        "α' = -λα, where SELU saturates.",
        inner=lambda x, keep, p: np.where(keep, x, 0),
    )
    row(
        "alpha-forgotten",
        "Dropped to -λ, without α",
        "The drop value is -λ; SELU saturates at -λα = -1.758, and a and b belong to that value.",
        inner=lambda x, keep, p: np.where(keep, x, -LAMBDA),
    )
    row(
        "lambda-forgotten",
        "Dropped to -α, without λ",
        "The drop value is -α; SELU saturates at -λα = -1.758, and a and b belong to that value.",
        inner=lambda x, keep, p: np.where(keep, x, DROPPED / LAMBDA),
    )
    row(
        "saturation-with-the-wrong-sign",
        "α' with the wrong sign",
        "Dropped units take the value +1.758; SELU saturates on the negative side, at -1.758.",
        inner=lambda x, keep, p: np.where(keep, x, -DROPPED),
    )
    row(
        "zero-after-the-map",
        "Dropped units end as 0",
        "Dropped units are 0 in the result; the affine map comes last, after the mask, and makes "
        "aα' + b of them.",
        inner=lambda x, keep, p: x,
        outer=lambda y, keep, p: np.where(keep, affine(p)[0] * y + affine(p)[1], 0),
    )
    row(
        "kept-alone-mapped",
        "Affine map on kept units alone",
        "Dropped units keep the value α' as it is; a and b apply to them as well.",
        outer=lambda y, keep, p: np.where(keep, affine(p)[0] * y + affine(p)[1], y),
    )
    row(
        "inverted-for-alpha",
        "Inverted dropout in its place",
        "This is inverted dropout: it drops to 0 and divides by 1 - p, which raises the variance.",
        inner=lambda x, keep, p: np.where(keep, x, 0),
        outer=lambda y, keep, p: y / (1 - p),
    )
    row(
        "inverted-as-well",
        "Divided by 1 - p as well",
        "Kept units are also divided by 1 - p; a and b alone restore mean and variance.",
        inner=lambda x, keep, p: np.where(keep, x / (1 - p), DROPPED),
    )
    row(
        "offset-scaled",
        "b scaled by a",
        "You add b first and multiply by a afterwards, so b is scaled as well; a comes first.",
        outer=lambda y, keep, p: affine(p)[0] * (y + affine(p)[1]),
    )
    row(
        "offset-forgotten",
        "b forgotten",
        "The result is scaled by a and not shifted by b, so its mean is no longer 0.",
        outer=lambda y, keep, p: affine(p)[0] * y,
    )
    row(
        "mask-exchanged",
        "Kept and dropped exchanged",
        "What the mask keeps is dropped, and the rest kept; True means kept.",
        chosen=np.logical_not,
    )
    row("division-by-zero-at-one", at_one=lambda x: np.full_like(x, np.nan))
    row("float32-becomes-float64", wrap=upcasting)
    row("writes-to-its-input", wrap=overwriting)

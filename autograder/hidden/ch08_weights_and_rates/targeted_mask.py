"""Hidden laws of 8.3 targeted_mask."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch08_weights_and_rates import targeted_mask as visible
from solutions.ch08_weights_and_rates import targeted_mask

SIZES = ((4, 1), (1, 4), (16, 3), (6, 7))


def spare(case, student, calls):
    """Compare what is never dropped with what the reference never drops."""
    examples = []
    for W, gamma, kind in calls:
        none = np.zeros(W.shape if kind == "weight" else W.shape[1:])
        examples.append(((W, gamma, kind), targeted_mask(W, gamma, 1.0, none, kind)))
    visible.spare(case, student, examples)


@visible.weights.elsewhere(weight=2)
def weights(student, case):
    shapes = ((8, 1), (8, 4), (16, 3))
    calls = [(case.apart(*shape), gamma, "weight") for shape in shapes for gamma in (0.125, 0.625)]
    calls += [(W, 0.25, "weight") for W in case.layouts(case.apart(8, 5))]
    calls.append((case.apart(8, 3) * 4.0 ** np.arange(3), 0.5, "weight"))
    spare(case, student, calls)


@visible.units.elsewhere(weight=1.5)
def units(student, case):
    calls = [(case.apart(5, 8), gamma, "unit") for gamma in (0.125, 0.5, 0.875)]
    calls += [(W, 0.5, "unit") for W in case.layouts(case.apart(3, 8))]
    calls.append((visible.COLUMNS[:, ::-1] * 2, 0.5, "unit"))
    spare(case, student, calls)


@visible.draws.elsewhere(weight=1.5)
def draws(student, case):
    drawn = [(alpha, visible.around(case, alpha)) for alpha in (0.2, case.rate(), 0.9)]
    ladder = visible.LADDER
    asked = [(a, u, student.targeted_mask(-ladder, 0.75, a, u, "weight")) for a, u in drawn]
    for alpha, u, answer in asked:
        kept = visible.mask_in(case, answer, ladder.shape)[visible.MIDDLE]
        case.equal(kept, u[visible.MIDDLE] >= alpha, what="the mask of candidates")


@visible.count.elsewhere(weight=0.5)
def count(student, case):
    wide = case.apart(3, 7)
    calls = [(case.apart(7, 3) * 4.0 ** np.arange(3), 0.4, "weight"), (wide, 0.4, "unit")]
    calls.append((case.apart(5, 2), 0.5, "weight"))
    visible.require_counts(case, student, calls)  # 2.8, 2.8 and 2.5


@visible.ends.elsewhere(weight=0.5)
def ends(student, case):
    # the first column has the largest: what is small is no matter of one column's threshold
    drawn = [case.apart(*shape) * 5.0 ** -np.arange(shape[1]) for shape in SIZES]
    spare(case, student, [(W, gamma, "weight") for W in drawn for gamma in (0.0, 1.0)])


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        W = case.frozen(case.apart(8, 4, dtype=kind))
        u = case.frozen(case.uniform(8, 4))
        answer = student.targeted_mask(W, 0.5, 0.5, u, "weight")
        got = getattr(answer.value, "dtype", type(answer.value).__name__)
        case.that(
            got == np.dtype(bool), f"the mask has dtype {got}, and it must be bool", kind="dtype"
        )

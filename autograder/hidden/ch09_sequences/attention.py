"""Hidden laws of 9.6 attention."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch09_sequences import attention as visible

SIZES = (
    {"queries": 1, "keys": 4, "d": 2, "dv": 3},
    {"queries": 4, "keys": 2, "d": 5, "dv": 1},
    {"queries": 2, "keys": 7, "d": 3, "dv": 4},
)
SHAPES = ((1, 2), (5, 3), (2, 7))


def calls(case, training):
    """Draw calls of many sizes and batches, the last ones in four memory layouts."""
    drawn = []
    for batch, sizes in zip(((), (3,), (2, 2)), SIZES, strict=True):
        p = case.rate()
        drawn.append((*visible.drawn(case, *batch, p=p, **sizes), p, training))
    q, k, v, mask = visible.drawn(case, 2)
    return drawn + [(laid, k, v, mask, 0.3, training) for laid in case.layouts(q)]


@visible.training.elsewhere(weight=2)
def training(student, case):
    visible.require_weights(student, case, calls(case, True))


@visible.evaluation.elsewhere(weight=1)
def evaluation(student, case):
    visible.require_weights(student, case, calls(case, False))


@visible.outputs.elsewhere(weight=1)
def outputs(student, case):
    visible.require_outputs(student, case, calls(case, True) + calls(case, False))


@visible.cross_entropies.elsewhere(weight=1)
def cross_entropies(student, case):
    visible.require_entropies(student, case, SHAPES)


@visible.disagreement.elsewhere(weight=1.5)
def disagreement(student, case):
    visible.require_disagreement(student, case, SHAPES)


@visible.large.elsewhere(weight=0.5)
def large(student, case):
    visible.large.body(student, case)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        visible.require_form(student, case, kind)

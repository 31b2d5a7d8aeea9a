"""Hidden laws of 9.4 zoneout."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch09_sequences import zoneout as visible
from solutions.ch09_sequences import zoneout_forward

SHAPES = ((7,), (2, 5), (3, 1, 4), (2, 3, 2, 2))


def calls(case, training):
    """Draw calls of many shapes, the last ones in four memory layouts."""
    drawn = [(*visible.states(case, *shape), case.rate(), training) for shape in SHAPES]
    prev, new, keep = visible.states(case, 3, 4)
    drawn += [(laid, new, keep, 0.3, training) for laid in case.layouts(prev)]
    return drawn


@visible.training.against(zoneout_forward, weight=1.5)
def training(case):
    prev, new, keep = visible.states(case, 2, 3)
    everywhere = [(prev, new, keep | True, 1.0, True), (prev, new, keep & False, 0.0, True)]
    return calls(case, True) + everywhere


@visible.evaluation.against(zoneout_forward, weight=1.5)
def evaluation(case):
    prev, new, keep = visible.states(case, 2, 3)
    return calls(case, False) + [(prev, new, keep, z, False) for z in (0.0, 1.0)]


@visible.to_old.elsewhere(weight=1)
def to_old(student, case):
    visible.gradient(student, case, "dprev", SHAPES)


@visible.to_new.elsewhere(weight=1)
def to_new(student, case):
    visible.gradient(student, case, "dnew", SHAPES)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        prev, new, keep = visible.states(case, 2, 3)
        prev, new = (case.frozen(a.astype(kind)) for a in (prev, new))
        visible.require_form(student, case, prev, new, case.frozen(keep), prev)

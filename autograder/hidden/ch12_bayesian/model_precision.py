"""Hidden laws of 12.2 model_precision."""

from __future__ import annotations

from dropout_course.exercises.ch12_bayesian import model_precision as visible
from dropout_course.exercises.ch12_bayesian.model_precision import HALF, by_two, setting
from solutions.ch12_bayesian import lam_from, tau_from


def calls(case):
    """Draw settings with the half; at p = 0 every weight is kept."""
    drawn = [(*setting(case), HALF) for _ in range(4)]
    return [*drawn, (2.0, 0.0, 4, 0.5, HALF), (30.0, 0.9, 40, 1.0, HALF)]


@visible.precision.against(tau_from, weight=1)
def precision(case):
    return calls(case)


@visible.precision_without_half.elsewhere(weight=1)
def precision_without_half(student, case):
    by_two(student.tau_from, case)


@visible.decay.against(lam_from, weight=1)
def decay(case):
    return calls(case)


@visible.decay_without_half.elsewhere(weight=1)
def decay_without_half(student, case):
    by_two(student.lam_from, case)

"""Hidden laws of 3.5 output_moments."""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.exercises.ch03_dropout_forward import output_moments as visible
from solutions.ch03_dropout_forward import output_moments


def agree(student, case, calls, parts="mean var second_norm"):
    """Compare some parts with those of the reference."""
    asked = [(student.output_moments(*call), output_moments(*call)) for call in calls]
    visible.judge(case, asked, parts)


def vectors(case):
    """Give vectors of several lengths, layouts and dtypes."""
    return [
        case.apart(1),
        case.apart(40),
        case.apart(5, dtype=np.float32),
        *case.layouts(case.apart(5)),
    ]


def with_rates(case):
    """Give the vectors, each with one of three rates."""
    return list(zip(vectors(case), itertools.cycle((0.05, case.rate(), 0.95))))


@visible.mean_and_variance.elsewhere(weight=2)
def mean_and_variance(student, case):
    agree(student, case, with_rates(case), "mean var")


@visible.squared_length.elsewhere(weight=1.5)
def squared_length(student, case):
    agree(student, case, with_rates(case), "second_norm")


@visible.average_over_masks.elsewhere(weight=0.5)
def average_over_masks(student, case):
    examples = [(case.apart(n), case.rate()) for n in (1, 3, 7)]
    asked = [(student.output_moments(*one), visible.by_enumeration(*one)) for one in examples]
    visible.judge(case, asked)


@visible.edges_of_p.elsewhere(weight=0.5)
def edges_of_p(student, case):
    rates = itertools.cycle((0, 1.0, 0.0, 1))  # of seven vectors each has a 0 and a 1 in two turns
    agree(student, case, list(zip(vectors(case) * 2, rates, strict=False)))


@visible.form.against(output_moments, weight=0.5, form=True)
def form(case):
    inputs = [case.normal(n, dtype=dtype) for n in (1, 6) for dtype in (np.float32, np.float64)]
    return [(case.frozen(x), p) for x in inputs for p in (0.0, 0.3, 1.0)]

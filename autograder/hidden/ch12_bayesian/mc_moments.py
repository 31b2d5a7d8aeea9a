"""Hidden laws of 12.1 mc_moments."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch12_bayesian import mc_moments as visible
from dropout_course.exercises.ch12_bayesian import pair
from dropout_course.exercises.ch12_bayesian.mc_moments import NAMES, moments, passes

SHAPES = ((1, 4, 2), (2, 1, 1), (6, 3, 1), (3, 1, 5))


@visible.means.elsewhere(weight=1)
def means(student, case):
    samples = [passes(case, *shape) for shape in SHAPES] + [*case.layouts(passes(case, 3, 2, 4))]
    calls = [(s, 1.5) for s in samples]
    for (got, answer), s in zip(moments(case, student, calls), samples, strict=True):
        case.equal(got[0], s.mean(axis=0), what="the mean", of=answer)


@visible.noise.elsewhere(weight=1.5)
def noise(student, case):
    calls = [(np.repeat(case.apart(1, 2, 3), T, axis=0), tau) for T, tau in ((3, 0.05), (4, 40.0))]
    for (got, answer), call in zip(moments(case, student, calls), calls, strict=True):
        want = np.full((2, 3), 1 / call[1])
        case.equal(got[1], want, what="the variance", of=answer)


@visible.spread.elsewhere(weight=1.5)
def spread(student, case):
    several = [passes(case, *shape) for shape in SHAPES[1:]]
    for samples in (*several, *case.layouts(passes(case, 3, 2, 4))):
        agree = np.repeat(samples[:1], len(samples), axis=0)
        asked = moments(case, student, [(agree, 3.0), (samples, 3.0)])
        shape = samples.shape[1:]
        without, with_spread = (case.array(got[1], shape, what="the variance") for got, _ in asked)
        case.equal(with_spread - without, samples.var(axis=0), what="what the spread adds")


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        x = case.frozen(passes(case, 3, 2, 2).astype(kind))
        for one, name in zip(pair(case, student.mc_moments(x, 2.0), NAMES), NAMES, strict=True):
            case.form(one, x[0], what=name)

"""Hidden laws of 12.3 mc_log_likelihood."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch12_bayesian import mc_log_likelihood as visible
from dropout_course.exercises.ch12_bayesian.mc_log_likelihood import density, mixture, observed
from solutions.ch12_bayesian import mc_log_likelihood


@visible.one_pass.against(mc_log_likelihood, weight=1.5)
def one_pass(case):
    return [(*observed(case, 1, n), tau) for n, tau in ((1, 0.2), (6, 5.0), (2, 1.0))]


@visible.several.elsewhere(weight=2)
def several(student, case):
    calls = [(*observed(case, T, n), tau) for T, n, tau in ((3, 1, 0.5), (12, 4, 1.8))]
    y, samples = observed(case, 4, 3)
    calls += [(y, other, 1.8) for other in case.layouts(samples)]
    first = [student.mc_log_likelihood(y, s[:1], tau) for y, s, tau in calls]
    every = [student.mc_log_likelihood(*call) for call in calls]
    for (y, s, tau), one, answer in zip(calls, first, every, strict=True):
        first_alone = case.array(one, y.shape)
        gained = case.array(answer, y.shape) - first_alone
        want = mixture(y, s, tau) - density(y, s[0], 1 / tau)
        case.equal(gained, want, what="what the other passes change", tol=1e-8)


@visible.far.elsewhere(weight=1)
def far(student, case):
    y, samples = np.array([-1e4, 300.0, 1e4]), case.apart(4, 3)
    case.gives(student.mc_log_likelihood, [((y, samples, 3.0), mixture(y, samples, 3.0))], tol=1e-6)


@visible.form.against(mc_log_likelihood, weight=0.5, form=True)
def form(case):
    calls = []
    for kind in (np.float32, np.float64):
        y, samples = (case.frozen(x.astype(kind)) for x in observed(case, 3, 4))
        calls.append((y, samples, 2.0))
    return calls

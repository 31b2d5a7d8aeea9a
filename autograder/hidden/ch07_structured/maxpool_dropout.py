"""Hidden laws of 7.5 maxpool_dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch07_structured import maxpool_dropout as visible
from solutions.ch07_structured import maxpool_dropout_probs, prob_weighted_pool


def as_reference(student, case, calls):
    """Require the probabilities of the reference."""
    visible.first_parts(student, case, [(call, maxpool_dropout_probs(*call)[0]) for call in calls])


@visible.ranks.elsewhere(weight=2.5)
def ranks(student, case):
    windows = [np.sort(case.uniform(n)) for n in (2, 4, 9)] + [np.array([0.0, 1.0, 2.0])]
    as_reference(student, case, [(window, case.rate()) for window in windows])


@visible.order.elsewhere(weight=1.5)
def order(student, case):
    wave = np.array([3.0, 4.0, 1.0, 5.0, 2.0])  # sorting it is no exchange of pairs
    calls = [(wave + 0.1 * case.uniform(5), case.rate()) for _ in range(3)]
    visible.placed(student, case, calls + [(x, 0.3) for x in case.layouts(wave)])


@visible.ties.elsewhere(weight=0.5)
def ties(student, case):
    windows = ([0.0, 3.0, 3.0, 4.0], [2.0, 2.0], [0.0, 0.0, 0.0, 5.0, 5.0])
    visible.placed(student, case, [(np.array(window), case.rate()) for window in windows])


@visible.nobody.elsewhere(weight=1)
def nobody(student, case):
    calls = [(case.uniform(n), p) for n, p in ((1, 0.3), (2, 1.0), (9, 0.8), (3, 0.0))]
    calls += [(np.zeros(4), case.rate()), (np.array([0.0, 2.0, 0.0]), case.rate())]
    asked = [(call, student.maxpool_dropout_probs(*call)) for call in calls]
    for (window, p), answer in asked:
        ((_, got),) = visible.probabilities(case, [(window, answer)])
        case.equal(got[1], p ** len(window), what="prob_zero")


@visible.pooled.against(prob_weighted_pool, weight=2)
def pooled(case):
    calls = [(case.uniform(n, low=0.5, high=3.0), case.rate()) for n in (3, 4, 9)]
    calls += [(x, 0.3) for x in case.layouts(np.array([2.0, 0.0, 2.0, 7.0]))]
    return [*calls, (np.zeros(3), 0.3)]


@visible.ends.elsewhere(weight=0.5)
def ends(student, case):
    as_reference(student, case, [(np.sort(case.uniform(n)), p) for n in (1, 5) for p in (0.0, 1.0)])


@visible.form.against(maxpool_dropout_probs, weight=0.5, form=True)
def form(case):
    return [(case.frozen(case.uniform(4, dtype=d)), 0.3) for d in (np.float32, np.float64)]

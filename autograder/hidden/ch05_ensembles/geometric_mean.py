"""Hidden laws of 5.3 geometric_mean."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch05_ensembles import geometric_mean as visible
from dropout_course.exercises.ch05_ensembles import shares, softmax
from solutions.ch05_ensembles import all_masks, geometric_mean, mask_probs


@visible.softmax_of_mean_logits.against(geometric_mean, weight=2)
def softmax_of_mean_logits(case):
    calls = []
    for M, K in ((3, 2), (4, 10), (64, 3), (5, 2)):
        probs, weights = softmax(2 * case.apart(M, K)), shares(case, M)
        calls += [(given, weights) for given in (case.layouts(probs) if M == 64 else [probs])]
    return calls


@visible.weights_count.against(geometric_mean, weight=1)
def weights_count(case):
    weights = [mask_probs(all_masks(5), p) for p in (0.1, 0.7)]
    return [(softmax(2 * case.apart(32, 4)), drawn) for drawn in weights]


@visible.agreement.elsewhere(weight=1)
def agreement(student, case):
    rows = [softmax(case.apart(k)) for k in (1, 3, 8)]
    calls = [(np.tile(row, (5, 1)), shares(case, 5)) for row in rows]
    case.gives(student.geometric_mean, zip(calls, rows, strict=True))


@visible.weight_zero.against(geometric_mean, weight=1)
def weight_zero(case):
    probs = softmax(case.normal(6, 3))
    probs[[1, 4]] = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    weights = np.array([0.3, 0.0, 0.5, 0.2, 0.0, 0.0])
    return [(probs.astype(dtype), weights.astype(dtype)) for dtype in (np.float64, np.float32)]


@visible.zero_is_a_veto.elsewhere(weight=1)
def zero_is_a_veto(student, case):
    probs = softmax(case.normal(5, 4))
    probs[0, 1] = probs[3, 1] = probs[4, 2] = 0
    probs /= probs.sum(1, keepdims=True)
    for dtype in (np.float64, np.float32):
        weights = shares(case, 5, dtype)
        got = case.array(student.geometric_mean(probs.astype(dtype), weights), (4,))
        text = "a vetoed class must get exactly 0, and no other"
        case.that(np.array_equal(got == 0, [False, True, True, False]), text, received=got)


@visible.no_underflow.against(geometric_mean, weight=1.5)
def no_underflow(case):
    calls = []
    for M in (800, 2048):
        probs = softmax(case.apart(M, 4))
        probs[M // 2 :] = softmax(4 * case.apart(M - M // 2, 4))
        calls.append((probs, np.full(M, 1 / M)))
    return calls


@visible.form.against(geometric_mean, weight=1, form=True)
def form(case):
    calls = []
    for dtype in (np.float32, np.float64):
        probs, weights = softmax(case.normal(3, 4)), shares(case, 3)
        calls.append((case.frozen(probs.astype(dtype)), case.frozen(weights.astype(dtype))))
    return calls

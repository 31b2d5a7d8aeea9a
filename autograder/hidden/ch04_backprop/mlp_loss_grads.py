"""Hidden laws of 4.3 mlp_loss_grads."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch04_backprop import mlp_loss_grads as visible
from dropout_course.exercises.ch04_backprop.mlp import (
    KEYS,
    loss_grads,
    network,
    positive,
    smooth_network,
)
from solutions.ch04_backprop import mlp_loss_grads

SIZES = (((3, 5, 4, 3), 7), ((2, 3, 3, 2), 6), ((4, 2, 6, 5), 9))


@visible.gradients_of_the_loss.elsewhere(weight=3)
def gradients_of_the_loss(student, case):
    drawn = zip(SIZES, (0.3, 0.4, 0.6), strict=True)
    calls = [(*smooth_network(case, *sizes, p), p) for sizes, p in drawn]
    params, X, y, masks = smooth_network(case, (3, 4, 5, 3), 6, 0.4)
    turned = {name: np.asfortranarray(value) for name, value in params.items()}
    calls += [(turned, given, y, masks, 0.4) for given in case.layouts(X)]
    for call, (_, grads) in zip(calls, loss_grads(student, case, *calls), strict=True):
        want = mlp_loss_grads(*call)[1]
        for name in KEYS:
            case.equal(grads[name], want[name], what=f"the gradient of {name}")


def same_loss(student, case, calls):
    """Require the loss of the reference."""
    for call, (loss, _) in zip(calls, loss_grads(student, case, *calls), strict=True):
        case.equal(loss, float(mlp_loss_grads(*call)[0]), what="the loss")


@visible.kept_units_are_scaled.elsewhere(weight=1)
def kept_units_are_scaled(student, case):
    everything = (np.ones((6, 4), bool), np.ones((6, 5), bool))
    params, X, y = positive(*network(case, (3, 4, 5, 3), 6, 0.0)[:3])
    for p in (0.1, 0.6):
        divided = {**params, "W2": params["W2"] / (1 - p), "W3": params["W3"] / (1 - p)}
        calls = [(params, X, y, everything, p), (divided, X, y, everything, 0.0)]
        (loss, _), (plain, _) = loss_grads(student, case, *calls)
        case.equal(loss, plain, what="the loss with every unit kept")


@visible.dropped_unit_is_absent.elsewhere(weight=1)
def dropped_unit_is_absent(student, case):
    params, X, y, (m1, m2) = network(case, (3, 6, 6, 3), 5, 0.4)
    m1, m2 = m1.copy(), m2.copy()
    m1[:, :2] = m2[:, 4:] = False
    changed = {name: value.copy() for name, value in params.items()}
    changed["W2"][:2] += 2
    changed["W3"][4:] -= 3
    calls = [(some, X, y, (m1, m2), 0.4) for some in (params, changed)]
    (loss, _), (again, _) = loss_grads(student, case, *calls)
    case.equal(again, loss, what="the loss, when weights of dropped units are changed,")


@visible.mean_over_the_batch.elsewhere(weight=1)
def mean_over_the_batch(student, case):
    params, X, y, masks = network(case, (3, 4, 4, 3), 6, 0.3)
    parts = [slice(0, 2), slice(2, 6), slice(0, 6)]
    calls = [(params, X[rows], y[rows], tuple(m[rows] for m in masks), 0.3) for rows in parts]
    (two, _), (four, _), (six, _) = loss_grads(student, case, *calls)
    case.equal(six, (2 * two + 4 * four) / 6, what="the loss of six examples")


@visible.huge_logits.elsewhere(weight=1)
def huge_logits(student, case):
    for dtype in (np.float64, np.float32):
        params, X, y, masks = network(case, (3, 4, 4, 4), 8, 0.3, dtype=dtype)
        # far apart: where two logits of this size compete, float32 rounds the difference away
        params["b3"] = np.array([1e4, -1e4, 5e3, 9e3], dtype)
        ((loss, grads),) = loss_grads(student, case, (params, X, y, masks, 0.3))
        case.that(loss > 1000, "the loss for huge logits is cut off, or wrong", received=loss)
        finite = all(np.isfinite(grads[name]).all() for name in KEYS)
        case.that(finite, "a gradient for huge logits is not finite", kind="nonfinite")


@visible.relu_at_zero.elsewhere(weight=0.5)
def relu_at_zero(student, case):
    params, X, y, _ = network(case, (3, 4, 4, 3), 6, 0.3)
    masks = (np.ones((6, 4), bool), np.ones((6, 4), bool))
    params["W1"][:, :2], params["b1"][:2], params["b2"] = 0, 0, 5 * np.ones(4)
    ((_, grads),) = loss_grads(student, case, (params, X, y, masks, 0.0))
    case.equal(grads["b1"][:2], np.zeros(2), tol=1e-12, what="the gradient of b1 at the kink")


@visible.nothing_at_one.elsewhere(weight=0.5)
def nothing_at_one(student, case):
    params, X, y, _ = network(case, (3, 4, 5, 3), 6, 0.3)
    params["b2"] = np.abs(params["b2"])  # else ReLU may hide a gradient that should be 0
    nothing = (np.zeros((6, 4), bool), np.zeros((6, 5), bool))
    ((loss, grads),) = loss_grads(student, case, (params, X, y, nothing, 1.0))
    finite = np.isfinite(loss) and not any(np.any(grads[name] != 0) for name in KEYS[:-1])
    case.that(finite, "at p = 1 something is not finite, or not 0")


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for dtype in (np.float32, np.float64):
        params, X, y, masks = network(case, (3, 4, 5, 3), 6, 0.3, dtype=dtype)
        frozen = {name: case.frozen(value) for name, value in params.items()}
        case.form(student.mlp_loss_grads(frozen, case.frozen(X), y, masks, 0.3), (0.0, params))

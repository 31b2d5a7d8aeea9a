"""Hidden laws of chapter 04: the visible ones on other shapes, types, layouts and edge values.

Values are compared with the reference answers where these are deterministic.
"""

from __future__ import annotations

import math

import numpy as np

from dropout_course.checks.ch04_backprop import (
    EVAL,
    KEYS,
    TRAIN,
    adjoint,
    converted,
    difference,
    finite_differences,
    follow,
    loss_grads,
    modes,
    network,
    refuses_rate,
    run,
    separate,
    smooth_network,
    switched,
)
from dropout_course.laws import law
from dropout_course.statistics import Binomial, Coincidence
from solutions import ch04_backprop as reference

SHAPES = ((1,), (7,), (3, 1), (2, 3, 4), (2, 2, 3, 2))

# 4.1 dropout_backward --------------------------------------------------------------------------


@law("dropout_backward", "The adjoint identity ⟨g, D x⟩ = ⟨D g, x⟩", weight=2, core=True)
def adjoint_identity(student, case):
    for shape in SHAPES:
        p = case.rate()
        mask = case.mask(shape, p)
        adjoint(student, case, case.normal(*shape), case.normal(*shape), mask, p)
    g, mask = case.normal(4, 5), case.mask((4, 5), 0.3)
    want = reference.dropout_backward(g, (mask, 0.3, True))
    for grad in case.layouts(g):
        case.equal(student.dropout_backward(grad, (mask, 0.3, True)), want)
    for other in case.layouts(mask):
        case.equal(student.dropout_backward(g, (other, 0.3, True)), want)


@law("dropout_backward", "Finite differences agree", weight=1)
def finite_differences_agree(student, case):
    for shape in ((5,), (2, 2, 2)):
        p = case.rate()
        x, mask = case.normal(*shape), case.mask(shape, p)
        numeric = difference(lambda z, m=mask, p=p: np.sum(np.tanh(m * z / (1 - p))), x)
        upstream = 1 - np.tanh(mask * x / (1 - p)) ** 2
        case.close(student.dropout_backward(upstream, (mask, p, True)), numeric, 1e-6)


@law("dropout_backward", "Dropped units get gradient exactly 0", weight=1)
def dropped_get_zero(student, case):
    for dtype in (np.float32, np.float64):
        grad, p = case.normal(6, 5, dtype=dtype), case.rate()
        mask = case.mask(grad.shape, p)
        for value in (np.inf, -np.inf, np.nan):
            grad = np.where(case.mask(grad.shape, 0.5), grad, dtype(value))
        cache = (mask, p, True)
        got = student.dropout_backward(grad, cache)
        case.equal(got, reference.dropout_backward(grad, cache))
        case.that(np.all(got[~mask] == 0), "a dropped entry is not exactly 0")


@law("dropout_backward", "In eval the gradient passes unchanged", weight=1)
def eval_is_identity(student, case):
    for p, shape in zip((0.0, 0.3, 0.9, 1.0), SHAPES[1:], strict=True):
        grad = case.normal(*shape)
        case.equal(student.dropout_backward(grad, (case.mask(shape, p), p, False)), grad)
    grad = np.array([np.inf, np.nan, 1.0, -np.inf])
    case.equal(student.dropout_backward(grad, (np.zeros(4, bool), 1.0, False)), grad)


@law("dropout_backward", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def edges_of_p(student, case):
    for dtype in (np.float32, np.float64):
        for shape in SHAPES:
            grad = case.normal(*shape, dtype=dtype)
            everything, nothing = np.ones(shape, bool), np.zeros(shape, bool)
            case.equal(student.dropout_backward(grad, (everything, 0.0, True)), grad)
            case.equal(student.dropout_backward(grad, (nothing, 1.0, True)), np.zeros_like(grad))
    grad = np.array([np.inf, np.nan])
    case.equal(student.dropout_backward(grad, (np.zeros(2, bool), 1.0, True)), np.zeros(2))


@law("dropout_backward", "float32 stays float32", weight=1)
def dtype_is_kept(student, case):
    for shape in SHAPES:
        p = case.rate()
        grad, mask = case.normal(*shape, dtype=np.float32), case.mask(shape, p)
        for training in (True, False):
            cache = (mask, p, training)
            want = reference.dropout_backward(grad, cache)
            case.equal(student.dropout_backward(grad, cache), want)


# 4.2 dropout_layer -----------------------------------------------------------------------------

KEPT_AT_08 = Binomial(
    "kept units among 12 000 at p = 0.8",
    n=12_000,
    prob=0.2,
    low=2121,
    high=2687,
    effect="a keep probability that is off by 0.05",
    effect_prob=0.25,
)
NEIGHBOURS = Binomial(
    "disjoint pairs of neighbours with equal fate, of 4 800 along one axis, at p = 0.3",
    n=4800,
    prob=0.58,
    low=2562,
    high=3004,
    effect="neighbours with a correlation of 0.2, which agree with probability 0.58 + 0.42 · 0.2",
    effect_prob=0.664,
)
SOME_OF_BOTH = Coincidence(
    "all of 120 units kept, or all dropped, at p = 0.3",
    alarm=2.59e-19,
    how="0.7**120 + 0.3**120",
    effect="a layer that never drops, or drops everything",
)
NOT_THE_SAME_MASK = Coincidence(
    "two masks of 60 units are equal at p = 0.3",
    alarm=6.4e-15,
    how="0.58**60",
    effect="one mask for several layers or examples",
)


@law(
    "dropout_layer",
    "Backward uses the mask and the factor of forward",
    weight=2,
    core=True,
    statistic=(SOME_OF_BOTH,) * 8,
)
def backward_uses_the_mask(student, case):
    for shape in ((120,), (2, 60), (2, 3, 20), (2, 3, 4, 5)):
        for p in (0.3, 0.7):
            g = case.normal(*shape)
            y, dx = run(student, p, case.seed(), ("forward", np.ones(shape)), ("backward", g))
            mask = switched(case, y, p)
            case.that(mask.any(), f"at p = {p} not one of 120 units was kept")
            case.that(not mask.all(), f"at p = {p} not one of 120 units was dropped")
            case.equal(dx, np.where(mask, g / (1 - p), 0), what="backward's result")
    x, g = case.normal(4, 5), case.normal(4, 5)
    for given in case.layouts(x):
        y, dx = run(student, 0.3, case.seed(), ("forward", given), ("backward", g))
        case.equal(y, np.where(y != 0, x / 0.7, 0), what="forward's result")
        case.equal(dx, np.where(y != 0, g / 0.7, 0), what="backward's result")


@law(
    "dropout_layer",
    "Every training forward draws a fresh mask, for every example",
    weight=2,
    statistic=(NOT_THE_SAME_MASK,) * 5,
)
def fresh_masks(student, case):
    x, p = np.ones((3, 4, 60)), 0.3
    y, _, again = run(student, p, case.seed(), ("forward", x), "train", ("forward", x))
    mask, other = switched(case, y, p), switched(case, again, p)
    case.that(not np.array_equal(mask[0, 0], other[0, 0]), "two forward passes share a mask")
    case.that(not np.array_equal(mask[0, 0], mask[1, 0]), "two examples share a mask")
    case.that(not np.array_equal(mask[0, 0], mask[0, 1]), "two rows of an example share a mask")
    ones, g = np.ones(60), case.normal(60)
    seen = student.play(
        "dropout_layers_in_turn", p=p, seed=case.seed(), inputs=[ones] * 2, grads=[g] * 2
    )
    masks = [switched(case, y, p) for y in seen["forward"]]
    case.that(not np.array_equal(*masks), "two layers share a mask")
    for mask, dx in zip(masks, seen["backward"], strict=True):
        want = np.where(mask, g / (1 - p), 0)
        case.equal(dx, want, what="backward, when two layers are used in turn,")


@law(
    "dropout_layer",
    "Units are kept independently, with probability 1 - p",
    weight=2,
    statistic=(KEPT_AT_08, NEIGHBOURS, NEIGHBOURS),
)
def kept_with_probability_q(student, case):
    (y,) = run(student, 0.8, case.seed(), ("forward", np.ones((40, 10, 30))))
    kept = int(switched(case, y, 0.8).sum())
    case.that(KEPT_AT_08.accepts(kept), f"at p = 0.8, {kept / 120:.1f} % of the units were kept")
    (y,) = run(student, 0.3, case.seed(), ("forward", np.ones((80, 120))))
    mask = switched(case, y, 0.3)
    for pairs in ((mask[::2], mask[1::2]), (mask[:, ::2], mask[:, 1::2])):
        equal = int((pairs[0] == pairs[1]).sum())
        case.that(NEIGHBOURS.accepts(equal), "neighbouring units are not independent")


@law("dropout_layer", "Eval is the identity, forward and backward", weight=1)
def eval_is_the_identity(student, case):
    for p in (0.0, 0.4, 1.0):
        for dtype in (np.float32, np.float64):
            x, g = case.normal(2, 3, 2, dtype=dtype), case.normal(2, 3, 2, dtype=dtype)
            steps = ("eval", ("forward", x), ("backward", g), ("forward", x), ("backward", g))
            got = run(student, p, case.seed(), ("forward", x), *steps)[2:]
            for value, want in zip(got, (x, g, x, g), strict=True):
                case.equal(value, want, what="a pass in eval")


@law("dropout_layer", "Backward belongs to the latest forward, not to the present mode", weight=1)
def latest_forward_counts(student, case):
    p, ones, g = 0.7, np.ones((3, 40)), case.normal(3, 40)
    to_eval = (("forward", ones), "eval", ("forward", ones), "train", ("backward", g))
    case.equal(run(student, p, case.seed(), *to_eval)[-1], g, what="backward of an eval forward")
    to_train = ("eval", ("forward", ones), "train", ("forward", ones), "eval", ("backward", g))
    got = run(student, p, case.seed(), *to_train, ("backward", 2 * g))
    mask = switched(case, got[3], p)
    for dx, grad in zip(got[-2:], (g, 2 * g), strict=True):
        want = np.where(mask, grad / (1 - p), 0)
        case.equal(dx, want, what="backward of a training forward, called after eval()")
    small = np.ones(5)
    shrink = (("forward", ones), ("forward", small), ("backward", small))
    _, y, dx = run(student, p, case.seed(), *shrink)
    case.equal(dx, y, what="backward after inputs of two shapes")


@law("dropout_layer", "A bad p, and a backward before any forward, are refused", weight=1)
def refusals(student, case):
    for p in (math.inf, -math.inf, -1e-9, 1 + 1e-9, 2):
        refuses_rate(student, case, p)
    for p in (0, 1):  # integers are fine
        x = case.normal(3)
        case.equal(run(student, p, case.seed(), ("forward", x))[0], (1 - p) * x)
    got = run(student, 0.0, case.seed(), ("try", "backward", np.ones(2)))[-1]
    case.that(
        isinstance(got, dict) and "RuntimeError" in got.get("raised", ()),
        "backward before any forward must raise RuntimeError",
        kind="accepted",
    )


@law("dropout_layer", "p = 0, p = 1, zeros and float32 are no special cases", weight=1)
def layer_edges(student, case):
    for dtype in (np.float32, np.float64):
        for shape in SHAPES:
            x, g = case.normal(*shape, dtype=dtype), case.normal(*shape, dtype=dtype)
            for p, y, dx in ((0.0, x, g), (1.0, 0 * x, 0 * g)):
                got = run(student, p, case.seed(), ("forward", x), ("backward", g))
                case.equal(got[0], y, what=f"forward at p = {p:g}")
                case.equal(got[1], dx, what=f"backward at p = {p:g}")


# 4.3 mlp_loss_grads ----------------------------------------------------------------------------

SIZES = (((3, 5, 4, 3), 7), ((1, 1, 1, 2), 1), ((4, 2, 6, 5), 3))


def agree(student, case, *args, tol=None):
    """Require the loss and the gradients of the reference."""
    loss, grads = loss_grads(student, *args)
    want_loss, want = reference.mlp_loss_grads(*args)
    case.close(loss, float(want_loss), tol or 1e-9, what="the loss")
    for name in KEYS:
        case.equal(grads[name], want[name], tol=tol, what=f"the gradient of {name}")


@law("mlp_loss_grads", "The gradients are those of the loss", weight=3, core=True)
def gradients_of_the_loss(student, case):
    for sizes, batch in SIZES:
        p = case.rate()
        params, X, y, masks = network(case, sizes, batch, p)
        agree(student, case, params, X, y, masks, p)
    params, X, y, masks = smooth_network(case, (3, 4, 5, 3), 6, 0.6)
    finite_differences(student, case, params, X, y, masks, 0.6)


@law("mlp_loss_grads", "Kept units are multiplied by 1/(1-p)", weight=1)
def kept_units_are_scaled(student, case):
    for p in (0.0, 0.1, 0.9):
        params, X, y, _ = network(case, (3, 4, 5, 3), 6, 0.0)
        everything = (np.ones((6, 4), bool), np.ones((6, 5), bool))
        agree(student, case, params, X, y, everything, p)


@law("mlp_loss_grads", "A dropped unit might as well not be there", weight=1)
def dropped_unit_is_absent(student, case):
    for p in (0.2, 0.8):
        params, X, y, (m1, m2) = network(case, (3, 6, 6, 3), 5, p)
        m1, m2 = m1.copy(), m2.copy()
        m1[:, :2] = m2[:, 4:] = False
        agree(student, case, params, X, y, (m1, m2), p)


@law("mlp_loss_grads", "Logits of 10 000 give finite numbers", weight=1)
def huge_logits(student, case):
    for dtype, tol in ((np.float64, 1e-9), (np.float32, 1e-5)):
        params, X, y, masks = network(case, (3, 4, 4, 4), 6, 0.3, dtype=dtype)
        params["b3"] = np.array([1e4, -1e4, 5e3, 9.9e3], dtype)
        agree(student, case, params, X, y, masks, 0.3, tol=tol)


@law("mlp_loss_grads", "At 0 the ReLU has derivative 0", weight=1)
def relu_at_zero(student, case):
    params, X, y, masks = network(case, (3, 4, 4, 3), 5, 0.3)
    params["b1"][:2] = params["b2"][1:3] = 0
    params["W1"][:, :2] = params["W2"][:, 1:3] = 0
    agree(student, case, params, X, y, masks, 0.3)


@law("mlp_loss_grads", "p = 1 leaves the last bias only; float32 stays float32", weight=1)
def mlp_edges(student, case):
    params, X, y, _ = network(case, (3, 4, 5, 3), 6, 0.3)
    nothing = (np.zeros((6, 4), bool), np.zeros((6, 5), bool))
    agree(student, case, params, X, y, nothing, 1.0)
    params, X, y, masks = network(case, (3, 4, 5, 3), 6, 0.3, dtype=np.float32)
    agree(student, case, params, X, y, masks, 0.3, tol=1e-5)
    params, X, y, masks = network(case, (3, 4, 5, 3), 6, 0.3)
    turned = {name: np.asfortranarray(value) for name, value in params.items()}
    for given in case.layouts(X):
        agree(student, case, turned, given, y, masks, 0.3)


# 4.4 inverted_from_standard --------------------------------------------------------------------


@law("inverted_from_standard", "Both networks agree after every step", weight=2, core=True)
def same_trajectory(student, case):
    for shape in ((3, 1), (5, 4)):
        q = 1 - case.rate()
        follow(student, case, case.normal(*shape), q, 0.02, steps=20)
    W, q, lr = case.normal(3, 4), 1 - case.rate(), 0.3
    W_inv, lr_inv = converted(student, W, lr, q)
    want = reference.inverted_from_standard(W, lr, q)
    case.close(W_inv, want[0], 1e-9, what="W_inv")
    case.close(lr_inv, want[1], 1e-12, what="lr_inv")


@law("inverted_from_standard", "Before training, both give the same outputs", weight=1)
def same_outputs(student, case):
    for q in (0.01, 0.35, 0.99):
        W, h, mask = case.normal(6, 3), case.normal(4, 6), case.mask((4, 6), 1 - q)
        W_inv, _ = converted(student, W, 0.1, q)
        case.close((mask * h / q) @ W_inv, (mask * h) @ W, 1e-9, what="the output in training")
        case.close(h @ W_inv, (q * h) @ W, 1e-9, what="the output in eval")


@law("inverted_from_standard", "With q = 1 nothing changes", weight=1)
def nothing_at_one(student, case):
    W = case.normal(2, 3)
    for q in (1, 1.0):
        W_inv, lr_inv = converted(student, W, 2, q)
        case.equal(W_inv, W, what="W_inv at q = 1")
        case.close(lr_inv, 2.0, 1e-9, what="lr_inv at q = 1")


@law("inverted_from_standard", "float32 weights stay float32, of any shape", weight=1)
def keeps_dtype(student, case):
    for dtype in (np.float32, np.float64):
        for shape in SHAPES:
            q, W = 1 - case.rate(), case.normal(*shape, dtype=dtype)
            W_inv, lr_inv = converted(student, W, 0.1, q)
            want = reference.inverted_from_standard(W, 0.1, q)
            case.equal(W_inv, want[0], what="W_inv")
            case.close(lr_inv, want[1], 1e-12, what="lr_inv")
    W = case.normal(4, 3)
    for given in case.layouts(W):
        case.equal(converted(student, given, 0.1, 0.7)[0], 0.7 * W, what="W_inv")


# 4.5 evaluate_modes ----------------------------------------------------------------------------


@law("evaluate_modes", "Accuracies are counted in both modes", weight=2, core=True)
def both_modes(student, case):
    for rows, classes in ((1, 2), (40, 2), (90, 10)):
        X, y = separate(case, rows, classes, 0.7)
        modes(student, case, X, y, 0.7, case.rng())


@law("evaluate_modes", "The train mode uses your caller's generator", weight=1)
def callers_generator(student, case):
    X, y = separate(case, 200, 6, 0.5)
    for p in (0.3, 0.5, 0.8):
        modes(student, case, X, y, p, case.rng())


@law("evaluate_modes", "Of equal logits the first counts", weight=1)
def ties(student, case):
    X, y = np.ones((20, 4)), case.integers(0, 4, 20)
    modes(student, case, X, y, 0.0, case.rng())
    modes(student, case, X, y, 0.8, case.rng())


@law("evaluate_modes", "The model is called once in each mode", weight=0.5, observed=True)
def one_call_each(student, case):
    X, y = separate(case, 60, 4, 0.7)
    seen = student.play("evaluate_modes_run", X=X, y=y, p=0.7, seed=case.seed())
    case.that(sorted(map(bool, seen["modes"])) == [False, True], "not one call for each mode")
    case.that(seen["same_rng"], "not the generator that evaluate_modes was given")
    case.that(isinstance(seen["result"], dict) and {TRAIN, EVAL} == set(seen["result"]), "no dict")

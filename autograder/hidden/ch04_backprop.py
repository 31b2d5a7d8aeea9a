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
    layer_at_edges,
    loss_grads,
    modes,
    network,
    refused_backward,
    refuses_rates,
    run,
    runs,
    separate,
    smooth_network,
    switched,
)
from dropout_course.engine.laws import law
from dropout_course.engine.statistics import Binomial, Coincidence
from solutions import ch04_backprop as reference

SHAPES = ((1,), (7,), (3, 1), (2, 3, 4), (2, 2, 3, 2))

# 4.1 dropout_backward --------------------------------------------------------------------------


@law("dropout_backward", "The adjoint identity ⟨g, D x⟩ = ⟨D g, x⟩", weight=2, core=True)
def adjoint_identity(student, case):
    examples = []
    for shape in SHAPES:
        p = case.rate()
        mask = case.mask(shape, p)
        examples.append((case.normal(*shape), case.normal(*shape), mask, p))
    adjoint(student, case, examples)
    g, mask = case.normal(4, 5), case.mask((4, 5), 0.3)
    calls = [(grad, (mask, 0.3, True)) for grad in case.layouts(g)]
    calls += [(g, (other, 0.3, True)) for other in case.layouts(mask)]
    want = reference.dropout_backward(g, (mask, 0.3, True))
    case.gives(student, "dropout_backward", [(args, want) for args in calls])


@law("dropout_backward", "Finite differences agree", weight=1)
def finite_differences_agree(student, case):
    calls, wants = [], []
    for shape in ((5,), (2, 2, 2)):
        p = case.rate()
        x, mask = case.normal(*shape), case.mask(shape, p)
        wants.append(difference(lambda z, m=mask, p=p: np.tanh(m * z / (1 - p)), x))
        upstream = 1 - np.tanh(mask * x / (1 - p)) ** 2
        calls.append((upstream, (mask, p, True)))
    for want, (_, got) in zip(wants, student.each("dropout_backward", calls), strict=True):
        case.close(got, want, 1e-6)


@law("dropout_backward", "Dropped units get gradient exactly 0", weight=1)
def dropped_get_zero(student, case):
    calls = []
    for dtype in (np.float32, np.float64):
        grad, p = case.normal(6, 5, dtype=dtype), case.rate()
        mask = case.mask(grad.shape, p)
        for value in (np.inf, -np.inf, np.nan):
            grad = np.where(case.mask(grad.shape, 0.5), grad, dtype(value))
        calls.append((grad, (mask, p, True)))
    for (grad, cache), got in student.each("dropout_backward", calls):
        mask = cache[0]
        case.equal(got, reference.dropout_backward(grad, cache))
        case.that(np.all(got[~mask] == 0), "a dropped entry is not exactly 0")


@law("dropout_backward", "In eval the gradient passes unchanged", weight=2)
def eval_is_identity(student, case):
    calls = []
    for p, shape in zip((0.0, 0.3, 0.9, 1.0), SHAPES[1:], strict=True):
        calls.append((case.normal(*shape), (case.mask(shape, p), p, False)))
    calls.append((np.array([np.inf, np.nan, 1.0, -np.inf]), (np.zeros(4, bool), 1.0, False)))
    case.gives(student, "dropout_backward", [(args, args[0]) for args in calls])


@law("dropout_backward", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def edges_of_p(student, case):
    examples = []
    for dtype in (np.float32, np.float64):
        for shape in SHAPES:
            grad = case.normal(*shape, dtype=dtype)
            everything, nothing = np.ones(shape, bool), np.zeros(shape, bool)
            examples.append(((grad, (everything, 0.0, True)), grad))
            examples.append(((grad, (nothing, 1.0, True)), np.zeros_like(grad)))
    grad = np.array([np.inf, np.nan])
    examples.append(((grad, (np.zeros(2, bool), 1.0, True)), np.zeros(2)))
    case.gives(student, "dropout_backward", examples)


@law("dropout_backward", "float32 stays float32", weight=1)
def dtype_is_kept(student, case):
    calls = []
    for shape in SHAPES:
        p = case.rate()
        grad, mask = case.normal(*shape, dtype=np.float32), case.mask(shape, p)
        calls += [(grad, (mask, p, training)) for training in (True, False)]
    case.gives(
        student, "dropout_backward", [(args, reference.dropout_backward(*args)) for args in calls]
    )


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
    "two masks of 60 units are equal at p = 0.3 or 0.7",
    alarm=6.4e-15,
    how="0.58**60",
    effect="one mask for several layers or examples",
)


@law(
    "dropout_layer",
    "Forward keeps with probability 1 - p; backward uses its mask and factor",
    weight=2,
    core=True,
    statistic=(*(SOME_OF_BOTH,) * 8, KEPT_AT_08),
)
def backward_uses_the_mask(student, case):
    shapes = ((120,), (2, 60), (2, 3, 20), (2, 3, 4, 5))
    examples = [(p, np.ones(shape), case.normal(*shape)) for shape in shapes for p in (0.3, 0.7)]
    x, g = case.normal(4, 5), case.normal(4, 5)
    examples += [(0.3, given, g) for given in case.layouts(x)]
    programs = [(p, case.seed(), ("forward", given), ("backward", g)) for p, given, g in examples]
    large = (0.8, case.seed(), ("forward", np.ones((40, 10, 30))))
    seen = runs(student, *programs, large)
    for p, _, g in examples[:8]:
        y, dx = next(seen)
        mask = switched(case, y, p)
        case.that(mask.any(), f"at p = {p} not one of 120 units was kept")
        case.that(not mask.all(), f"at p = {p} not one of 120 units was dropped")
        case.equal(dx, np.where(mask, g / (1 - p), 0), what="backward's result")
    for _, _, g in examples[8:]:
        y, dx = next(seen)
        case.equal(y, np.where(y != 0, x / 0.7, 0), what="forward's result")
        case.equal(dx, np.where(y != 0, g / 0.7, 0), what="backward's result")
    (y,) = next(seen)
    kept = int(switched(case, y, 0.8).sum())
    case.that(KEPT_AT_08.accepts(kept), f"at p = 0.8, {kept / 120:.1f} % of the units were kept")


@law(
    "dropout_layer",
    "Every training forward draws a fresh mask, for every example",
    weight=3,
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
    "Every unit has a coin of its own",
    weight=1.5,
    statistic=(NEIGHBOURS, NEIGHBOURS),
)
def own_coins(student, case):
    (y,) = run(student, 0.3, case.seed(), ("forward", np.ones((80, 120))))
    mask = switched(case, y, 0.3)
    for pairs in ((mask[::2], mask[1::2]), (mask[:, ::2], mask[:, 1::2])):
        equal = int((pairs[0] == pairs[1]).sum())
        case.that(NEIGHBOURS.accepts(equal), "neighbouring units are not independent")


@law("dropout_layer", "Eval is the identity, forward and backward", weight=3)
def eval_is_the_identity(student, case):
    programs, wants = [], []
    for p in (0.0, 0.4, 1.0):
        for dtype in (np.float32, np.float64):
            x, g = case.normal(2, 3, 2, dtype=dtype), case.normal(2, 3, 2, dtype=dtype)
            steps = ("eval", ("forward", x), ("backward", g), ("forward", x), ("backward", g))
            programs.append((p, case.seed(), ("forward", x), *steps))
            wants.append((x, g, x, g))
    for got, want in zip(runs(student, *programs), wants, strict=True):
        for value, wanted in zip(got[2:], want, strict=True):
            case.equal(value, wanted, what="a pass in eval")


@law(
    "dropout_layer",
    "Backward belongs to the latest forward, not to the present mode",
    weight=2,
    statistic=NOT_THE_SAME_MASK,
)
def latest_forward_counts(student, case):
    p, ones, small, g = 0.7, np.ones((3, 60)), np.ones(5), case.normal(3, 60)
    forward, backward = ("forward", ones), ("backward", g)
    seen = runs(
        student,
        (p, case.seed(), forward, "eval", forward, "train", backward),
        (p, case.seed(), "eval", forward, "train", forward, "eval", backward, ("backward", 2 * g)),
        (p, case.seed(), forward, forward, ("backward", ones)),
        (p, case.seed(), forward, ("forward", small), ("backward", small)),
    )
    _, _, y, _, dx = next(seen)
    case.equal(y, ones, what="the eval forward that backward belongs to")
    case.equal(dx, g, what="backward of an eval forward")
    got = next(seen)
    mask = switched(case, got[3], p)
    for dx, grad in zip(got[-2:], (g, 2 * g), strict=True):
        want = np.where(mask, grad / (1 - p), 0)
        case.equal(dx, want, what="backward of a training forward, called after eval()")
    first, second, dx = next(seen)
    case.that(not np.array_equal(first[0], second[0]), "two forward passes used one mask")
    case.equal(dx, second, what="backward after two forward passes")
    _, y, dx = next(seen)
    case.equal(dx, y, what="backward after inputs of two shapes")


@law("dropout_layer", "A bad p, and a backward before any forward, are refused", weight=1)
def refusals(student, case):
    refuses_rates(student, case, (math.inf, -math.inf, -1e-9, 1 + 1e-9, 2))
    inputs = {p: case.normal(3) for p in (0, 1)}  # integers are fine
    seen = runs(
        student,
        *[(p, case.seed(), ("forward", x)) for p, x in inputs.items()],
        (0.0, case.seed(), ("try", "backward", np.ones(2))),
    )
    for p, x in inputs.items():
        case.equal(next(seen)[0], (1 - p) * x)
    refused_backward(case, next(seen)[-1])


@law("dropout_layer", "p = 0, p = 1, zeros and float32 are no special cases", weight=1)
def layer_edges(student, case):
    examples = []
    for dtype in (np.float32, np.float64):
        for shape in SHAPES:
            x, g = case.normal(*shape, dtype=dtype), case.normal(*shape, dtype=dtype)
            examples.append((x, g))
    layer_at_edges(student, case, examples)


# 4.3 mlp_loss_grads ----------------------------------------------------------------------------

SIZES = (((3, 5, 4, 3), 7), ((1, 1, 1, 2), 1), ((4, 2, 6, 5), 3))


def agree(student, case, *calls):
    """Require the loss and the gradients of the reference."""
    for args, (loss, grads) in zip(calls, loss_grads(student, *calls), strict=True):
        want_loss, want = reference.mlp_loss_grads(*args)
        tol = 1e-5 if args[1].dtype == np.float32 else 1e-9
        case.close(loss, float(want_loss), tol, what="the loss")
        for name in KEYS:
            case.equal(grads[name], want[name], tol=tol, what=f"the gradient of {name}")


@law("mlp_loss_grads", "The gradients are those of the loss", weight=3, core=True)
def gradients_of_the_loss(student, case):
    rates = [case.rate() for _ in SIZES]
    networks = [network(case, *sizes, p) for sizes, p in zip(SIZES, rates, strict=True)]
    agree(student, case, *[(*one, p) for one, p in zip(networks, rates, strict=True)])
    params, X, y, masks = smooth_network(case, (3, 4, 5, 3), 6, 0.6)
    finite_differences(student, case, params, X, y, masks, 0.6)


@law("mlp_loss_grads", "Kept units are multiplied by 1/(1-p)", weight=1)
def kept_units_are_scaled(student, case):
    calls, everything = [], (np.ones((6, 4), bool), np.ones((6, 5), bool))
    for p in (0.0, 0.1, 0.9):
        params, X, y, _ = network(case, (3, 4, 5, 3), 6, 0.0)
        calls.append((params, X, y, everything, p))
    agree(student, case, *calls)


@law("mlp_loss_grads", "A dropped unit might as well not be there", weight=1)
def dropped_unit_is_absent(student, case):
    calls = []
    for p in (0.2, 0.8):
        params, X, y, (m1, m2) = network(case, (3, 6, 6, 3), 5, p)
        m1, m2 = m1.copy(), m2.copy()
        m1[:, :2] = m2[:, 4:] = False
        calls.append((params, X, y, (m1, m2), p))
    agree(student, case, *calls)


@law("mlp_loss_grads", "Logits of 10 000 give finite numbers", weight=1)
def huge_logits(student, case):
    calls = []
    for dtype in (np.float64, np.float32):
        params, X, y, masks = network(case, (3, 4, 4, 4), 6, 0.3, dtype=dtype)
        # far apart: where two logits of this size compete, float32 rounds the difference away
        params["b3"] = np.array([1e4, -1e4, 5e3, 9e3], dtype)
        calls.append((params, X, y, masks, 0.3))
    agree(student, case, *calls)


@law("mlp_loss_grads", "At 0 the ReLU has derivative 0", weight=1)
def relu_at_zero(student, case):
    params, X, y, masks = network(case, (3, 4, 4, 3), 5, 0.3)
    params["b1"][:2] = params["b2"][1:3] = 0
    params["W1"][:, :2] = params["W2"][:, 1:3] = 0
    agree(student, case, (params, X, y, masks, 0.3))


@law("mlp_loss_grads", "p = 1 leaves the last bias only; float32 stays float32", weight=1)
def mlp_edges(student, case):
    params, X, y, _ = network(case, (3, 4, 5, 3), 6, 0.3)
    nothing = (np.zeros((6, 4), bool), np.zeros((6, 5), bool))
    calls = [(params, X, y, nothing, 1.0)]
    calls.append((*network(case, (3, 4, 5, 3), 6, 0.3, dtype=np.float32), 0.3))
    params, X, y, masks = network(case, (3, 4, 5, 3), 6, 0.3)
    turned = {name: np.asfortranarray(value) for name, value in params.items()}
    calls += [(turned, given, y, masks, 0.3) for given in case.layouts(X)]
    agree(student, case, *calls)


# 4.4 inverted_from_standard --------------------------------------------------------------------


@law("inverted_from_standard", "Both networks agree after every step", weight=2, core=True)
def same_trajectory(student, case):
    shapes = (((3, 1), 0.02), ((5, 4), 0.02), ((3, 4), 0.3))
    calls = [(case.normal(*shape), lr, 1 - case.rate()) for shape, lr in shapes]
    results = converted(student, *calls)
    for standard in calls[:2]:
        follow(case, standard, next(results), steps=20)
    W_inv, lr_inv = next(results)
    want = reference.inverted_from_standard(*calls[2])
    case.close(W_inv, want[0], 1e-9, what="W_inv")
    case.close(lr_inv, want[1], 1e-12, what="lr_inv")


@law("inverted_from_standard", "Before training, both give the same outputs", weight=1)
def same_outputs(student, case):
    calls = [(case.normal(6, 3), 0.1, q) for q in (0.01, 0.35, 0.99)]
    for (W, _, q), (W_inv, _) in zip(calls, converted(student, *calls), strict=True):
        h, mask = case.normal(4, 6), case.mask((4, 6), 1 - q)
        case.close((mask * h / q) @ W_inv, (mask * h) @ W, 1e-9, what="the output in training")
        case.close(h @ W_inv, (q * h) @ W, 1e-9, what="the output in eval")


@law("inverted_from_standard", "With q = 1 nothing changes", weight=1)
def nothing_at_one(student, case):
    W = case.normal(2, 3)
    for W_inv, lr_inv in converted(student, (W, 2, 1), (W, 2, 1.0)):
        case.equal(W_inv, W, what="W_inv at q = 1")
        case.close(lr_inv, 2.0, 1e-9, what="lr_inv at q = 1")


@law("inverted_from_standard", "float32 weights stay float32, of any shape", weight=1)
def keeps_dtype(student, case):
    dtypes = (np.float32, np.float64)
    weights = [case.normal(*shape, dtype=dtype) for dtype in dtypes for shape in SHAPES]
    calls = [(W, 0.1, 1 - case.rate()) for W in weights]
    calls += [(W, 0.1, 0.7) for W in case.layouts(case.normal(4, 3))]
    for args, (W_inv, lr_inv) in zip(calls, converted(student, *calls), strict=True):
        want = reference.inverted_from_standard(*args)
        case.equal(W_inv, want[0], what="W_inv")
        case.close(lr_inv, want[1], 1e-12, what="lr_inv")


# 4.5 evaluate_modes ----------------------------------------------------------------------------


@law("evaluate_modes", "Accuracies are counted in both modes", weight=2, core=True)
def both_modes(student, case):
    drawn = [separate(case, rows, classes, 0.7) for rows, classes in ((1, 2), (40, 2), (90, 10))]
    modes(student, case, *[(X, y, 0.7, case.rng()) for X, y in drawn])


@law("evaluate_modes", "The train mode uses your caller's generator", weight=1)
def callers_generator(student, case):
    X, y = separate(case, 200, 6, 0.5)
    modes(student, case, *[(X, y, p, case.rng()) for p in (0.3, 0.5, 0.8)])


@law("evaluate_modes", "Of equal logits the first counts", weight=1)
def ties(student, case):
    X, y = np.ones((20, 4)), case.integers(0, 4, 20)
    modes(student, case, *[(X, y, p, case.rng()) for p in (0.0, 0.8)])


@law("evaluate_modes", "The model is called once in each mode", weight=0.5, observed=True)
def one_call_each(student, case):
    X, y = separate(case, 60, 4, 0.7)
    seen = student.play("evaluate_modes_run", X=X, y=y, p=0.7, seed=case.seed())
    case.that(sorted(map(bool, seen["modes"])) == [False, True], "not one call for each mode")
    case.that(seen["same_rng"], "not the generator that evaluate_modes was given")
    case.that(isinstance(seen["result"], dict) and {TRAIN, EVAL} == set(seen["result"]), "no dict")

"""Visible laws of chapter 04, Backprop through dropout.

They use identities, examples that can be followed by hand, and central differences; no reference.
"""

from __future__ import annotations

import math

import numpy as np

from dropout_course.case import Broken, array_like
from dropout_course.laws import law
from dropout_course.statistics import Binomial, Coincidence
from dropout_course.student import Raised

# 4.1 dropout_backward --------------------------------------------------------------------------


@law("dropout_backward", "The adjoint identity ⟨g, D x⟩ = ⟨D g, x⟩", weight=3, core=True)
def adjoint_identity(student, case):
    mask = np.array([True, False, True])
    for g, x in (([1, 0, 0], [1, 1, 1]), ([1, 2, 3], [4, 5, 6])):
        adjoint(student, case, np.array(g, float), np.array(x, float), mask, 0.2)
    p = case.rate()
    g, x = case.normal(4, 5), case.normal(4, 5)
    adjoint(student, case, g, x, case.mask(g.shape, p), p)


def adjoint(student, case, g, x, mask, p):
    """Require the identity, and a gradient of the right form."""
    got = array_like(student.dropout_backward(g, (mask, p, True)), what="the gradient")
    case.that(
        got.shape == g.shape,
        f"the gradient has shape {got.shape}, and it must have shape {g.shape}",
        kind="shape",
    )
    forward, backward = float(np.sum(g * (mask * x / (1 - p)))), float(np.sum(got * x))
    case.that(
        abs(forward - backward) <= 1e-9 * max(1.0, abs(forward)),
        f"with x = {np.array2string(x.ravel()[:6], precision=3)} "
        "the products ⟨g, D x⟩ and ⟨your gradient, x⟩ must be equal",
        expected=forward,
        received=backward,
    )


@law("dropout_backward", "Finite differences agree", weight=2)
def finite_differences_agree(student, case):
    p = case.rate()
    x, weights = case.normal(2, 3), case.normal(2, 3)
    mask = case.mask(x.shape, p)
    numeric = difference(lambda z: np.sum(weights * np.sin(mask * z / (1 - p))), x)
    upstream = weights * np.cos(mask * x / (1 - p))
    case.close(student.dropout_backward(upstream, (mask, p, True)), numeric, 1e-6)


def difference(f, x, eps=1e-6):
    """Central differences of a scalar function of an array."""
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = eps
        grad[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return grad


@law("dropout_backward", "Dropped units get gradient exactly 0", weight=2)
def dropped_get_zero(student, case):
    mask = np.array([True, False, False, False])
    for other in (2.0, np.inf, np.nan):
        got = student.dropout_backward(np.array([3.0, 1.0, other, -other]), (mask, 0.25, True))
        case.equal(got, np.array([4.0, 0.0, 0.0, 0.0]))


@law("dropout_backward", "In eval the gradient passes unchanged", weight=2)
def eval_is_identity(student, case):
    grad = np.array([1.0, -2.0, 3.0])
    case.equal(student.dropout_backward(grad, (np.array([True, False, True]), 0.2, False)), grad)
    grad = case.normal(3, 4)
    p = case.rate()
    case.equal(student.dropout_backward(grad, (case.mask(grad.shape, p), p, False)), grad)


@law("dropout_backward", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def edges_of_p(student, case):
    grad = np.array([1.0, -2.0, 3.0])
    case.equal(student.dropout_backward(grad, (np.ones(3, bool), 0.0, True)), grad)
    case.equal(student.dropout_backward(grad, (np.zeros(3, bool), 1.0, True)), np.zeros(3))
    case.equal(student.dropout_backward(grad, (np.zeros(3, bool), 1.0, False)), grad)


@law("dropout_backward", "float32 stays float32", weight=1)
def dtype_is_kept(student, case):
    grad, mask = np.array([1, 2, 4], np.float32), np.array([True, True, False])
    want = np.array([1.25, 2.5, 0], np.float32)
    case.equal(student.dropout_backward(grad, (mask, 0.2, True)), want)
    case.equal(student.dropout_backward(grad, (mask, 0.2, False)), grad)


# 4.2 dropout_layer -----------------------------------------------------------------------------

# A hundred units at p = 0.3 are neither all kept nor all dropped.
SOME_OF_BOTH = Coincidence(
    "all of 100 units kept, or all dropped, at p = 0.3",
    alarm=3.24e-16,
    how="0.7**100 + 0.3**100",
    effect="a layer that never drops, or drops everything",
)
# Two masks of a hundred units at p = 0.3 agree in each unit with probability q² + p² = 0.58.
NOT_THE_SAME_MASK = Coincidence(
    "two masks of 100 units are equal at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="one mask for ever, or one mask for the batch",
)
# The bound on a repeated total is (largest probability of Binomial(32, 0.7)) to the power 15.
RANDOM_COUNT = Coincidence(
    "16 masks of 32 units at p = 0.3 all keep the same number",
    alarm=3.94e-13,
    how="(math.comb(32, 22) * 0.7**22 * 0.3**10) ** 15",
    effect="an exact number of kept units",
)
KEPT_AT_03 = Binomial(
    "kept units among 12 000 at p = 0.3",
    n=12_000,
    prob=0.7,
    low=8073,
    high=8722,
    effect="a keep probability that is off by 0.05 (or swapped, or a fair coin)",
    effect_prob=0.65,
)


def run(student, p, seed, *steps):
    """Lead one layer through some steps."""
    return student.play("dropout_layer_run", p=p, seed=seed, steps=list(steps))


def switched(case, y, p):
    """Require that each entry of y, the result for ones, is 0 or 1/(1-p); give the mask."""
    y = array_like(y, what="the result for an array of ones")
    scale = 1 / (1 - p)
    tol = 1e-5 if y.dtype == np.float32 else 1e-9
    ok = (y == 0) | (np.abs(y - scale) <= tol * scale)
    odd = y[~ok]
    case.that(
        ok.all(),
        f"in training mode at p = {p}, a 1 becomes 0 or 1/(1-p) = {scale:.6g}; "
        "the first other value is shown",
        expected=scale,
        received=odd[0] if odd.size else None,
    )
    return y != 0


@law(
    "dropout_layer",
    "Backward uses the mask and the factor of forward",
    weight=3,
    core=True,
    statistic=SOME_OF_BOTH,
)
def backward_uses_the_mask(student, case):
    p, g = 0.3, case.normal(100)
    y, dx = run(student, p, case.seed(), ("forward", np.ones(100)), ("backward", g))
    mask = switched(case, y, p)
    case.that(mask.any(), "at p = 0.3 not one of 100 units was kept")
    case.that(not mask.all(), "at p = 0.3 not one of 100 units was dropped")
    case.equal(dx, np.where(mask, g / (1 - p), 0), what="backward's result")


@law(
    "dropout_layer",
    "Every training forward draws a fresh mask, for every example",
    weight=3,
    statistic=(NOT_THE_SAME_MASK,) * 2,
)
def fresh_masks(student, case):
    p, seed, ones = 0.3, case.seed(), np.ones((2, 100))
    steps = (("forward", ones), ("forward", ones))
    first, second = run(student, p, seed, *steps)
    mask, other = switched(case, first, p), switched(case, second, p)
    case.that(not np.array_equal(mask, other), "two forward passes in training used one mask")
    case.that(not np.array_equal(mask[0], mask[1]), "two examples of a batch have the same mask")
    repeated = run(student, p, seed, *steps)
    case.that(
        all(np.array_equal(a, b) for a, b in zip((first, second), repeated, strict=True)),
        "two layers with generators of the same seed must draw the same masks: "
        "use the layer's rng and no other source of random numbers",
    )


@law(
    "dropout_layer",
    "Units are kept independently, with probability 1 - p",
    weight=3,
    statistic=(KEPT_AT_03, RANDOM_COUNT),
)
def kept_with_probability_q(student, case):
    steps = [("forward", np.ones(32))] * 16
    counts = [int(switched(case, y, 0.3).sum()) for y in run(student, 0.3, case.seed(), *steps)]
    case.that(
        len(set(counts)) > 1,
        f"16 masks of 32 units all keep exactly {counts[0]}; the number of survivors is random",
    )
    (y,) = run(student, 0.3, case.seed(), ("forward", np.ones((120, 100))))
    kept = int(switched(case, y, 0.3).sum())
    case.that(
        KEPT_AT_03.accepts(kept),
        f"at p = 0.3 about 70 % of the units are kept, and here {kept / 120:.1f} % were",
    )


@law("dropout_layer", "Eval is the identity, forward and backward", weight=2)
def eval_is_the_identity(student, case):
    x, g = np.array([1.0, -2.0, 3.0, 0.5]), np.array([4.0, 5.0, 6.0, 7.0])
    _, y, dx = run(student, 0.7, case.seed(), "eval", ("forward", x), ("backward", g))
    case.equal(y, x, what="forward in eval")
    case.equal(dx, g, what="backward after a forward in eval")
    steps = (("forward", x), ("backward", g), "eval", ("forward", x), ("backward", g))
    *_, y, dx = run(student, 0.7, case.seed(), *steps)
    case.equal(y, x, what="forward in eval")
    case.equal(dx, g, what="backward after a forward in eval that followed a training pass")


@law("dropout_layer", "Backward belongs to the latest forward, not to the present mode", weight=2)
def latest_forward_counts(student, case):
    p, ones, g = 0.3, np.ones(100), case.normal(100)
    y, _, dx = run(student, p, case.seed(), ("forward", ones), "eval", ("backward", g))
    want = np.where(switched(case, y, p), g / (1 - p), 0)
    case.equal(dx, want, what="backward of a training forward, called after eval()")
    steps = ("eval", ("forward", ones), "train", ("backward", g))
    *_, dx = run(student, p, case.seed(), *steps)
    case.equal(dx, g, what="backward of an eval forward, called after train()")
    twice = (("forward", ones), ("forward", ones), ("backward", g), ("backward", g))
    _, y, dx, again = run(student, p, case.seed(), *twice)
    want = np.where(switched(case, y, p), g / (1 - p), 0)
    case.equal(dx, want, what="backward after two forward passes")
    case.equal(again, want, what="backward, called a second time,")


@law("dropout_layer", "A bad p, and a backward before any forward, are refused", weight=1.5)
def refusals(student, case):
    g = np.ones(3)
    for steps in ([("try", "backward", g)], ["eval", ("try", "backward", g)]):
        got = run(student, 0.3, case.seed(), *steps)[-1]
        case.that(
            isinstance(got, dict) and "RuntimeError" in got.get("raised", ()),
            "backward before any forward must raise RuntimeError",
            kind="accepted",
        )
        case.that("NotImplementedError" not in got["raised"], "backward is still to be written")
    for p in (-0.1, 1.5, math.nan):
        refuses_rate(student, case, p)


def refuses_rate(student, case, p):
    """Require ValueError from the constructor."""
    try:
        run(student, p, case.seed())
    except Raised as error:
        if error.is_a("NotImplementedError"):
            raise
        if not error.is_a("ValueError"):
            text = f"Dropout({p}, rng) must raise ValueError, and it raised {error.kinds[0]}"
            raise Broken(text, kind="raised") from None
    else:
        raise Broken(f"Dropout({p}, rng) must raise ValueError", kind="accepted")


@law(
    "dropout_layer",
    "p = 0, p = 1, zeros and float32 are no special cases",
    weight=1.5,
    statistic=SOME_OF_BOTH,
)
def layer_edges(student, case):
    x, g = np.array([1.0, -2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    for p, y, dx in ((0.0, x, g), (1.0, 0 * x, 0 * g)):
        got = run(student, p, case.seed(), ("forward", x), ("backward", g))
        case.equal(got[0], y, what=f"forward at p = {p:g}")
        case.equal(got[1], dx, what=f"backward at p = {p:g}")
    # a kept unit whose value is 0, as after a ReLU, passes its gradient on
    zeros = np.zeros(100)
    y, dx = run(student, 0.3, case.seed(), ("forward", zeros), ("backward", zeros + 1))
    case.equal(y, zeros, what="forward of zeros")
    text = "after a forward pass of zeros, gradients must still pass where a unit is kept"
    case.that(switched(case, dx, 0.3).any(), text)
    ones = np.ones((10, 10), np.float32)
    y, dx = run(student, 0.3, case.seed(), ("forward", ones), ("backward", ones))
    want = np.where(switched(case, y, 0.3), np.float32(1 / 0.7), np.float32(0))
    case.equal(y, want, what="forward of float32")
    case.equal(dx, want, what="backward of float32")


# 4.3 mlp_loss_grads ----------------------------------------------------------------------------

KEYS = ("W1", "b1", "W2", "b2", "W3", "b3")


def network(case, sizes, batch, p, dtype=np.float64):
    """Draw parameters, inputs, classes and masks of a small network."""
    d, h1, h2, k = sizes
    shapes = {"W1": (d, h1), "b1": (h1,), "W2": (h1, h2), "b2": (h2,), "W3": (h2, k), "b3": (k,)}
    params = {name: case.normal(*shape, dtype=dtype) for name, shape in shapes.items()}
    masks = (case.mask((batch, h1), p), case.mask((batch, h2), p))
    return params, case.normal(batch, d, dtype=dtype), case.integers(0, k, batch), masks


def zero_network(case, y, k=3):
    """Make a network 2-3-2-k whose weights are all zero."""
    params, X, _, masks = network(case, (2, 3, 2, k), len(y), 0.3)
    return {name: np.zeros_like(value) for name, value in params.items()}, X, np.array(y), masks


def loss_grads(student, *args):
    """Call mlp_loss_grads and require a pair of one number and a dict with the right keys."""
    got = student.mlp_loss_grads(*args)
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Broken("mlp_loss_grads must return a tuple (loss, grads)", kind="type")
    loss, grads = got
    if isinstance(loss, bool) or not isinstance(loss, (int, float, np.number)):
        raise Broken("the loss must be one number", received=loss, kind="type")
    if not isinstance(grads, dict) or set(grads) != set(KEYS):
        raise Broken(f"grads must be a dict with the keys {', '.join(KEYS)}", kind="type")
    for name in KEYS:
        array_like(grads[name], what=f"the gradient of {name}")
    return float(loss), grads


@law("mlp_loss_grads", "The gradients are those of the loss", weight=4, core=True)
def gradients_of_the_loss(student, case):
    # All weights zero: the three classes are equally likely, and only b3 matters.
    params, X, y, masks = zero_network(case, [0, 1, 0, 2])
    loss, grads = loss_grads(student, params, X, y, masks, 0.3)
    case.close(loss, math.log(3), 1e-9, what="the loss of a network of zeros, which is log 3,")
    want = np.array([1 / 3 - 1 / 2, 1 / 3 - 1 / 4, 1 / 3 - 1 / 4])
    case.close(grads["b3"], want, 1e-9, what="the gradient of b3 for a network of zeros")
    params, X, y, masks = smooth_network(case, (2, 3, 3, 3), 4, 0.3)
    finite_differences(student, case, params, X, y, masks, 0.3)


def smooth_network(case, sizes, batch, p):
    """Draw a network in which no ReLU is near its kink, where differences mean nothing."""
    while True:
        params, X, y, masks = network(case, sizes, batch, p)
        a1 = X @ params["W1"] + params["b1"]
        a2 = (np.maximum(a1, 0) * masks[0] / (1 - p)) @ params["W2"] + params["b2"]
        alive = (a2 > 0) & masks[1]
        if min(np.abs(a1).min(), np.abs(a2).min()) > 1e-2 and alive.any():
            return params, X, y, masks


def finite_differences(student, case, params, X, y, masks, p):
    """Require that the gradient of each parameter has the right slope in a random direction."""
    _, grads = loss_grads(student, params, X, y, masks, p)
    eps = 1e-5
    for name in reversed(KEYS):  # from the loss downwards
        value, direction = params[name], case.normal(*params[name].shape)
        if grads[name].shape != value.shape:
            text = f"the gradient of {name} must have its shape, {value.shape}"
            raise Broken(text, received=grads[name], kind="shape")
        up, down = (
            loss_grads(student, {**params, name: value + step * direction}, X, y, masks, p)[0]
            for step in (eps, -eps)
        )
        want = (up - down) / (2 * eps)
        got = float(np.sum(grads[name] * direction))
        case.that(
            abs(got - want) <= 1e-6 * max(1.0, abs(want)),
            f"the gradient of {name} does not agree with central differences of your loss; "
            "the slope in one direction is shown",
            expected=want,
            received=got,
        )


@law("mlp_loss_grads", "Kept units are multiplied by 1/(1-p)", weight=2)
def kept_units_are_scaled(student, case):
    # With every unit kept, rate p is no dropout with the weights behind the masks divided by q.
    p = 0.2
    params, X, y, _ = network(case, (2, 3, 3, 2), 3, 0.0)
    everything = (np.ones((3, 3), bool), np.ones((3, 3), bool))
    divided = {**params, "W2": params["W2"] / (1 - p), "W3": params["W3"] / (1 - p)}
    loss, grads = loss_grads(student, params, X, y, everything, p)
    plain_loss, plain = loss_grads(student, divided, X, y, everything, 0.0)
    case.close(loss, plain_loss, 1e-9, what="the loss with p = 0.2 and every unit kept")
    for name, factor in zip(KEYS, (1, 1, 1 / (1 - p), 1, 1 / (1 - p), 1), strict=True):
        what = f"the gradient of {name} with p = 0.2 and every unit kept"
        case.close(grads[name], factor * plain[name], 1e-9, what=what)


@law("mlp_loss_grads", "A dropped unit might as well not be there", weight=2)
def dropped_unit_is_absent(student, case):
    p = 0.3
    params, X, y, (m1, m2) = network(case, (2, 3, 3, 2), 4, p)
    m1, m2 = m1.copy(), m2.copy()
    m1[:, 1] = m2[:, 2] = False
    loss, grads = loss_grads(student, params, X, y, (m1, m2), p)
    changed = {name: value.copy() for name, value in params.items()}
    changed["W1"][:, 1] += 5
    changed["W2"][1] -= 3
    changed["b2"][2] += 4
    changed["W3"][2] += 7
    again, _ = loss_grads(student, changed, X, y, (m1, m2), p)
    case.close(again, loss, 1e-9, what="the loss, when weights of a dropped unit are changed,")
    into_and_out = [("W1", grads["W1"][:, 1]), ("b1", grads["b1"][1:2]), ("W2", grads["W2"][1])]
    into_and_out += [("W2", grads["W2"][:, 2]), ("b2", grads["b2"][2:]), ("W3", grads["W3"][2])]
    for name, part in into_and_out:
        what = f"the part of {name}'s gradient at a unit that is dropped in all examples"
        case.close(part, np.zeros(part.shape), 1e-12, what=what)


@law("mlp_loss_grads", "Logits of 10 000 give finite numbers", weight=2)
def huge_logits(student, case):
    for target, want in ((0, 0.0), (1, 1e4), (2, 2e4)):
        params, X, y, masks = zero_network(case, [target, target])
        params["b3"] = np.array([1e4, 0.0, -1e4])
        loss, grads = loss_grads(student, params, X, y, masks, 0.3)
        case.close(loss, want, 1e-9, what="the loss for the logits 10000, 0, -10000")
        slope = np.array([1.0, 0.0, 0.0])
        slope[target] -= 1
        case.close(grads["b3"], slope, 1e-9, what="the gradient of b3 for such logits")


@law("mlp_loss_grads", "At 0 the ReLU has derivative 0", weight=1)
def relu_at_zero(student, case):
    params, X, y, masks = network(case, (2, 3, 3, 2), 4, 0.3)
    params["W1"], params["b1"] = np.zeros((2, 3)), np.zeros(3)
    _, grads = loss_grads(student, params, X, y, masks, 0.3)
    for name in ("W1", "b1"):
        what = f"the gradient of {name} when every input of the first ReLU is 0"
        case.close(grads[name], np.zeros(params[name].shape), 1e-12, what=what)


@law("mlp_loss_grads", "p = 1 leaves the last bias only; float32 stays float32", weight=1)
def mlp_edges(student, case):
    params, X, y, _ = network(case, (2, 3, 3, 2), 4, 0.3)
    nothing = (np.zeros((4, 3), bool), np.zeros((4, 3), bool))
    _, grads = loss_grads(student, params, X, y, nothing, 1.0)
    for name in KEYS[:-1]:
        what = f"the gradient of {name} at p = 1"
        case.close(grads[name], np.zeros(params[name].shape), 1e-12, what=what)
    params, X, y, masks = network(case, (2, 3, 3, 2), 4, 0.3, dtype=np.float32)
    _, grads = loss_grads(student, params, X, y, masks, 0.3)
    for name in KEYS:
        got = grads[name].dtype
        text = f"with float32 in, the gradient of {name} has dtype {got}, not float32"
        case.that(got == np.float32, text, kind="dtype")


# 4.4 inverted_from_standard --------------------------------------------------------------------


def converted(student, W, lr, q):
    """Call inverted_from_standard and require a pair of an array and one number."""
    got = student.inverted_from_standard(W, lr, q)
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Broken("inverted_from_standard must return a tuple (W_inv, lr_inv)", kind="type")
    W_inv, lr_inv = got
    array_like(W_inv, what="W_inv")
    if W_inv.shape != W.shape:
        raise Broken(f"W_inv must have the shape of W, {W.shape}", received=W_inv, kind="shape")
    if isinstance(lr_inv, bool) or not isinstance(lr_inv, (int, float, np.number)):
        raise Broken("lr_inv must be one number", received=lr_inv, kind="type")
    return W_inv, float(lr_inv)


@law("inverted_from_standard", "Both networks agree after every step", weight=3, core=True)
def same_trajectory(student, case):
    # One unit with activation 1 that is kept, target 0: standard SGD goes from 2 to 2 - 0.1 * 2.
    W_inv, lr_inv = converted(student, np.array([[2.0]]), 0.1, 0.8)
    step = W_inv - lr_inv * (W_inv / 0.8) / 0.8
    case.close(step / 0.8, np.array([[1.8]]), 1e-9, what="the output after one step, kept unit 1,")
    q = 1 - case.rate()
    follow(student, case, case.normal(4, 2), q, 0.05)


def follow(student, case, W, q, lr, steps=5):
    """Train one linear layer behind a mask in both forms; require equal outputs after each step."""
    n = len(W)
    W_inv, lr_inv = converted(student, W, lr, q)
    for step in range(1, steps + 1):
        x = case.normal(6, n) * case.mask((6, n), 1 - q)
        target = case.normal(6, W.shape[1])
        W = W - lr * x.T @ (x @ W - target) / 6
        W_inv = W_inv - lr_inv * (x / q).T @ (x / q @ W_inv - target) / 6
        what = f"W_inv after {step} step{'s' if step > 1 else ''}, which must be q W,"
        case.close(W_inv, q * W, 1e-9, what=what)


@law("inverted_from_standard", "Before training, both give the same outputs", weight=2)
def same_outputs(student, case):
    q, W = 0.8, np.array([[1.0, -2.0], [3.0, 4.0]])
    W_inv, _ = converted(student, W, 0.1, q)
    h, mask = np.array([[1.0, 2.0]]), np.array([[True, False]])
    standard = (mask * h) @ W
    case.close(mask * h / q @ W_inv, standard, 1e-9, what="the output in training")
    case.close(h @ W_inv, q * h @ W, 1e-9, what="the output in eval")


@law("inverted_from_standard", "With q = 1 nothing changes", weight=1)
def nothing_at_one(student, case):
    W = case.normal(3, 2)
    W_inv, lr_inv = converted(student, W, 0.25, 1.0)
    case.equal(W_inv, W, what="W_inv at q = 1")
    case.close(lr_inv, 0.25, 1e-9, what="lr_inv at q = 1")


@law("inverted_from_standard", "float32 weights stay float32, of any shape", weight=1)
def keeps_dtype(student, case):
    W = np.array([1.0, 2.0, -4.0], np.float32)
    W_inv, _ = converted(student, W, 0.1, 0.5)
    case.equal(W_inv, np.array([0.5, 1.0, -2.0], np.float32), what="W_inv")


# 4.5 evaluate_modes ----------------------------------------------------------------------------

TRAIN, EVAL = "train_mode_accuracy", "eval_accuracy"


def modes(student, case, X, y, p, rng):
    """Call evaluate_modes on dropout_logits and compare with the count."""
    drawn = np.random.default_rng(rng.seed).random(X.shape)
    noisy = np.where(drawn >= p, X / (1 - p), 0)
    got = student.evaluate_modes(case.fn("dropout_logits", p=p), X, y, rng)
    want = {TRAIN: share(noisy, y), EVAL: share(X, y)}
    case.equal(got, want, what="the result")


def share(logits, y):
    """Fraction of rows whose largest logit, the first of equals, is that of the right class."""
    return float(np.mean(logits.argmax(1) == y))


@law("evaluate_modes", "Accuracies are counted in both modes", weight=3, core=True)
def both_modes(student, case):
    X, y = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0], [4.0, 5.0]]), np.array([0, 1, 1, 1])
    modes(student, case, X, y, 0.0, case.rng())
    X, y = separate(case, 12, 3, 0.6)
    modes(student, case, X, y, 0.6, case.rng())


def separate(case, rows, classes, p):
    """Draw logits of which most rows are right, so that dropout changes the accuracy."""
    y = case.integers(0, classes, rows)
    X = case.uniform(rows, classes, low=0.1, high=1.0)
    X[np.arange(rows), y] += case.choice((0.5, 0.7, 0.9))
    return X, y


@law("evaluate_modes", "The train mode uses your caller's generator", weight=2)
def callers_generator(student, case):
    X, y = separate(case, 150, 5, 0.7)
    for _ in range(4):  # another generator would give other accuracies
        modes(student, case, X, y, 0.7, case.rng())


@law("evaluate_modes", "Of equal logits the first counts", weight=1)
def ties(student, case):
    X, y = np.array([[1.0, 1.0], [2.0, 2.0], [0.0, 0.0], [3.0, 3.0]]), np.array([0, 1, 0, 0])
    modes(student, case, X, y, 0.0, case.rng())


@law("evaluate_modes", "The model is called once in each mode", weight=1, observed=True)
def one_call_each(student, case):
    X, y = separate(case, 6, 3, 0.5)
    seen = student.play("evaluate_modes_run", X=X, y=y, p=0.5, seed=case.seed())
    calls = [bool(mode) for mode in seen["modes"]]
    case.that(
        sorted(calls) == [False, True],
        "forward must be called once with training=True and once with training=False; "
        f"the values of training were {calls}",
    )
    case.that(seen["same_rng"], "forward must get the generator that evaluate_modes was given")
    case.that(seen["same_X"], "forward must get X as it is")

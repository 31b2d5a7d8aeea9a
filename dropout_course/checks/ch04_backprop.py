"""Visible laws of chapter 04, Backprop through dropout.

They use identities, examples that can be followed by hand, and central differences; no reference.
"""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.case import Broken, array_like
from dropout_course.engine.laws import law
from dropout_course.engine.statistics import Binomial, Coincidence
from dropout_course.engine.student import Lost, Unanswered

# 4.1 dropout_backward --------------------------------------------------------------------------


@law("dropout_backward", "The adjoint identity ⟨g, D x⟩ = ⟨D g, x⟩", weight=3, core=True)
def adjoint_identity(student, case):
    mask, p = np.array([True, False, True]), case.rate()
    examples = [
        (np.array([1.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0]), mask, 0.2),
        (np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), mask, 0.2),
        (case.normal(4, 5), case.normal(4, 5), case.mask((4, 5), p), p),
    ]
    adjoint(student, case, examples)


def adjoint(student, case, examples):
    """Require the identity for each ``(g, x, mask, p)``, and gradients of the right form."""
    results = student.each("dropout_backward", [(g, (mask, p, True)) for g, _, mask, p in examples])
    for (g, x, mask, p), (_, got) in zip(examples, results, strict=True):
        got = array_like(got, what="the gradient")
        case.that(
            got.shape == g.shape,
            f"the gradient has shape {got.shape}, and it must have shape {g.shape}",
            kind="shape",
        )
        forward, backward = float(np.sum(g * (mask * x / (1 - p)))), float(np.sum(got * x))
        if not abs(forward - backward) <= 1e-9 * max(1.0, abs(forward)):
            text = (
                f"with x = {np.array2string(x.ravel()[:6], precision=3)} "
                "the products ⟨g, D x⟩ and ⟨your gradient, x⟩ must be equal"
            )
            raise Broken(text, forward, backward)


@law("dropout_backward", "Finite differences agree", weight=2)
def finite_differences_agree(student, case):
    p = case.rate()
    x, weights = case.normal(2, 3), case.normal(2, 3)
    mask = case.mask(x.shape, p)
    numeric = difference(lambda z: weights * np.sin(mask * z / (1 - p)), x)
    upstream = weights * np.cos(mask * x / (1 - p))
    case.close(student.dropout_backward(upstream, (mask, p, True)), numeric, 1e-6)


def difference(f, x, eps=1e-6):
    """Central differences of the sum over f(x), of one entry of x at a time."""
    steps = eps * np.eye(x.size).reshape(-1, *x.shape)  # all of them at once, one a row
    up, down = (f(z).reshape(x.size, -1).sum(axis=1) for z in (x + steps, x - steps))
    return ((up - down) / (2 * eps)).reshape(x.shape)


@law("dropout_backward", "Dropped units get gradient exactly 0", weight=2)
def dropped_get_zero(student, case):
    cache, want = (np.array([True, False, False, False]), 0.25, True), np.array([4.0, 0, 0, 0])
    grads = [np.array([3.0, 1.0, other, -other]) for other in (2.0, np.inf, np.nan)]
    case.gives(student, "dropout_backward", [((grad, cache), want) for grad in grads])


@law("dropout_backward", "In eval the gradient passes unchanged", weight=4)
def eval_is_identity(student, case):
    small, mask = np.array([1.0, -2.0, 3.0]), np.array([True, False, True])
    grad, p = case.normal(3, 4), case.rate()
    examples = [
        ((small, (mask, 0.2, False)), small),
        ((grad, (case.mask(grad.shape, p), p, False)), grad),
    ]
    case.gives(student, "dropout_backward", examples)


@law("dropout_backward", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def edges_of_p(student, case):
    grad = np.array([1.0, -2.0, 3.0])
    everything, nothing = np.ones(3, bool), np.zeros(3, bool)
    examples = [
        ((grad, (everything, 0.0, True)), grad),
        ((grad, (nothing, 1.0, True)), np.zeros(3)),
        ((grad, (nothing, 1.0, False)), grad),
    ]
    case.gives(student, "dropout_backward", examples)


@law("dropout_backward", "float32 stays float32", weight=1)
def dtype_is_kept(student, case):
    grad, mask = np.array([1, 2, 4], np.float32), np.array([True, True, False])
    examples = [
        ((grad, (mask, 0.2, True)), np.array([1.25, 2.5, 0], np.float32)),
        ((grad, (mask, 0.2, False)), grad),
    ]
    case.gives(student, "dropout_backward", examples)


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


def runs(student, *programs):
    """Lead a layer for each ``(p, seed, *steps)`` through its steps; yield what each of them gave.

    All in one request. If anything was raised, one by one: what came before it is judged first.
    """
    plain = [{"p": p, "seed": seed, "steps": steps} for p, seed, *steps in programs]
    try:
        seen = student.play("dropout_layer_runs", runs=plain)
    except Lost:
        raise
    except Unanswered as error:
        seen = one_by_one(student, programs, error)
    for _, one in zip(programs, seen, strict=True):
        yield one


def one_by_one(student, programs, error):
    """Lead the layers of `runs` through their steps again; in the end, raise what was raised."""
    for program in programs[:-1]:
        yield run(student, *program)
    run(student, *programs[-1])
    raise error  # an answer that fails now and then has failed


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
    "Forward keeps with probability 1 - p; backward uses its mask and factor",
    weight=3,
    core=True,
    statistic=(SOME_OF_BOTH, KEPT_AT_03),
)
def backward_uses_the_mask(student, case):
    p, g = 0.3, case.normal(100)
    seen = runs(
        student,
        (p, case.seed(), ("forward", np.ones(100)), ("backward", g)),
        (p, case.seed(), ("forward", np.ones((120, 100)))),
    )
    y, dx = next(seen)
    mask = switched(case, y, p)
    case.that(mask.any(), "at p = 0.3 not one of 100 units was kept")
    case.that(not mask.all(), "at p = 0.3 not one of 100 units was dropped")
    case.equal(dx, np.where(mask, g / (1 - p), 0), what="backward's result")
    (y,) = next(seen)
    kept = int(switched(case, y, p).sum())
    case.that(
        KEPT_AT_03.accepts(kept),
        f"at p = 0.3 about 70 % of the units are kept, and here {kept / 120:.1f} % were",
    )


@law(
    "dropout_layer",
    "Every training forward draws a fresh mask, for every example",
    weight=4,
    statistic=(NOT_THE_SAME_MASK,) * 2,
)
def fresh_masks(student, case):
    p, ones = 0.3, np.ones((2, 100))
    program = (p, case.seed(), ("forward", ones), ("forward", ones))
    seen = runs(student, program, program)
    first, second = next(seen)
    mask, other = switched(case, first, p), switched(case, second, p)
    case.that(not np.array_equal(mask, other), "two forward passes in training used one mask")
    case.that(not np.array_equal(mask[0], mask[1]), "two examples of a batch have the same mask")
    case.that(
        all(np.array_equal(a, b) for a, b in zip((first, second), next(seen), strict=True)),
        "two layers with generators of the same seed must draw the same masks: "
        "use the layer's rng and no other source of random numbers",
    )


@law("dropout_layer", "Every unit has a coin of its own", weight=3.5, statistic=RANDOM_COUNT)
def own_coins(student, case):
    steps = [("forward", np.ones(32))] * 16
    counts = [int(switched(case, y, 0.3).sum()) for y in run(student, 0.3, case.seed(), *steps)]
    case.that(
        len(set(counts)) > 1,
        f"16 masks of 32 units all keep exactly {counts[0]}; the number of survivors is random",
    )


@law("dropout_layer", "Eval is the identity, forward and backward", weight=4)
def eval_is_the_identity(student, case):
    x, g = np.array([1.0, -2.0, 3.0, 0.5]), np.array([4.0, 5.0, 6.0, 7.0])
    there_and_back = (("forward", x), ("backward", g))
    seen = runs(
        student,
        (0.7, case.seed(), "eval", *there_and_back),
        (0.7, case.seed(), *there_and_back, "eval", *there_and_back),
    )
    _, y, dx = next(seen)
    case.equal(y, x, what="forward in eval")
    case.equal(dx, g, what="backward after a forward in eval")
    *_, y, dx = next(seen)
    case.equal(y, x, what="forward in eval")
    case.equal(dx, g, what="backward after a forward in eval that followed a training pass")


@law(
    "dropout_layer",
    "Backward belongs to the latest forward, not to the present mode",
    weight=2,
    statistic=NOT_THE_SAME_MASK,
)
def latest_forward_counts(student, case):
    p, ones, g = 0.3, np.ones(100), case.normal(100)
    forward, backward = ("forward", ones), ("backward", g)
    seen = runs(
        student,
        (p, case.seed(), forward, "eval", backward),
        (p, case.seed(), "eval", forward, "train", backward),
        (p, case.seed(), forward, forward, backward, backward),
    )
    y, _, dx = next(seen)
    want = np.where(switched(case, y, p), g / (1 - p), 0)
    case.equal(dx, want, what="backward of a training forward, called after eval()")
    _, y, _, dx = next(seen)
    case.equal(y, ones, what="the eval forward that backward belongs to")
    case.equal(dx, g, what="backward of an eval forward, called after train()")
    first, y, dx, again = next(seen)
    text = "two forward passes used one mask, so the latest is no other than the first"
    case.that(not np.array_equal(first, y), text)
    want = np.where(switched(case, y, p), g / (1 - p), 0)
    case.equal(dx, want, what="backward after two forward passes")
    case.equal(again, want, what="backward, called a second time,")


@law("dropout_layer", "A bad p, and a backward before any forward, are refused", weight=2)
def refusals(student, case):
    backward = ("try", "backward", np.ones(3))
    seen = runs(student, (0.3, case.seed(), backward), (0.3, case.seed(), "eval", backward))
    for *_, got in seen:
        refused_backward(case, got)
        case.that("NotImplementedError" not in got["raised"], "backward is still to be written")
    refuses_rates(student, case, (-0.1, 1.5, math.nan))


def refused_backward(case, got):
    """Require that a tried backward raised RuntimeError."""
    case.that(
        isinstance(got, dict) and "RuntimeError" in got.get("raised", ()),
        "backward before any forward must raise RuntimeError",
        kind="accepted",
    )


def refuses_rates(student, case, rates):
    """Require ValueError from the constructor for each rate."""
    seen = student.play("dropout_layers_made", rates=list(rates), seed=case.seed())
    for p, got in zip(rates, seen, strict=True):
        if got is None:
            raise Broken(f"Dropout({p}, rng) must raise ValueError", kind="accepted")
        if "ValueError" not in got["raised"]:
            text = f"Dropout({p}, rng) must raise ValueError, and it raised {got['raised'][0]}"
            raise Broken(text, kind="raised")


@law(
    "dropout_layer",
    "p = 0, p = 1, zeros and float32 are no special cases",
    weight=2,
    statistic=SOME_OF_BOTH,
)
def layer_edges(student, case):
    x, g = np.array([1.0, -2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    zeros, ones = np.zeros(100), np.ones((10, 10), np.float32)
    layer_at_edges(student, case, [(x, g)])
    seen = runs(
        student,
        (0.3, case.seed(), ("forward", zeros), ("backward", zeros + 1)),
        (0.3, case.seed(), ("forward", ones), ("backward", ones)),
    )
    # a kept unit whose value is 0, as after a ReLU, passes its gradient on
    y, dx = next(seen)
    case.equal(y, zeros, what="forward of zeros")
    text = "after a forward pass of zeros, gradients must still pass where a unit is kept"
    case.that(switched(case, dx, 0.3).any(), text)
    y, dx = next(seen)
    want = np.where(switched(case, y, 0.3), np.float32(1 / 0.7), np.float32(0))
    case.equal(y, want, what="forward of float32")
    case.equal(dx, want, what="backward of float32")


def layer_at_edges(student, case, examples):
    """Require that nothing is dropped at p = 0, and all at p = 1, for each ``(x, g)``."""
    programs, wants = [], []
    for x, g in examples:
        for p, y, dx in ((0.0, x, g), (1.0, 0 * x, 0 * g)):
            steps = (("forward", x), ("backward", g), "eval", ("forward", x))
            programs.append((p, case.seed(), *steps))
            wants.append((p, y, dx, x))
    for got, (p, y, dx, x) in zip(runs(student, *programs), wants, strict=True):
        case.equal(got[0], y, what=f"forward at p = {p:g}")
        case.equal(got[1], dx, what=f"backward at p = {p:g}")
        case.equal(got[3], x, what=f"forward in eval at p = {p:g}")


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


def loss_grads(student, *calls):
    """Call mlp_loss_grads several times; give a number and a dict with the right keys of each."""
    for _, got in student.each("mlp_loss_grads", calls):
        if not isinstance(got, (tuple, list)) or len(got) != 2:
            raise Broken("mlp_loss_grads must return a tuple (loss, grads)", kind="type")
        loss, grads = got
        if isinstance(loss, bool) or not isinstance(loss, (int, float, np.number)):
            raise Broken("the loss must be one number", received=loss, kind="type")
        if not isinstance(grads, dict) or set(grads) != set(KEYS):
            raise Broken(f"grads must be a dict with the keys {', '.join(KEYS)}", kind="type")
        for name in KEYS:
            array_like(grads[name], what=f"the gradient of {name}")
        yield float(loss), grads


@law("mlp_loss_grads", "The gradients are those of the loss", weight=4, core=True)
def gradients_of_the_loss(student, case):
    # All weights zero: the three classes are equally likely, and only b3 matters.
    zeros = (*zero_network(case, [0, 1, 0, 2]), 0.3)
    ((loss, grads),) = loss_grads(student, zeros)
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
    eps = 1e-5
    # from the loss downwards
    directions = {name: case.normal(*params[name].shape) for name in reversed(KEYS)}
    calls = [(params, X, y, masks, p)]
    for name, direction in directions.items():
        for step in (eps, -eps):
            moved = {**params, name: params[name] + step * direction}
            calls.append((moved, X, y, masks, p))
    results = loss_grads(student, *calls)
    _, grads = next(results)
    for name, direction in directions.items():
        if grads[name].shape != direction.shape:
            text = f"the gradient of {name} must have its shape, {direction.shape}"
            raise Broken(text, received=grads[name], kind="shape")
        (up, _), (down, _) = next(results), next(results)
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
    calls = [(params, X, y, everything, p), (divided, X, y, everything, 0.0)]
    (loss, grads), (plain_loss, plain) = loss_grads(student, *calls)
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
    changed = {name: value.copy() for name, value in params.items()}
    changed["W1"][:, 1] += 5
    changed["W2"][1] -= 3
    changed["b2"][2] += 4
    changed["W3"][2] += 7
    calls = [(parameters, X, y, (m1, m2), p) for parameters in (params, changed)]
    (loss, grads), (again, _) = loss_grads(student, *calls)
    case.close(again, loss, 1e-9, what="the loss, when weights of a dropped unit are changed,")
    into_and_out = [("W1", grads["W1"][:, 1]), ("b1", grads["b1"][1:2]), ("W2", grads["W2"][1])]
    into_and_out += [("W2", grads["W2"][:, 2]), ("b2", grads["b2"][2:]), ("W3", grads["W3"][2])]
    for name, part in into_and_out:
        what = f"the part of {name}'s gradient at a unit that is dropped in all examples"
        case.close(part, np.zeros(part.shape), 1e-12, what=what)


@law("mlp_loss_grads", "Logits of 10 000 give finite numbers", weight=2)
def huge_logits(student, case):
    calls = []
    for target in (0, 1, 2):
        params, X, y, masks = zero_network(case, [target, target])
        params["b3"] = np.array([1e4, 0.0, -1e4])
        calls.append((params, X, y, masks, 0.3))
    for target, (loss, grads) in enumerate(loss_grads(student, *calls)):
        case.close(loss, 1e4 * target, 1e-9, what="the loss for the logits 10000, 0, -10000")
        slope = np.array([1.0, 0.0, 0.0])
        slope[target] -= 1
        case.close(grads["b3"], slope, 1e-9, what="the gradient of b3 for such logits")


@law("mlp_loss_grads", "At 0 the ReLU has derivative 0", weight=1)
def relu_at_zero(student, case):
    params, X, y, masks = network(case, (2, 3, 3, 2), 4, 0.3)
    params["W1"], params["b1"] = np.zeros((2, 3)), np.zeros(3)
    ((_, grads),) = loss_grads(student, (params, X, y, masks, 0.3))
    for name in ("W1", "b1"):
        what = f"the gradient of {name} when every input of the first ReLU is 0"
        case.close(grads[name], np.zeros(params[name].shape), 1e-12, what=what)


@law("mlp_loss_grads", "p = 1 leaves the last bias only; float32 stays float32", weight=1)
def mlp_edges(student, case):
    params, X, y, _ = network(case, (2, 3, 3, 2), 4, 0.3)
    nothing = (np.zeros((4, 3), bool), np.zeros((4, 3), bool))
    float32 = network(case, (2, 3, 3, 2), 4, 0.3, dtype=np.float32)
    results = loss_grads(student, (params, X, y, nothing, 1.0), (*float32, 0.3))
    _, grads = next(results)
    for name in KEYS[:-1]:
        what = f"the gradient of {name} at p = 1"
        case.close(grads[name], np.zeros(params[name].shape), 1e-12, what=what)
    _, grads = next(results)
    for name in KEYS:
        got = grads[name].dtype
        text = f"with float32 in, the gradient of {name} has dtype {got}, not float32"
        case.that(got == np.float32, text, kind="dtype")


# 4.4 inverted_from_standard --------------------------------------------------------------------


def converted(student, *calls):
    """Call inverted_from_standard several times; give an array and one number of each."""
    for (W, _, _), got in student.each("inverted_from_standard", calls):
        if not isinstance(got, (tuple, list)) or len(got) != 2:
            raise Broken("inverted_from_standard must return a tuple (W_inv, lr_inv)", kind="type")
        W_inv, lr_inv = got
        array_like(W_inv, what="W_inv")
        if W_inv.shape != W.shape:
            raise Broken(f"W_inv must have the shape of W, {W.shape}", received=W_inv, kind="shape")
        if isinstance(lr_inv, bool) or not isinstance(lr_inv, (int, float, np.number)):
            raise Broken("lr_inv must be one number", received=lr_inv, kind="type")
        yield W_inv, float(lr_inv)


@law("inverted_from_standard", "Both networks agree after every step", weight=3, core=True)
def same_trajectory(student, case):
    # One unit with activation 1 that is kept, target 0: standard SGD goes from 2 to 2 - 0.1 * 2.
    W, q, lr = case.normal(4, 2), 1 - case.rate(), 0.05
    results = converted(student, (np.array([[2.0]]), 0.1, 0.8), (W, lr, q))
    W_inv, lr_inv = next(results)
    step = W_inv - lr_inv * (W_inv / 0.8) / 0.8
    case.close(step / 0.8, np.array([[1.8]]), 1e-9, what="the output after one step, kept unit 1,")
    follow(case, (W, lr, q), next(results), steps=5)


def follow(case, standard, inverted, steps):
    """Train one linear layer behind a mask in both forms; require equal outputs after each step."""
    (W, lr, q), (W_inv, lr_inv) = standard, inverted
    inputs = case.normal(steps, 6, len(W)) * case.mask((steps, 6, len(W)), 1 - q)
    targets = case.normal(steps, 6, W.shape[1])
    for step, (x, target) in enumerate(zip(inputs, targets, strict=True), 1):
        W = W - lr * x.T @ (x @ W - target) / 6
        W_inv = W_inv - lr_inv * (x / q).T @ (x / q @ W_inv - target) / 6
        what = f"W_inv after {step} step{'s' if step > 1 else ''}, which must be q W,"
        case.close(W_inv, q * W, 1e-9, what=what)


@law("inverted_from_standard", "Before training, both give the same outputs", weight=2)
def same_outputs(student, case):
    q, W = 0.8, np.array([[1.0, -2.0], [3.0, 4.0]])
    ((W_inv, _),) = converted(student, (W, 0.1, q))
    h, mask = np.array([[1.0, 2.0]]), np.array([[True, False]])
    standard = (mask * h) @ W
    case.close(mask * h / q @ W_inv, standard, 1e-9, what="the output in training")
    case.close(h @ W_inv, q * h @ W, 1e-9, what="the output in eval")


@law("inverted_from_standard", "With q = 1 nothing changes", weight=1)
def nothing_at_one(student, case):
    W = case.normal(3, 2)
    ((W_inv, lr_inv),) = converted(student, (W, 0.25, 1.0))
    case.equal(W_inv, W, what="W_inv at q = 1")
    case.close(lr_inv, 0.25, 1e-9, what="lr_inv at q = 1")


@law("inverted_from_standard", "float32 weights stay float32, of any shape", weight=1)
def keeps_dtype(student, case):
    W = np.array([1.0, 2.0, -4.0], np.float32)
    ((W_inv, _),) = converted(student, (W, 0.1, 0.5))
    case.equal(W_inv, np.array([0.5, 1.0, -2.0], np.float32), what="W_inv")


# 4.5 evaluate_modes ----------------------------------------------------------------------------

TRAIN, EVAL = "train_mode_accuracy", "eval_accuracy"


def modes(student, case, *examples):
    """Call evaluate_modes on dropout_logits for each ``(X, y, p, rng)``; compare with the count."""
    calls = [(case.fn("dropout_logits", p=p), X, y, rng) for X, y, p, rng in examples]
    results = student.each("evaluate_modes", calls)
    for (X, y, p, rng), (_, got) in zip(examples, results, strict=True):
        drawn = np.random.default_rng(rng.seed).random(X.shape)
        noisy = np.where(drawn >= p, X / (1 - p), 0)
        want = {TRAIN: share(noisy, y), EVAL: share(X, y)}
        case.equal(got, want, what="the result")


def share(logits, y):
    """Fraction of rows whose largest logit, the first of equals, is that of the right class."""
    return float(np.mean(logits.argmax(1) == y))


@law("evaluate_modes", "Accuracies are counted in both modes", weight=3, core=True)
def both_modes(student, case):
    X, y = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0], [4.0, 5.0]]), np.array([0, 1, 1, 1])
    larger = separate(case, 12, 3, 0.6)
    modes(student, case, (X, y, 0.0, case.rng()), (*larger, 0.6, case.rng()))


def separate(case, rows, classes, p):
    """Draw logits of which most rows are right, so that dropout changes the accuracy."""
    y = case.integers(0, classes, rows)
    X = case.uniform(rows, classes, low=0.1, high=1.0)
    X[np.arange(rows), y] += case.choice((0.5, 0.7, 0.9))
    return X, y


@law("evaluate_modes", "The train mode uses your caller's generator", weight=2)
def callers_generator(student, case):
    X, y = separate(case, 150, 5, 0.7)
    # another generator would give other accuracies
    modes(student, case, *[(X, y, 0.7, case.rng()) for _ in range(4)])


@law("evaluate_modes", "Of equal logits the first counts", weight=1)
def ties(student, case):
    X, y = np.array([[1.0, 1.0], [2.0, 2.0], [0.0, 0.0], [3.0, 3.0]]), np.array([0, 1, 0, 0])
    modes(student, case, (X, y, 0.0, case.rng()))


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

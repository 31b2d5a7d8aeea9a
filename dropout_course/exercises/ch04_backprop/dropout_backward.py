"""4.1 dropout_backward: the gradient of inverted dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.case import Broken
from dropout_course.engine.features import dtype, finite, overwrites, ratio, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch04_backprop import difference

# What is true of every right answer ------------------------------------------------------------


@law("The adjoint identity ⟨g, D x⟩ = ⟨D g, x⟩", weight=4, core=True)
def adjoint_identity(student, case):
    mask, p = np.array([True, False, True]), case.rate()
    examples = [
        (np.array([1.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0]), mask, 0.2),
        (np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), mask, 0.2),
        (case.apart(4, 5), case.apart(4, 5), case.mask((4, 5), p), p),
    ]
    adjoint(student, case, examples)


def adjoint(student, case, examples):
    """Require the identity for each ``(g, x, mask, p)``, entry by entry of x."""
    asked = [student.dropout_backward(g, (mask, p, True)) for g, _, mask, p in examples]
    for (g, x, mask, p), answer in zip(examples, asked, strict=True):
        got = case.array(answer, g.shape, what="the gradient")
        forward, backward = float(np.sum(g * (mask * x / (1 - p)))), float(np.sum(got * x))
        if not abs(forward - backward) <= 1e-9 * max(1.0, abs(forward)):
            text = (
                f"with x = {np.array2string(x.ravel()[:6], precision=3)} "
                "the products ⟨g, D x⟩ and ⟨your gradient, x⟩ must be equal"
            )
            raise Broken(text, forward, backward)


@law("Finite differences agree", weight=2)
def finite_differences_agree(student, case):
    examples = []
    for shape in ((4,), (2, 3)):
        p, x, weights = case.rate(), case.apart(*shape), case.apart(*shape)
        mask = case.mask(x.shape, p)
        numeric = difference(lambda z, w=weights, m=mask, q=1 - p: w * np.sin(m * z / q), x)
        upstream = weights * np.cos(mask * x / (1 - p))
        examples.append(((upstream, (mask, p, True)), numeric))
    case.gives(student.dropout_backward, examples, tol=1e-6)


@law("Infinity and NaN become exactly 0 where dropped, and stay where kept", weight=1.5, edge=True)
def dropped_get_zero(student, case):
    mask = np.array([True, False, False, False])
    grads = [np.array([3.0, 1.0, other, -other]) for other in (2.0, np.inf, np.nan)]
    kept = np.array([np.inf, 1.0, 1.0, 1.0]), np.array([np.nan, 1.0, 1.0, 1.0])
    for_dropped = [student.dropout_backward(grad, (mask, 0.25, True)) for grad in grads]
    for_kept = [student.dropout_backward(grad, (mask, 0.25, True)) for grad in kept]
    for answer in for_dropped:
        got = case.array(answer, (4,), what="the gradient")
        text = "a dropped entry is not exactly 0"
        case.that((got[~mask] == 0).all(), text, received=got)
    for grad, answer in zip(kept, for_kept, strict=True):
        kept_stays(case, grad, mask, case.array(answer, (4,), what="the gradient"))


def kept_stays(case, grad, mask, got):
    """Require that infinities and NaN are still there where the mask is True."""
    text = "a kept entry that was infinite or NaN is another number now"
    case.that(np.array_equal(got[mask], grad[mask], equal_nan=True), text, received=got)


@law("In eval the gradient passes unchanged", weight=4)
def eval_is_identity(student, case):
    small, mask = np.array([1.0, -2.0, 3.0]), np.array([True, False, True])
    grad, p = case.apart(3, 4), case.rate()
    examples = [
        ((small, (mask, 0.2, False)), small),
        ((grad, (case.mask(grad.shape, p), p, False)), grad),
    ]
    case.gives(student.dropout_backward, examples)


@law("p = 0 changes nothing, p = 1 gives zeros", weight=1, edge=True)
def edges_of_p(student, case):
    grad, everything, nothing = np.array([1.0, -2.0, 3.0]), np.ones(3, bool), np.zeros(3, bool)
    examples = [((grad, (everything, 0.0, True)), grad), ((grad, (nothing, 1.0, True)), 0 * grad)]
    case.gives(student.dropout_backward, examples)


@law("float32 stays float32, and the gradient that came stays as it is", weight=1, edge=True)
def form(student, case):
    grad, mask = case.frozen(np.array([1, 2, 4], np.float32)), np.array([True, True, False])
    for answer in [student.dropout_backward(grad, (mask, 0.2, mode)) for mode in (True, False)]:
        case.form(answer, grad)


# By what a wrong answer is recognised ----------------------------------------------------------

MASK = np.repeat([True, False], 200)
GRAD = np.linspace(1, 3, 400)


def factors(student, training, which):
    """Give what the kept or the dropped entries were multiplied by."""
    return values(ratio(student.dropout_backward(GRAD, (MASK, 0.3, training)), GRAD)[which], 3)


@question("By what are kept gradients multiplied in training?")
def kept(student, case):
    return factors(student, True, MASK)


@question("By what are dropped gradients multiplied in training?")
def lost(student, case):
    return factors(student, True, ~MASK)


@question("By what are gradients multiplied in evaluation?")
def evaluated(student, case):
    return factors(student, False, MASK)


@question("Does the mask count in evaluation?")
def masked(student, case):
    return factors(student, False, MASK) != factors(student, False, ~MASK)


@question("Does the result depend on the size of the gradient?")
def proportional(student, case):
    cache = (MASK, 0.3, True)
    one, two = (student.dropout_backward(k * GRAD, cache) for k in (1, 2))
    size = [float(np.abs(case.array(answer)).sum()) for answer in (one, two)]
    return size[0] == 0 or size[1] > 1.5 * size[0]


@question("What becomes of an infinite gradient that is dropped?", edge=True)
def infinite(student, case):
    return finite(student.dropout_backward(np.where(MASK, 1.0, np.inf), (MASK, 0.3, True)))


@question("What becomes of an infinite gradient that is kept?", edge=True)
def kept_infinite(student, case):
    return finite(student.dropout_backward(np.where(MASK, np.inf, 1.0), (MASK, 0.3, True)))


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return values(student.dropout_backward(GRAD[:3], (np.zeros(3, bool), 1.0, True)))


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.dropout_backward(GRAD.astype(np.float32), (MASK, 0.3, True)))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.dropout_backward, case.frozen(GRAD), (MASK, 0.3, True))


# What people write instead ---------------------------------------------------------------------


def backward(
    scaled=lambda g, p: g / (1 - p) if p < 1 else g,
    select=lambda g, mask, p: np.where(mask, g, 0),
    evaluated=lambda g, mask, p: g,
):
    """A backward pass as most people write it; each mistake changes one part."""

    def dropout_backward(grad, cache):
        mask, p, training = cache
        if not training:
            return evaluated(grad, mask, p).astype(grad.dtype)
        return scaled(select(grad, mask, p), p).astype(grad.dtype)

    return dropout_backward


mistakes = Mistakes(dropout_backward=backward)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row("zero-times-infinity", select=lambda g, mask, p: g * mask)
mistakes.row("division-by-zero-at-one", scaled=lambda g, p: g / np.float64(1 - p))
mistakes.row(
    "infinity-tidied-away",
    "Infinity tidied away",
    "A kept infinity or NaN has to stay, or nobody sees that training has diverged; replace the "
    "dropped entries alone, with np.where.",
    scaled=lambda g, p: np.nan_to_num(g / (1 - p) if p < 1 else g),
)
ROWS = (
    (
        "fresh-mask-in-backward",
        "Fresh mask in backward",
        "The backward pass draws a new mask; it must use the mask of the forward pass, "
        "which is in the cache.",
        {"select": lambda g, m, p: np.where(np.random.default_rng().random(g.shape) >= p, g, 0)},
    ),
    (
        "backward-without-factor",
        "Factor missing in backward",
        "The forward pass multiplies kept units by 1/(1-p), so the backward pass has to as well.",
        {"scaled": lambda g, p: g},
    ),
    (
        "factor-twice-in-backward",
        "Factor twice in backward",
        "The gradient is divided by 1 - p twice; the forward pass has that factor once.",
        {"scaled": lambda g, p: g / (1 - p) ** 2 if p < 1 else g},
    ),
    (
        "divided-by-p",
        "Divided by p",
        "Kept units were divided by the keep probability 1 - p in the forward pass, not by p.",
        {"scaled": lambda g, p: g / p if p else g},
    ),
    (
        "multiplied-by-q",
        "Multiplied by 1 - p",
        "The gradient of a kept unit is divided by 1 - p; here it is multiplied by it.",
        {"scaled": lambda g, p: g * (1 - p)},
    ),
    (
        "gradient-to-the-dropped",
        "Gradient to the dropped units",
        "The gradient goes to the units that were dropped; True in the mask means kept.",
        {"select": lambda g, mask, p: np.where(mask, 0, g)},
    ),
    (
        "mask-forgotten-in-backward",
        "Mask forgotten in backward",
        "The gradient passes dropped units as if they had been there; multiply it by the same "
        "mask and factor as the activations.",
        {"select": lambda g, mask, p: g},
    ),
    (
        "drops-in-eval",
        "Drops in evaluation",
        "In eval the layer is the identity, so its gradient is too: the mask is not used there.",
        {"evaluated": lambda g, mask, p: np.where(mask, g / (1 - p) if p < 1 else 0, 0)},
    ),
    (
        "standard-for-inverted",
        "Standard, not inverted",
        "This is the gradient of standard dropout, which scales in eval; "
        "inverted dropout scales in training and leaves eval alone.",
        {"scaled": lambda g, p: g, "evaluated": lambda g, mask, p: g * (1 - p)},
    ),
    (
        "scaled-in-both-modes",
        "Scaled in both modes",
        "The gradient is scaled in evaluation as well, where the layer is the identity.",
        {"evaluated": lambda g, mask, p: g * (1 - p)},
    ),
    (
        "no-chain-rule",
        "Derivative without the chain rule",
        "mask/(1-p) is the derivative of the layer itself; "
        "the chain rule multiplies it by the gradient that arrives from above.",
        {
            "select": lambda g, mask, p: mask.astype(float),
            "evaluated": lambda g, mask, p: np.ones_like(g),
        },
    ),
)
for name, title, says, changes in ROWS:
    mistakes.row(name, title, says, **changes)

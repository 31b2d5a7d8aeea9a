"""4.1 dropout_backward: the gradient passes where the unit was kept, with its factor."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, ratio, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch04_backprop import difference

# What is true of every right answer ------------------------------------------------------------


@law("The adjoint identity ⟨g, D x⟩ = ⟨D g, x⟩", weight=3, core=True)
def adjoint_identity(student, case):
    mask, p = np.array([True, False, True]), case.rate()
    examples = [
        (np.array([1.0, 0.0, 0.0]), mask, 0.2),
        (np.array([1.0, 2.0, 3.0]), mask, 0.2),
        (case.apart(4, 5), case.mask((4, 5), p), p),
    ]
    require_adjoint(student, case, examples)


def require_adjoint(student, case, examples):
    """Require the identity for each ``(g, mask, p)`` and all unit vectors x."""
    asked = [(student.dropout_backward(g, (mask, p, True)), g, mask, p) for g, mask, p in examples]
    for answer, g, mask, p in asked:
        units = np.eye(g.size).reshape(-1, *g.shape)
        products = (g * (mask * units / (1 - p))).reshape(g.size, -1).sum(axis=1)
        what = "⟨your gradient, x⟩ for the unit vectors x, against ⟨g, D x⟩,"
        case.equal(answer, products.reshape(g.shape).astype(g.dtype), what=what)


@law("Finite differences agree", weight=2)
def finite_differences(student, case):
    require_differences(student, case, ((2, 3), (4,)))


def require_differences(student, case, shapes):
    """Require the gradients of a sum of sines behind a dropout layer, for inputs of each shape."""
    examples = []
    for shape in shapes:
        p, x, weights = case.rate(), case.uniform(*shape, low=-0.1, high=0.1), case.apart(*shape)
        mask = case.mask(shape, p)
        numeric = difference(lambda z, w=weights, m=mask, p=p: w * np.sin(m * z / (1 - p)), x)
        examples.append(((weights * np.cos(mask * x / (1 - p)), (mask, p, True)), numeric))
    case.gives(student.dropout_backward, examples, tol=1e-6)


@law("Dropped units get gradient exactly 0", weight=2, edge=True)
def dropped_get_zero(student, case):
    mask = np.array([True, False, False, False])
    grads = [np.array([3.0, 1.0, other, -other]) for other in (2.0, np.inf, np.nan)]
    require_zeros(student, case, [(grad, mask) for grad in grads])


def require_zeros(student, case, examples):
    """Require zeros where a unit is dropped, for each ``(grad, mask)``."""
    asked = [(m, student.dropout_backward(grad, (m, 0.25, True))) for grad, m in examples]
    for mask, answer in asked:
        got = case.array(answer, mask.shape)
        case.that((got[~mask] == 0).all(), "a dropped entry is not exactly 0", received=got)


@law("In eval the gradient passes unchanged", weight=4)
def evaluation(student, case):
    small, mask = np.array([1.0, -2.0, 3.0]), np.array([True, False, True])
    grad, p = case.apart(3, 4), case.rate()
    examples = [
        ((small, (mask, 0.2, False)), small),
        ((grad, (case.mask(grad.shape, p), p, False)), grad),
    ]
    case.gives(student.dropout_backward, examples)


@law("p = 0 changes nothing, p = 1 gives zeros", weight=1, edge=True)
def edges_of_p(student, case):
    # In training: what eval does is judged by the law about it.
    grad, everything, nothing = np.array([1.0, -2.0, 3.0]), np.ones(3, bool), np.zeros(3, bool)
    examples = [
        ((grad, (everything, 0.0, True)), grad),
        ((grad, (nothing, 1.0, True)), np.zeros(3)),
    ]
    case.gives(student.dropout_backward, examples)


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    grad, mask = case.frozen(np.array([1, 2, 4], np.float32)), np.array([True, True, False])
    for answer in [student.dropout_backward(grad, (mask, 0.2, mode)) for mode in (True, False)]:
        case.form(answer, grad)


# By what a wrong answer is recognised ----------------------------------------------------------

GRAD = np.linspace(1, 3, 400)
MASK = np.repeat([True, False], 200)  # many, so that what a fresh mask does is certain


def factors(student, training, units, p=0.3):
    """Give the different numbers by which these units' gradients are multiplied."""
    return values(ratio(student.dropout_backward(GRAD, (MASK, p, training)), GRAD)[units])


@question("By what are gradients of kept units multiplied in training?")
def kept(student, case):
    return factors(student, True, MASK)


@question("By what are those of dropped units multiplied in training?")
def lost(student, case):
    return factors(student, True, ~MASK)


@question("By what are gradients multiplied in eval?")
def evaluated(student, case):
    return factors(student, False, MASK)


@question("Does the mask count in eval?")
def masked(student, case):
    return factors(student, False, MASK) != factors(student, False, ~MASK)


@question("What becomes of an infinite gradient of a dropped unit?", edge=True)
def infinite(student, case):
    odd = np.array([1.0, np.inf, np.nan])
    return finite(student.dropout_backward(odd, (np.array([True, False, False]), 0.3, True)))


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return values(student.dropout_backward(GRAD[:3], (np.zeros(3, bool), 1.0, True)))


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    grad = GRAD.astype(np.float32)
    return [dtype(student.dropout_backward(grad, (MASK, 0.3, mode))) for mode in (True, False)]


@question("Does it write to its input?", edge=True)
def writes(student, case):
    frozen = case.frozen(GRAD)
    return [overwrites(student.dropout_backward, frozen, (MASK, 0.3, m)) for m in (True, False)]


# What people write instead ---------------------------------------------------------------------


def backward(
    factor=lambda p: 1 / (1 - p) if p < 1 else 0.0,
    select=lambda grad, mask, p: np.where(mask, grad, 0),
    evaluated=lambda grad, mask, p: grad,
    above=lambda grad: grad,
):
    """Select what was kept, and multiply it."""

    def dropout_backward(grad, cache):
        mask, p, training = cache
        if not training:
            return evaluated(above(grad), mask, p).astype(grad.dtype)
        with np.errstate(all="ignore"):
            return (select(above(grad), mask, p) * factor(p)).astype(grad.dtype)

    return dropout_backward


mistakes = Mistakes(dropout_backward=backward)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row("zero-times-infinity", select=lambda grad, mask, p: grad * mask)
mistakes.row("division-by-zero-at-one", factor=lambda p: 1 / np.float64(1 - p))
for id_, title, says, changes in (
    (
        "fresh-mask-in-backward",
        "Fresh mask in backward",
        "The backward pass draws a new mask; it must use the mask of the forward pass, "
        "which is in the cache.",
        {"select": lambda g, mask, p: np.where(np.random.default_rng().random(g.shape) >= p, g, 0)},
    ),
    (
        "backward-without-factor",
        "Factor missing in backward",
        "The forward pass multiplies kept units by 1/(1 - p), so the backward pass has to as well.",
        {"factor": lambda p: 1.0},
    ),
    (
        "factor-twice-in-backward",
        "Factor twice in backward",
        "The gradient is divided by 1 - p twice; the forward pass has that factor once.",
        {"factor": lambda p: 1 / (1 - p) ** 2 if p < 1 else 0.0},
    ),
    (
        "divided-by-p",
        "Divided by p",
        "Kept units were divided by the keep probability 1 - p in the forward pass, not by p.",
        {"factor": lambda p: 1 / p if p else 1.0},
    ),
    (
        "multiplied-by-q",
        "Multiplied by 1 - p",
        "The gradient of a kept unit is divided by 1 - p; here it is multiplied by it.",
        {"factor": lambda p: 1 - p},
    ),
    (
        "square-root-factor",
        "A square root too many",
        "The forward pass divides by 1 - p, and so does the backward pass; not by its square root.",
        {"factor": lambda p: (1 - p) ** -0.5 if p < 1 else 0.0},
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
        "The gradient also passes units that were dropped; multiply by the mask, as forward did.",
        {"select": lambda g, mask, p: g},
    ),
    (
        "drops-in-eval",
        "Drops in evaluation",
        "In eval the layer is the identity, so its gradient is too: the mask is not used there.",
        {"evaluated": lambda g, mask, p: np.where(mask, g / (1 - p), 0) if p < 1 else 0 * g},
    ),
    (
        "scaled-in-both-modes",
        "Scaled in both modes",
        "The gradient is also multiplied by 1 - p in eval; there the layer is the identity.",
        {"evaluated": lambda g, mask, p: g * (1 - p)},
    ),
    (
        "divided-in-eval",
        "Divided in evaluation",
        "The gradient is divided by 1 - p in eval as well; there the layer is the identity.",
        {"evaluated": lambda g, mask, p: g / (1 - p) if p < 1 else g},
    ),
    (
        "standard-for-inverted",
        "Standard, not inverted",
        "This is the gradient of standard dropout, which scales in eval; "
        "inverted dropout scales in training and leaves eval alone.",
        {"factor": lambda p: 1.0, "evaluated": lambda g, mask, p: g * (1 - p)},
    ),
    (
        "chain-rule-forgotten",
        "Derivative without the chain rule",
        "mask/(1 - p) is the derivative of the layer itself; "
        "the chain rule multiplies it by the gradient that arrives from above.",
        {"above": np.ones_like},
    ),
):
    mistakes.row(id_, title, says, **changes)

"""3.6 commutes: dropout before or after an activation function."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import fixed, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

HOMOGENEOUS = {"relu", "leaky_relu", "linear", "abs"}
NAMES = ("relu", "leaky_relu", "linear", "tanh", "sigmoid", "gelu", "abs")

# What is true of every right answer ------------------------------------------------------------


@law("The gap of z + 1 can be followed by hand", weight=3, core=True)
def gap_by_hand(student, case):
    # f(D z) is z/q + 1 where kept and 1 where dropped, D f(z) is (z + 1)/q and 0.
    f, z, kept = case.fn("affine", a=1.0, b=1.0), np.array([1.0, -2.0]), np.array([True, False])
    examples = [
        ((f, z, kept, 0.2), 1.0),
        ((f, z, kept, 0.8), 4.0),
        ((f, z, np.ones(2, bool), 0.2), 0.25),
    ]
    case.gives(student.placement_gap, examples, what="the gap")


@law("Positively homogeneous functions have no gap", weight=1)
def no_gap(student, case):
    functions = [case.fn("relu"), case.fn("leaky_relu", slope=0.1), case.fn("abs")]
    require_no_gap(student, case, [*functions, case.fn("linear", a=-1.5)], (3, 4))


def require_no_gap(student, case, functions, shape, dtype=np.float64):
    """Require gap 0 of each function; in float32, up to its rounding."""
    calls = []
    for f in functions:
        p = case.rate()
        calls.append((f, case.apart(*shape, dtype=dtype), case.mask(shape, p), p))
    tol = 1e-4 if dtype == np.float32 else 1e-9
    for (f, *_), answer in [(call, student.placement_gap(*call)) for call in calls]:
        case.equal(answer, 0.0, tol=tol, what=f"the gap of {f.name}")


@law("tanh and the logistic function have a gap", weight=2)
def a_gap(student, case):
    z, one, none = np.array([1.0]), np.array([True]), np.array([False])
    examples = [
        ((case.fn("tanh"), z, one, 0.5), 2 * math.tanh(1) - math.tanh(2)),
        ((case.fn("sigmoid"), z, none, 0.5), 0.5),
    ]
    case.gives(student.placement_gap, examples, what="the gap")


@law("p = 0 leaves no gap, p = 1 leaves f(0)", weight=1, edge=True)
def edges_of_p(student, case):
    require_edges(student, case, [(case.fn("tanh"), 0.0), (case.fn("sigmoid"), 0.5)], (2,))


def require_edges(student, case, at_zero, shape):
    """Require the gaps at p = 0 and p = 1 of each ``(function, its value at zero)``."""
    z = case.apart(*shape)
    examples = []
    for f, value in at_zero:
        examples += [((f, z, np.full(shape, p == 0), p), p * value) for p in (0.0, 1.0)]
    case.gives(student.placement_gap, examples, what="the gap")


@law("The right functions commute", weight=5)
def right_functions(student, case):
    require_right(case, [(NAMES, student.commuting(list(NAMES)))])


def require_right(case, asked):
    """Require the right ones of each ``(names, answer)``; what was not asked for does not count."""
    for names, answer in asked:
        got = names_in(case, answer)
        for name in names:
            word = "commutes" if name in HOMOGENEOUS else "does not commute"
            text = f"{name} {word} with every D"
            case.that((name in got) == (name in HOMOGENEOUS), text, received=got)


def names_in(case, answer):
    """Give the names in a result, which must be a set."""
    got = value_of(answer)
    fits = isinstance(got, (set, frozenset))
    case.that(fits, "commuting(names) must be a set", received=got, kind="type")
    return got


@law("Only functions that were asked for are named", weight=1)
def only_those_asked_for(student, case):
    require_asked(case, [(names, student.commuting(names)) for names in (["tanh", "relu"], [])])


def require_asked(case, asked):
    """Require that nothing is named in each ``(names, answer)`` which was not asked for."""
    for names, answer in asked:
        odd = sorted(names_in(case, answer) - set(names))
        text = f"{', '.join(map(str, odd))} was not among the names {names}"
        case.that(not odd, text)


# By what a wrong answer is recognised ----------------------------------------------------------


@question("What is the gap of z + 1?")
def gap(student, case):
    f, z = case.fn("affine", a=1.0, b=1.0), np.array([1.0, -2.0, 0.5])
    masks = np.array([True, False, False]), np.ones(3, bool)
    return [fixed(student.placement_gap, f, z, mask, p) for mask in masks for p in (0.3, 0.8)]


@question("What is the gap of tanh?")
def gap_of_tanh(student, case):
    z, mask = np.array([0.3, -2.0, 0.5, 1.5]), np.array([True, True, False, True])
    return fixed(student.placement_gap, case.fn("tanh"), z, mask, 0.4)


@question("What is the gap at p = 1?", edge=True)
def gap_at_one(student, case):
    f, z = case.fn("affine", a=1.0, b=1.0), np.array([1.0, -2.0])
    return fixed(student.placement_gap, f, z, np.zeros(2, bool), 1.0)


@question("Which functions commute?")
def chosen(student, case):
    got = set(value_of(student.commuting(list(NAMES))))
    return sorted(got & set(NAMES))


@question("Are functions named that were not asked for?")
def unasked(student, case):
    return sorted(set(value_of(student.commuting(["tanh"]))) - {"tanh"})


# What people write instead ---------------------------------------------------------------------


def gap_form(
    scale=lambda mask, p: mask / (1 - p) if p < 1 else 0.0 * mask,
    before=lambda f, z, s: f(z * s),
    after=lambda f, z, s: f(z) * s,
    size=np.abs,
    reduce=np.max,
):
    """Compare f(D z) with D f(z)."""

    def placement_gap(f, z, mask, p):
        s = scale(mask, p)
        with np.errstate(all="ignore"):
            return float(reduce(size(before(f, z, s) - after(f, z, s))))

    return placement_gap


def commuting_form(commute=frozenset(HOMOGENEOUS), look=True):
    """Choose these names among those that are asked for."""
    return lambda names: set(names) & commute if look else set(commute)


mistakes = Mistakes(placement_gap=gap_form, commuting=commuting_form)
mistakes.row("division-by-zero-at-one", scale=lambda mask, p: mask / np.float64(1 - p))
for id_, title, says, changes in (
    (
        "factor-missing",
        "Factor missing",
        "D is inverted dropout: it also divides the kept entries by 1 - p.",
        {"scale": lambda mask, p: mask * 1.0},
    ),
    (
        "sign-kept",
        "Sign kept",
        "The gap is the largest absolute difference; without abs a large negative one is lost.",
        {"size": lambda gap: gap},
    ),
    (
        "mean-for-maximum",
        "Mean for maximum",
        "The gap is the largest difference of all entries, not their mean.",
        {"reduce": np.mean},
    ),
    (
        "sum-for-maximum",
        "Sum for maximum",
        "The gap is the largest difference of all entries, not their sum.",
        {"reduce": np.sum},
    ),
    (
        "norm-for-maximum",
        "Norm for maximum",
        "The gap is the largest difference of all entries, not the length of their vector.",
        {"reduce": np.linalg.norm},
    ),
    (
        "square-for-absolute",
        "Square for absolute value",
        "The gap is the largest absolute difference; here it is squared.",
        {"size": np.square},
    ),
    (
        "dropout-on-one-side",
        "Dropout on one side",
        "Compare f(D z) with D f(z): you left dropout out on one side.",
        {"after": lambda f, z, s: f(z)},
    ),
):
    mistakes.row(id_, title, says, **changes)
for id_, title, says, changes in (
    (
        "zero-at-zero",
        "f(0) = 0 is not enough",
        "f(0) = 0 settles the dropped units; the kept ones also need f(c z) = c f(z), "
        "which tanh and gelu don't have.",
        {"commute": HOMOGENEOUS | {"tanh", "gelu"}},
    ),
    (
        "abs-forgotten",
        "abs forgotten",
        "Only positive factors matter, and |c z| = c |z| for them: abs commutes as well.",
        {"commute": HOMOGENEOUS - {"abs"}},
    ),
    (
        "leaky-relu-forgotten",
        "leaky_relu forgotten",
        "leaky_relu is linear on either side of zero, and so commutes like relu.",
        {"commute": HOMOGENEOUS - {"leaky_relu"}},
    ),
    (
        "linear-only",
        "Linear functions only",
        "Linearity is more than you need: a kink at zero survives scaling by a positive number.",
        {"commute": {"linear"}},
    ),
    (
        "gelu-for-relu",
        "gelu taken for relu",
        "gelu looks like relu, but gelu(c z) is not c gelu(z).",
        {"commute": HOMOGENEOUS | {"gelu"}},
    ),
    (
        "those-that-do-not-commute",
        "The opposite set",
        "These are the functions that do not commute; the others are asked for.",
        {"commute": set(NAMES) - HOMOGENEOUS},
    ),
    (
        "names-not-looked-at",
        "Names not looked at",
        "Return only those among the names that were passed; an empty list gives an empty set.",
        {"look": False},
    ),
):
    mistakes.row(id_, title, says, of="commuting", **changes)

"""3.5 output_moments: mean, variance and squared length after inverted dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import holds_parts
from dropout_course.engine.features import dtype, fixed, overwrites, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch03_dropout_forward import all_masks

# What is true of every right answer ------------------------------------------------------------


def judge(case, asked, parts="mean var second_norm"):
    """Compare some parts of each ``(answer, (mean, var, second_norm))``; the others are free."""
    names = ("mean", "var", "second_norm")
    for answer, want in asked:
        got = answer.value
        fits = holds_parts(got, 3)
        text = "output_moments must return a tuple (mean, var, second_norm)"
        case.that(fits, text, received=got, kind="type")
        for i, name in enumerate(names):
            if name in parts.split():
                # a sum of float32 numbers has their precision, though it is a Python float
                tol = 1e-5 if answer.call.args[0].dtype == np.float32 else None
                case.equal(got[i], want[i], tol=tol, what=name, of=answer)


@law("Entries keep their mean and get variance p/(1 - p) x²", weight=3, core=True)
def mean_and_variance(student, case):
    examples = [(np.array([1.0, -2.0, 0.0, 3.0]), 0.2), (case.apart(6), case.rate())]
    asked = [(student.output_moments(x, p), (x, p / (1 - p) * x * x, 0)) for x, p in examples]
    judge(case, asked, "mean var")


@law("The squared length grows by 1/(1 - p)", weight=2)
def squared_length(student, case):
    examples = [(np.array([3.0, 4.0]), 0.2), (case.apart(7), case.rate())]
    asked = [(student.output_moments(x, p), (0, 0, float(x @ x) / (1 - p))) for x, p in examples]
    judge(case, asked, "second_norm")


@law("The average over all masks agrees", weight=2)
def average_over_masks(student, case):
    examples = [(case.apart(n), case.rate()) for n in (2, 4)]
    judge(case, [(student.output_moments(*one), by_enumeration(*one)) for one in examples])


def by_enumeration(x, p):
    """Give the moments of inverted dropout of a short vector, over all masks."""
    masks, weights = all_masks(len(x), p)
    y = np.where(masks, x / (1 - p), 0)
    mean, square = weights @ y, weights @ y**2
    return mean, square - mean**2, float(square.sum())


@law("p = 0 adds no noise, p = 1 leaves nothing", weight=1, edge=True)
def edges_of_p(student, case):
    x, none = np.array([3.0, -4.0]), np.zeros(2)
    examples = [((x, 0.0), (x, none, 25.0)), ((x, 1.0), (none, none, 0.0))]
    case.gives(student.output_moments, examples)


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(np.array([1, 2], np.float32))
    case.form(student.output_moments(x, 0.2), (x, x, 0.0))


# By what a wrong answer is recognised ----------------------------------------------------------

Q_X, RATES = np.array([1.0, -2.0, 3.0]), (0.2, 0.6)


@question("What is the mean?")
def means(student, case):
    return [part(student, p, 0) for p in RATES]


@question("What is the variance?")
def variances(student, case):
    return [part(student, p, 1) for p in RATES]


@question("What is the squared length?")
def lengths(student, case):
    return [part(student, p, 2) for p in RATES]


def part(student, p, i):
    """Give one of the three results as numbers."""
    return fixed(lambda: student.output_moments(Q_X, p).value[i])


@question("What comes of p = 1?", edge=True)
def at_one(student, case):
    return [values(one) for one in student.output_moments(Q_X, 1.0).value]


@question("Which dtype have mean and variance for float32?", edge=True)
def kind(student, case):
    return [dtype(one) for one in student.output_moments(Q_X.astype(np.float32), 0.2).value[:2]]


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.output_moments, case.frozen(Q_X), 0.2)


# What people write instead ---------------------------------------------------------------------


def form_of(
    mean=lambda x, p: x,
    var=lambda x, p: p / (1 - p) * x**2,
    length=lambda x, p: float(np.sum(x**2)) / (1 - p),
    edge=True,
):
    """Compute the three moments; p = 0 and p = 1 are right unless `edge` is False."""

    def output_moments(x, p):
        if edge and p in (0, 1):
            return (1 - p) * x, 0 * x, float(np.sum(x**2)) * (1 - p)
        p = np.float64(p)
        with np.errstate(all="ignore"):
            m, v = (np.asarray(f(x, p), x.dtype) for f in (mean, var))
            return m, v, float(length(x, p))

    return output_moments


mistakes = Mistakes(output_moments=form_of)
mistakes.row("division-by-zero-at-one", edge=False)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
for id_, title, says, changes in (
    (
        "variance-of-standard",
        "Variance of the coin",
        "p(1 - p)x² is the variance of standard dropout; dividing by 1 - p makes it p/(1 - p) x².",
        {"var": lambda x, p: p * (1 - p) * x**2},
    ),
    (
        "mean-of-standard",
        "Mean of standard dropout",
        "Inverted dropout keeps the mean; (1 - p)x is the mean without the factor 1/(1 - p).",
        {"mean": lambda x, p: (1 - p) * x},
    ),
    (
        "length-unchanged",
        "Length unchanged",
        "The mean of each entry is unchanged, the squared length is not: it grows by 1/(1 - p).",
        {"length": lambda x, p: np.sum(x**2)},
    ),
    (
        "deviation-for-variance",
        "Standard deviation",
        "You return the standard deviation; the variance is its square.",
        {"var": lambda x, p: np.sqrt(p / (1 - p)) * np.abs(x)},
    ),
    (
        "p-and-q-exchanged",
        "p and 1 - p exchanged",
        "The relative variance is p/(1 - p), which vanishes at p = 0; yours is the inverse of it.",
        {"var": lambda x, p: (1 - p) / p * x**2},
    ),
    (
        "x-not-squared",
        "x not squared",
        "The variance scales with the square of x, and is positive for a negative x as well.",
        {"var": lambda x, p: p / (1 - p) * x},
    ),
    (
        "second-moment-for-variance",
        "Second moment, not variance",
        "E[y²] = x²/(1 - p) is the second moment; the variance is that minus the square of the "
        "mean.",
        {"var": lambda x, p: x**2 / (1 - p)},
    ),
    (
        "divided-by-q-twice",
        "Divided by 1 - p twice",
        "A kept entry is (x/(1 - p))², and it is kept with probability 1 - p: one factor 1/(1 - p) "
        "is left in the squared length.",
        {"length": lambda x, p: np.sum(x**2) / (1 - p) ** 2},
    ),
    (
        "square-root-factor",
        "A square root too many",
        "This is a length; its square is asked for.",
        {"length": lambda x, p: np.sqrt(np.sum(x**2) / (1 - p))},
    ),
    (
        "mean-left-out",
        "Mean left out",
        "E‖y‖² is the squared length of the mean plus the variances; yours holds the variances "
        "alone.",
        {"length": lambda x, p: np.sum(x**2) * p / (1 - p)},
    ),
    (
        "mean-for-sum",
        "Mean instead of sum",
        "The squared length is the sum of the squares of the entries, not their mean.",
        {"length": lambda x, p: np.mean(x**2) / (1 - p)},
    ),
):
    mistakes.row(id_, title, says, **changes)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "You average over drawn masks; the moments have a closed form, and are the same in every call.",
)
def sampled(x, p):
    if p in (0, 1):
        return form_of()(x, p)
    kept = np.random.default_rng().random((1000, len(x))) >= p
    y = np.where(kept, x / (1 - p), 0)
    mean, var = (f(axis=0).astype(x.dtype) for f in (y.mean, y.var))
    return mean, var, float((y * y).sum(axis=1).mean())


@mistakes.whole(
    "rate-one-refused",
    "p = 1 refused",
    "p = 1 is allowed: everything is dropped there, and all three results are 0.",
)
def refuses_one(x, p):
    if p == 1:
        raise ValueError("p must be below 1")
    return form_of()(x, p)

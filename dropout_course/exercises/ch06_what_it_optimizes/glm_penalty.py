"""6.3 glm_penalty: what dropout adds to the loss of a generalised linear model."""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.engine.features import finite, fixed, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question
from dropout_course.exercises.ch06_what_it_optimizes import all_masks

# What is true of every right answer ------------------------------------------------------------


def partition(u, family):
    """Evaluate the log-partition function."""
    return u**2 / 2 if family == "linear" else np.logaddexp(0, u)


def averaged_penalty(X, beta, p, family, order="exact"):
    """Average A over all masks, and subtract A without dropout."""
    masks, probs = all_masks(len(beta), p)
    noisy = X @ (masks * beta / (1 - p)).T
    return float((partition(noisy, family) @ probs - partition(X @ beta, family)).sum())


def curvature(u):
    """Second derivative of log(1 + exp(u)), by hand."""
    pi = 1 / (1 + math.exp(-u))
    return pi * (1 - pi)


@law("Exact: the average over all masks, minus the value without", weight=3, core=True)
def penalty_is_the_average(student, case):
    X, beta = np.array([[2.0]]), np.array([1.0])
    want = (np.logaddexp(0, 4.0) + math.log(2)) / 2 - np.logaddexp(0, 2.0)
    examples = [
        ((X, beta, 0.5, "logistic", "exact"), float(want)),
        ((X, beta, 0.5, "linear", "exact"), 2.0),
    ]
    for n, d in ((2, 3), (4, 6)):
        X, beta, p = case.apart(n, d), case.apart(d), case.rate()
        for family in ("logistic", "linear"):
            want = averaged_penalty(X, beta, p, family)
            examples.append(((X, beta, p, family, "exact"), want))
    case.gives(student.glm_penalty, examples)


@law("Quadratic: half the noise variance times the curvature", weight=4)
def penalty_by_curvature(student, case):
    one, two = np.array([[2.0]]), np.array([[1.0, 1.0], [3.0, 0.0]])
    a, p = case.apart(5), case.rate()
    examples = [
        ((one, np.array([1.0]), 0.5), 2 * curvature(2.0)),
        ((two, np.array([1.0, -1.0]), 0.2), 0.125 * (curvature(0.0) * 2 + curvature(3.0) * 9)),
        # a function of one example, whose score u and noise Σ(xβ)² are known
        ((a[None, :], np.ones(5), p), float(0.5 * p / (1 - p) * (a @ a) * curvature(a.sum()))),
    ]
    how = ("logistic", "quadratic")
    case.gives(student.glm_penalty, [((*args, *how), want) for args, want in examples])


@law("For linear regression the quadratic penalty is exact", weight=2)
def linear_is_quadratic(student, case):
    examples = []
    for n, d in ((1, 2), (5, 4)):
        X, beta, p = case.apart(n, d), case.apart(d), case.rate()
        want = float(0.5 * p / (1 - p) * np.sum((X * beta) ** 2))
        examples.append(((X, beta, p, "linear", "quadratic"), want))
    case.gives(student.glm_penalty, examples)


@law("No dropout, no penalty", weight=1)
def no_penalty(student, case):
    X, beta = (case.frozen(case.apart(*shape)) for shape in ((3, 4), (4,)))
    kinds = list(itertools.product(("linear", "logistic"), ("exact", "quadratic")))
    case.gives(student.glm_penalty, [((X, beta, 0.0, *kind), 0.0) for kind in kinds])


@law("Scores of ±1000 are no trouble", weight=1.5, edge=True)
def large_scores(student, case):
    # kept: A(2000) = 2000, dropped: A(0) = log 2; without dropout A(1000) = 1000
    X, beta = np.array([[1000.0]]), np.array([1.0])
    for order in ("exact", "quadratic"):
        for x in (X, -X):
            got = case.array(student.glm_penalty(x, beta, 0.5, "logistic", order), ())
            text = "at a score of 1000 the penalty must be finite"
            case.that(np.isfinite(got), text, received=float(got), kind="nonfinite")


# By what a wrong answer is recognised ----------------------------------------------------------

X = np.array([[1.0, 2.0], [0.5, -1.0], [1.5, 0.2]])
BETA = np.array([0.8, -0.6])


@question("What is the exact penalty?")
def exact(student, case):
    kinds = ("linear", "logistic")
    return [fixed(student.glm_penalty, X, BETA, 0.3, kind, "exact") for kind in kinds]


@question("What is the quadratic penalty of logistic regression?")
def quadratic(student, case):
    return rounded(student.glm_penalty(X, BETA, 0.3, "logistic", "quadratic"))


@question("What is the quadratic penalty of linear regression?")
def linear(student, case):
    return rounded(student.glm_penalty(X, BETA, 0.3, "linear", "quadratic"))


def is_finite(student, order):
    large = np.array([[1000.0], [-1000.0]])
    return finite(student.glm_penalty(large, np.ones(1), 0.5, "logistic", order))


@question("Is the exact one finite for a score of 1000?", edge=True)
def huge(student, case):
    return is_finite(student, "exact")


@question("Is the quadratic one finite for a score of 1000?", edge=True)
def huge_quadratic(student, case):
    return is_finite(student, "quadratic")


@question("Does it write to its input?", edge=True)
def writes(student, case):
    X_, beta = case.frozen(X), case.frozen(BETA)
    return overwrites(student.glm_penalty, X_, beta, 0.3, "linear", "quadratic")


# What people write instead ---------------------------------------------------------------------


def logistic_curvature(u):
    return (1 - np.tanh(u / 2) ** 2) / 4


def penalising(
    half=0.5,
    curve=logistic_curvature,
    squares=lambda X, beta: np.sum((X * beta) ** 2, axis=1),
    odds=lambda p: p / (1 - p),
    divisor=lambda q: q,
    probs=lambda kept, d, p: (1 - p) ** kept * p ** (d - kept),
    A=partition,
    share=lambda X: 1,
    without=1.0,
):
    """Both orders of the penalty."""

    def glm_penalty(X, beta, p, family, order):
        u, d = X @ beta, len(beta)
        if order == "quadratic":
            bend = np.ones_like(u) if family == "linear" else curve(u)
            return float(half * odds(p) * bend @ squares(X, beta) / share(X))
        masks = np.array(list(itertools.product((0.0, 1.0), repeat=d)))
        noisy = X @ (masks * beta / divisor(1 - p)).T
        mean = A(noisy, family) @ probs(masks.sum(axis=1), d, p)
        return float(np.sum(mean - without * A(u, family)) / share(X))

    return glm_penalty


def overflowing(u, family):
    return u**2 / 2 if family == "linear" else np.log(1 + np.exp(u))


def overflowing_curvature(u):
    return np.exp(u) / (1 + np.exp(u)) ** 2


mistakes = Mistakes(glm_penalty=penalising)
mistakes.row("writes-to-its-input", wrap=overwriting)
ROWS = (
    (
        "half-missing",
        "The half is missing",
        "A Taylor series has ½ A'' in its second term; here the quadratic penalty is twice too "
        "large.",
        {"half": 1.0},
    ),
    (
        "slope-for-curvature",
        "The mean for the curvature",
        "The curvature of log(1 + exp(u)) is π(1 - π), not π: π is its slope.",
        {"curve": lambda u: (1 + np.tanh(u / 2)) / 2},
    ),
    (
        "curvature-forgotten",
        "Curvature forgotten",
        "The quadratic penalty of logistic regression weighs each example with π(1 - π).",
        {"curve": np.ones_like},
    ),
    (
        "curvature-at-zero",
        "Curvature at 0",
        "The curvature of log(1 + exp(u)) is 1/4 at u = 0 only; elsewhere it is π(1 - π), for each "
        "example another.",
        {"curve": lambda u: np.full(len(u), 0.25)},
    ),
    (
        "one-coin-an-example",
        "One coin an example",
        "Every feature has a coin of its own, so the squares (xβ)² of the features are added; here "
        "the whole score is squared, as if one coin decided an example.",
        {"squares": lambda X, beta: (X @ beta) ** 2},
    ),
    (
        "weights-not-squared",
        "Weights not squared",
        "Variances add up with squared factors: the quadratic penalty has the weights squared.",
        {"squares": lambda X, beta: X**2 @ beta},
    ),
    (
        "p-for-odds",
        "p in the place of p/q",
        "A scaled mask has variance pq/q² = p/q; the quadratic penalty has that factor.",
        {"odds": lambda p: p},
    ),
    (
        "pq-for-odds",
        "pq in the place of p/q",
        "pq is the variance of a mask of 0 and 1; divided by q, its variance is pq/q² = p/q.",
        {"odds": lambda p: p * (1 - p)},
    ),
    (
        "factor-missing",
        "Factor missing",
        "In the exact sum the survivors are not divided by q, so that the mean score is q times "
        "what it should be.",
        {"divisor": lambda q: 1.0},
    ),
    (
        "all-equally-likely",
        "All masks equally likely",
        "Masks are equally likely at p = ½ only; a mask that keeps k of d features has "
        "probability q^k p^(d-k).",
        {"probs": lambda kept, d, p: np.full(len(kept), 0.5**d)},
    ),
    (
        "p-read-as-keep",
        "p read as keep",
        "In the exact sum a mask with k kept features has probability q^k p^(d-k); here p and q "
        "have changed places.",
        {"probs": lambda kept, d, p: p**kept * (1 - p) ** (d - kept)},
    ),
    (
        "mean-for-sum",
        "Mean instead of sum",
        "The penalty is a sum over examples; here it is divided by their number.",
        {"share": len},
    ),
    (
        "value-not-subtracted",
        "The value without dropout is left in",
        "This is the mean of A over the masks; the penalty is by how much that exceeds A without "
        "dropout.",
        {"without": 0.0},
    ),
    (
        "exp-overflows",
        "exp overflows",
        "exp of a score of 1000 overflows; np.logaddexp(0, u) is log(1 + exp(u)) without it.",
        {"A": overflowing},
    ),
    (
        "curvature-overflows",
        "The curvature overflows",
        "exp(u) is infinite for a score of 1000, and a quotient of two infinities is NaN; write "
        "π(1 - π) with tanh, or with exp(-|u|).",
        {"curve": overflowing_curvature},
    ),
)
for name, title, says, changes in ROWS:
    mistakes.row(name, title, says, **changes)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "A mean over drawn masks differs from call to call; with d <= 12 you can go through all.",
)
def sampled(X, beta, p, family, order):
    if order == "quadratic" or p == 0:
        return penalising()(X, beta, p, family, order)
    masks = np.random.default_rng().random((200, *X.shape)) >= p
    noisy = (X * masks / (1 - p)) @ beta
    return float(np.sum(partition(noisy, family).mean(axis=0) - partition(X @ beta, family)))

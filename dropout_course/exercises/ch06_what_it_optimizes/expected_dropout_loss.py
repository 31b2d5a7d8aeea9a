"""6.1 expected_dropout_loss: the squared error under dropout, averaged over masks."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import fixed, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question
from dropout_course.exercises.ch06_what_it_optimizes import all_masks

# What is true of every right answer ------------------------------------------------------------


def averaged_loss(X, y, w, p):
    """Average the squared error over all masks; every example has a mask of its own."""
    masks, probs = all_masks(len(w), p)
    predictions = X @ (masks * w / (1 - p)).T
    return float(((y[:, None] - predictions) ** 2 @ probs).sum())


@law("It is the average over all masks", weight=4, core=True)
def loss_is_the_average(student, case):
    one = np.array([1.0])
    calls = [(np.array([[1.0, 2.0]]), np.array([3.0]), np.array([1.0, 1.0]), 0.2)]
    for n, d in ((3, 2), (5, 6)):
        calls.append((case.apart(n, d), case.apart(n), case.apart(d), case.rate()))
    # kept: prediction 2, error 1; dropped: prediction 0, error 1
    examples = [((one[:, None], one, one, 0.5), 1.0)]
    examples += [(args, averaged_loss(*args)) for args in calls]
    case.gives(student.expected_dropout_loss, examples)


@law("p = 0 gives the plain squared error", weight=1)
def loss_without_dropout(student, case):
    X, y = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([3.0, 3.0])
    examples = [((X, y, np.array([1.0, 1.0]), 0.0), 5.0)]
    X, y, w = case.apart(4, 3), case.apart(4), case.apart(3)
    examples.append(((X, y, w, 0.0), float(np.sum((y - X @ w) ** 2))))
    case.gives(student.expected_dropout_loss, examples)


@law("p = 1 leaves ‖y‖²", weight=1.5, edge=True)
def loss_at_one(student, case):
    X, w = np.array([[1.0, 5.0], [2.0, 6.0]]), np.array([7.0, 8.0])
    examples = [((X, k * np.array([3.0, 4.0]), w, 1.0), 25.0 * k * k) for k in (1, 2)]
    case.gives(student.expected_dropout_loss, examples)


@law("Other units for a feature change nothing", weight=2)
def loss_in_other_units(student, case):
    X, y, w, p = case.apart(4, 3), case.apart(4), case.apart(3), case.rate()
    units = np.array([1000.0, 1.0, 0.01])
    once = student.expected_dropout_loss(X, y, w, p)
    again = student.expected_dropout_loss(X * units, y, w / units, p)
    value = float(case.array(once, ()))
    what = "the loss with features times 1000, 1 and 0.01, and weights divided by them,"
    case.equal(again, value, what=what)


@law("Examples add up, and the input stays as it is", weight=1.5)
def examples_add_up(student, case):
    X, y, w = (case.frozen(case.apart(*shape)) for shape in ((4, 3), (4,), (3,)))
    p = case.rate()
    parts = [student.expected_dropout_loss(X[i : i + 1], y[i : i + 1], w, p) for i in range(4)]
    whole = student.expected_dropout_loss(X, y, w, p)
    total = float(sum(case.array(part, ()) for part in parts))
    case.equal(whole, total, what="the loss of four examples, against the sum over each,")


# By what a wrong answer is recognised ----------------------------------------------------------

X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2]])
Y, W = np.array([1.0, -2.0, 0.7]), np.array([0.8, -0.3])


@question("What is the loss of three examples?")
def loss(student, case):
    return [fixed(student.expected_dropout_loss, X, Y, W, p) for p in (0.3, 0.8)]


@question("What is the loss without dropout?")
def plain(student, case):
    return rounded(student.expected_dropout_loss(X, Y, W, 0.0))


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    value = rounded(student.expected_dropout_loss(X, Y, W, 1.0))
    return value if np.isfinite(value) else "not finite"


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.expected_dropout_loss, *map(case.frozen, (X, Y, W)), 0.3)


# What people write instead ---------------------------------------------------------------------


def losing(
    noise=lambda X, w, p: p / (1 - p) * np.sum((X * w) ** 2),
    mean=lambda X, w, p: X @ w,
    share=lambda y: 1,
    at_one=lambda y: y @ y,
    returns_early=lambda p: p == 1,
):
    """A squared error and what the noise adds."""

    def expected_dropout_loss(X, y, w, p):
        if returns_early(p):
            return float(at_one(y) / share(y))
        residual = y - mean(X, w, p)
        return float((residual @ residual + noise(X, w, p)) / share(y))

    return expected_dropout_loss


mistakes = Mistakes(expected_dropout_loss=losing)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "infinite-at-one",
    "Not finite at p = 1",
    "p/q is infinite at p = 1, but every input is zero there: the loss is that of w = 0, ‖y‖².",
    at_one=lambda y: np.inf,
)
mistakes.row(
    "zero-division-at-one",
    "ZeroDivisionError at p = 1",
    "At p = 1 you divide by 1 - p = 0, which Python refuses; every input is zero there, so return "
    "‖y‖².",
    returns_early=lambda p: False,
)
mistakes.row(
    "zero-at-one",
    "0 at p = 1",
    "At p = 1 every input is zero and so is the prediction, but the error is not: it is ‖y‖².",
    at_one=lambda y: 0.0,
)
mistakes.row(
    "noise-averages-out",
    "Noise averages out",
    "The mean prediction is Xw, but the mean of a square is not the square of the mean: the "
    "variance of the prediction is missing.",
    noise=lambda X, w, p: 0.0,
)
mistakes.row(
    "standard-for-inverted",
    "Standard, not inverted",
    "This is the loss of standard dropout, with mean prediction qXw and variance pq; inverted "
    "dropout divides by q, so the mean is Xw and the factor is p/q.",
    mean=lambda X, w, p: (1 - p) * (X @ w),
    noise=lambda X, w, p: p * (1 - p) * np.sum((X * w) ** 2),
)
mistakes.row(
    "p-for-odds",
    "p in the place of p/q",
    "A scaled mask has variance pq/q² = p/q; the 1/q of inverted dropout enters the variance "
    "squared.",
    noise=lambda X, w, p: p * np.sum((X * w) ** 2),
)
mistakes.row(
    "pq-for-odds",
    "pq in the place of p/q",
    "pq is the variance of a mask of 0 and 1; divided by q, its variance is pq/q² = p/q.",
    noise=lambda X, w, p: p * (1 - p) * np.sum((X * w) ** 2),
)
mistakes.row(
    "one-over-q-for-odds",
    "1/q in the place of p/q",
    "1/q is the mean square of a scaled mask; its variance is p/q, which vanishes without dropout.",
    noise=lambda X, w, p: np.sum((X * w) ** 2) / (1 - p),
)
mistakes.row(
    "odds-exchanged",
    "p and 1 - p exchanged",
    "The penalty must vanish as p goes to 0: its factor is p/q, and here it is q/p.",
    noise=lambda X, w, p: (1 - p) / p * np.sum((X * w) ** 2) if p else 0.0,
)
mistakes.row(
    "square-root-factor",
    "A square root too many",
    "Each squared weight counts with the squared length of its column; here it is the length.",
    noise=lambda X, w, p: p / (1 - p) * np.linalg.norm(X, axis=0) @ w**2,
)
mistakes.row(
    "square-of-the-sum",
    "Square of the sum",
    "The columns of X are summed and then squared; it is the squares that are summed.",
    noise=lambda X, w, p: p / (1 - p) * X.sum(axis=0) ** 2 @ w**2,
)
mistakes.row(
    "weights-not-squared",
    "Weights not squared",
    "Variances add up with squared factors: the penalty has the squares of the weights.",
    noise=lambda X, w, p: p / (1 - p) * (X**2).sum(axis=0) @ w,
)
mistakes.row(
    "plain-ridge",
    "A plain ridge penalty",
    "This penalty ignores the inputs; each squared weight counts with the sum of squares of its "
    "own column of X.",
    noise=lambda X, w, p: p / (1 - p) * np.sum(w**2),
)
mistakes.row(
    "one-coin-an-example",
    "One coin an example",
    "Every entry of X has a coin of its own, so the squared products of entry and weight are "
    "added; here the whole prediction is squared, as if one coin decided an example.",
    noise=lambda X, w, p: p / (1 - p) * np.sum((X @ w) ** 2),
)
mistakes.row(
    "mean-for-sum",
    "Mean instead of sum",
    "The expected loss is a sum over examples; here it is divided by their number.",
    share=len,
)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "A mean over drawn masks differs from call to call; the expectation has a closed form.",
)
def sampled(X, y, w, p):
    if p == 1:
        return float(y @ y)
    masks = np.random.default_rng().random((50, *X.shape)) >= p
    return float(np.mean(np.sum((y - (X * masks / (1 - p)) @ w) ** 2, axis=1)))

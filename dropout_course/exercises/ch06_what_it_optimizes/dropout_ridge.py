"""6.2 dropout_ridge: the weights that minimise the expected loss."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, fixed, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting

# What is true of every right answer ------------------------------------------------------------


def orthogonal(case, n, d):
    """Draw orthogonal columns of very different lengths, all columns well conditioned."""
    return np.linalg.qr(case.normal(n, d))[0] * np.linspace(0.2, 3, d)


def correlated(case, n, d):
    """Draw well-conditioned columns that overlap, so that they share their weights."""
    return orthogonal(case, n, d) @ (np.eye(d) + 0.3 * np.ones((d, d)))


@law("At the minimum the gradient of the expected loss is zero", weight=4, core=True)
def gradient_vanishes(student, case):
    one, both = np.array([[1.0], [1.0]]), np.array([[1.0, 1.0], [1.0, 1.0]])
    hand = [
        ((one, np.array([1.0, 3.0]), 0.5), np.array([1.0])),
        ((one, np.array([2.0, 6.0]), 0.75), np.array([1.0])),
        ((both, np.array([3.0, 3.0]), 0.5), np.array([1.0, 1.0])),
    ]
    drawn = [(correlated(case, n, d), case.apart(n), case.rate()) for n, d in ((8, 3), (15, 5))]
    asked = [student.dropout_ridge(*call) for call in drawn]
    case.gives(student.dropout_ridge, hand, what="w")
    for (X, y, p), answer in zip(drawn, asked, strict=True):
        w = case.array(answer, X.shape[1:], what="w")
        left = X.T @ (X @ w - y) + p / (1 - p) * (X**2).sum(axis=0) * w
        case.equal(left, np.zeros(len(w)), tol=1e-8, what="half the gradient at w")


@law("Orthogonal features shrink by q, whatever their scale", weight=2)
def orthogonal_columns_shrink(student, case):
    X, y = np.array([[2.0, 0.0], [0.0, 10.0], [0.0, 0.0]]), np.array([4.0, 10.0, 1.0])
    examples = [((X, y, 0.25), np.array([1.5, 0.75]))]
    X, w, p = orthogonal(case, 7, 4), case.apart(4), case.rate()
    case.gives(student.dropout_ridge, [*examples, ((X, X @ w, p), (1 - p) * w)], what="w")


@law("Other units for a feature change no prediction", weight=2)
def weights_in_other_units(student, case):
    X, y, p = correlated(case, 9, 3), case.apart(9), case.rate()
    units = np.array([5.0, 1.0, 0.25])
    once, again = (student.dropout_ridge(A, y, p) for A in (X, X * units))
    w = case.array(once, (3,), what="w")
    case.that(np.any(w), "a weight of 0 for each feature is no minimum here", received=w)
    case.equal(case.array(again, (3,)) * units, w, what="w, times the units of the features,")


@law("p = 0 is least squares", weight=1)
def least_squares(student, case):
    X, w = correlated(case, 8, 3), case.apart(3)
    case.gives(student.dropout_ridge, [((X, k * (X @ w), 0.0), k * w) for k in (1, 2)], what="w")


@law("Of several minimisers it is the smallest", weight=1.5)
def minimum_norm(student, case):
    always_zero = np.array([[1.0, 0.0], [1.0, 0.0]])
    examples = [
        ((always_zero, np.array([2.0, 4.0]), 0.0), np.array([3.0, 0.0])),
        ((np.array([[1.0, 1.0]]), np.array([2.0]), 0.0), np.array([1.0, 1.0])),
    ]
    case.gives(student.dropout_ridge, examples, what="w")


@law("float32 stays float32, and the inputs stay as they are", weight=1, edge=True)
def form(student, case):
    X = case.frozen(np.array([[2, 0], [0, 1], [0, 1]], np.float32))
    case.form(
        student.dropout_ridge(X, case.frozen(np.array([4, 1, 3], np.float32)), 0.5), X[0], what="w"
    )


# By what a wrong answer is recognised ----------------------------------------------------------

X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2], [-1.0, 1.5]])
Y = np.array([1.0, -2.0, 0.7, 0.4])


@question("What are the weights?")
def weights(student, case):
    return [fixed(student.dropout_ridge, X, Y, p) for p in (0.3, 0.8)]


@question("What are they without dropout?")
def without(student, case):
    return rounded(student.dropout_ridge(X, Y, 0.0))


@question("What is the weight of a feature that is always 0?", edge=True)
def several(student, case):
    zero = np.array([[1.0, 0.0], [2.0, 0.0]])
    return rounded(student.dropout_ridge(zero, np.array([1.0, 2.0]), 0.3))


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.dropout_ridge(X.astype(np.float32), Y.astype(np.float32), 0.3))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.dropout_ridge, case.frozen(X), case.frozen(Y), 0.3)


# What people write instead ---------------------------------------------------------------------


def penalised(
    penalty=lambda squares, p: p / (1 - p) * squares,
    after=lambda w, p: w,
    solve=lambda G, b: np.linalg.pinv(G) @ b,
):
    """Solve the normal equations with a diagonal penalty."""

    def dropout_ridge(X, y, p):
        A = X.astype(float)
        squares = (A**2).sum(axis=0)
        w = solve(A.T @ A + np.diag(penalty(squares, p)), A.T @ y.astype(float))
        return after(w, p).astype(X.dtype)

    return dropout_ridge


mistakes = Mistakes(dropout_ridge=penalised)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "plain-ridge",
    "A plain ridge penalty",
    "The penalty is the identity here; dropout penalises each feature in proportion to the "
    "sum of squares of its column, diag(XᵀX).",
    penalty=lambda squares, p: p / (1 - p) * np.ones(len(squares)),
)
mistakes.row(
    "p-for-odds",
    "p in the place of p/q",
    "The penalty of inverted dropout has the factor p/q, not p.",
    penalty=lambda squares, p: p * squares,
)
mistakes.row(
    "pq-for-odds",
    "pq in the place of p/q",
    "pq is the variance of a mask of 0 and 1; divided by q, its variance is pq/q² = p/q.",
    penalty=lambda squares, p: p * (1 - p) * squares,
)
mistakes.row(
    "one-over-q-for-odds",
    "1/q in the place of p/q",
    "The penalty has the factor p/q, which vanishes without dropout; 1/q does not.",
    penalty=lambda squares, p: squares / (1 - p),
)
mistakes.row(
    "root-forgotten",
    "Root forgotten",
    "The penalty has the factor (p/q)² here: further rows under X enter squared, so what stands in "
    "them is the root of p/q.",
    penalty=lambda squares, p: (p / (1 - p)) ** 2 * squares,
)
mistakes.row(
    "squared-twice",
    "Squared twice",
    "The penalty has the fourth power of each length: further rows under X enter squared, so they "
    "hold the lengths of the columns, not their squares.",
    penalty=lambda squares, p: p / (1 - p) * squares**2,
)
mistakes.row(
    "standard-for-inverted",
    "Standard, not inverted",
    "These weights minimise the loss of standard dropout; they are larger by 1/q, which "
    "inverted dropout has in its mask already.",
    after=lambda w, p: w / (1 - p),
)
mistakes.row(
    "least-squares-times-q",
    "Least squares times q",
    "Every weight shrinks by q only where the features are orthogonal; correlated features "
    "share, and shrink less.",
    penalty=lambda squares, p: 0 * squares,
    after=lambda w, p: (1 - p) * w,
)
mistakes.row(
    "noise-averages-out",
    "Noise averages out",
    "These are the weights of least squares, as if there were no dropout: its variance is the "
    "penalty.",
    penalty=lambda squares, p: 0 * squares,
)
mistakes.row(
    "square-root-factor",
    "A square root too many",
    "The diagonal of XᵀX holds the squared lengths of the columns; here it is the lengths.",
    penalty=lambda squares, p: p / (1 - p) * np.sqrt(squares),
)
mistakes.row(
    "singular-where-several",
    "Singular where there are several",
    "With a feature that is always 0, or equal features at p = 0, the matrix has no inverse; "
    "lstsq or pinv finds the smallest of the minimisers.",
    solve=np.linalg.solve,
)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "You fit to drawn masks; the minimiser of the expectation has a closed form, and is the "
    "same in every call.",
)
def sampled(X, y, p):
    if p == 0:
        return penalised()(X, y, p)
    rng = np.random.default_rng()
    rows = [np.where(rng.random(X.shape) >= p, X / (1 - p), 0) for _ in range(30)]
    return np.linalg.lstsq(np.vstack(rows), np.tile(y, 30), rcond=None)[0].astype(X.dtype)


@mistakes.whole(
    "one-feature-at-a-time",
    "One feature at a time",
    "Each weight is found as if there were no other feature; features that overlap share, so solve "
    "for all weights together.",
)
def diagonal_alone(X, y, p):
    squares = (X.astype(float) ** 2).sum(axis=0)
    return ((1 - p) * (y @ X) / np.where(squares > 0, squares, 1)).astype(X.dtype)


@mistakes.whole(
    "n-forgotten",
    "n forgotten",
    "The penalty of a weight is the sum of squares of its column; here it is the mean, which is n "
    "times too small.",
)
def of_the_mean(X, y, p):
    return penalised(penalty=lambda squares, p: p / (1 - p) * squares / len(X))(X, y, p)

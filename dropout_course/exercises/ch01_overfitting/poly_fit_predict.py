"""1.1 poly_fit_predict: least squares on monomials, with and without a ridge."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting

FIT = 1e-6  # of the largest prediction
X3, Y3 = np.array([-1.0, 0.0, 1.0]), np.array([1.0, 2.0, 6.0])


def training_set(case, n):
    """Draw equispaced points in [-1, 1], each moved by a tenth of the spacing, and targets."""
    spacing = 2 / (n - 1)
    x = np.linspace(-1, 1, n) + 0.1 * spacing * case.uniform(n, low=-1, high=1)
    return x, case.apart(n)


def powers(x, degree):
    """Evaluate 1, x, …, x**degree, one column each."""
    return x[:, None] ** np.arange(degree + 1)


def of_polynomial(case, degree, n, m):
    """Draw n training points on a polynomial and m test points: an example for ``case.gives``."""
    x, _ = training_set(case, n)
    w, t = case.apart(degree + 1), case.uniform(m, low=-1, high=1)
    return (x, powers(x, degree) @ w, t, degree), powers(t, degree) @ w


# What is true of every right answer ------------------------------------------------------------


@law("Points on a polynomial give that polynomial back", weight=3, core=True)
def polynomial_is_recovered(student, case):
    t = np.array([0.5, 0.0, -0.5, -1.0])
    examples = [((X3, 1 + 2 * X3, t, 1), 1 + 2 * t), ((X3, X3**2, t, 2), t**2)]
    examples += [of_polynomial(case, degree, degree + 5, 9) for degree in (0, 5, 10)]
    case.gives(student.poly_fit_predict, examples, tol=FIT, what="the polynomial")


@law("The residuals are orthogonal to every power of x", weight=2)
def residuals_are_orthogonal(student, case):
    x, y = training_set(case, 12)
    mean = student.poly_fit_predict(X3, Y3, np.array([0.0, 1.0]), 0)
    fitted = student.poly_fit_predict(x, y, x, 4)
    case.equal(mean, np.array([3.0, 3.0]), tol=FIT, what="the fit of degree 0, the mean,")
    sums = powers(x, 4).T @ (y - case.array(fitted, x.shape))
    case.equal(sums, np.zeros(5), tol=FIT, what="the sums Σ residual · x^j")


@law("Ridge shrinks all weights, by λ times their squares", weight=4)
def ridge_is_right(student, case):
    # One weight: Σ(y - w)² + λw² is least at w = Σy / (n + λ).
    constants = [((X3, Y3, X3[:1], 0, ridge), np.array([9 / (3 + ridge)])) for ridge in (3.0, 6.0)]
    pairs = []
    for degree, n in ((2, 8), (6, 4)):
        x, y = training_set(case, n)
        t, ridge = case.uniform(5, low=-1, high=1), round(float(case.uniform(low=1.2, high=2)), 2)
        asked = [student.poly_fit_predict(x, y, at, degree, ridge) for at in (x, t)]
        pairs.append((x, y, t, degree, ridge, asked))
    case.gives(student.poly_fit_predict, constants, tol=FIT, what="the constant fit with a ridge")
    # At the minimum, λw = Xᵀ residual; so the residuals determine every prediction.
    for x, y, t, degree, ridge, (fitted, predicted) in pairs:
        w = powers(x, degree).T @ (y - case.array(fitted, x.shape)) / ridge
        case.equal(predicted, powers(t, degree) @ w, tol=FIT, what="what follows from residuals")


@law("With more weights than points, the smallest weights are taken", weight=2)
def minimum_norm(student, case):
    t, two = np.array([0.0, -1.0, 0.5]), np.array([-1.0, 1.0])
    x, y = training_set(case, 4)
    examples = [
        ((np.array([1.0]), np.array([2.0]), t, 1), 1 + t),  # w = (1, 1)
        ((np.array([0.5]), np.array([2.5]), t, 1), 2 + t),  # w = (2, 1)
        ((two, two, t, 3), (t + t**3) / 2),  # w = (0, ½, 0, ½)
        ((x, y, x, 7), y),  # four points, which it can meet exactly
    ]
    case.gives(student.poly_fit_predict, examples, tol=FIT)


@law("Predictions are made point by point", weight=1)
def point_by_point(student, case):
    x, y = training_set(case, 7)
    t = case.uniform(4, low=-1, high=1)
    whole, first, back = [student.poly_fit_predict(x, y, a, 3) for a in (t, t[:1], t[::-1].copy())]
    values = case.array(whole, t.shape)
    case.equal(first, values[:1], tol=FIT, what="the first point alone")
    case.equal(back, values[::-1], tol=FIT, what="the result for the points in reverse")


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(np.linspace(-1, 1, 5, dtype=np.float32))
    for ridge in (0.0, 0.5):
        case.form(student.poly_fit_predict(x, x, x[:2], 1, ridge), x[:2])


# By what a wrong answer is recognised ----------------------------------------------------------

X5, Y5, AT = np.linspace(-1, 1, 5), np.array([1.0, 3.0, -1.0, 2.0, 4.0]), np.array([0.3, -0.8])


@question("What is the least-squares parabola at two points?")
def parabola(student, case):
    return rounded(student.poly_fit_predict(X5, Y5, AT, 2))


@question("What is it with a ridge?")
def with_ridge(student, case):
    return rounded(student.poly_fit_predict(X5, Y5, AT, 2, 2.0))


@question("Which cubic goes through two points?")
def many(student, case):
    return rounded(student.poly_fit_predict(X5[:2], Y5[:2], AT, 3))


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.poly_fit_predict(*(a.astype(np.float32) for a in (X5, Y5, AT)), 2))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.poly_fit_predict, *map(case.frozen, (X5, Y5, AT)), 2)


# What people write instead ---------------------------------------------------------------------


def least_squares(A, y, penalty):
    """Weights that minimise |y - A w|² + Σ penalty w²; of several solutions the smallest."""
    rows = np.vstack([A, np.diag(np.sqrt(penalty))])
    return np.linalg.lstsq(rows, np.concatenate([y, np.zeros(len(penalty))]), rcond=None)[0]


def form_of_fit(
    first=0,
    last=lambda degree: degree,
    penalty=lambda ridge, k, n: np.full(k, float(ridge)),
    scale=lambda A, ridge: np.ones(A.shape[1]),
    order=lambda w: w,
    at=lambda x, x_test: x_test,
):
    """Fit the powers from first to last; scale divides the columns before."""

    def poly_fit_predict(x, y, x_test, degree, ridge=0.0):
        def columns(t):
            return t.astype(float)[:, None] ** np.arange(first, last(degree) + 1)

        A, T = columns(x), columns(at(x, x_test))
        if not A.shape[1]:
            return np.zeros(len(T), x.dtype)
        s = scale(A, ridge)
        w = order(least_squares(A / s, y, penalty(ridge, A.shape[1], len(x))) / s)
        return (T @ w).astype(x.dtype)

    return poly_fit_predict


mistakes = Mistakes(poly_fit_predict=form_of_fit)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "one-power-too-few",
    "One power too few",
    "A polynomial of degree d has d + 1 weights, from the constant to x^d; here the highest "
    "power is missing.",
    last=lambda degree: degree - 1,
)
mistakes.row(
    "one-power-too-many",
    "One power too many",
    "A polynomial of degree d ends with x^d; here there is one power more.",
    last=lambda degree: degree + 1,
)
mistakes.row(
    "no-constant",
    "No constant term",
    "The constant, x to the power 0, is one of the monomials; without it every fit goes "
    "through the origin.",
    first=1,
)
mistakes.row(
    "constant-not-penalised",
    "Constant not penalised",
    "The penalty of this exercise counts all weights, the constant too; leaving it out is a "
    "common convention, but another one.",
    penalty=lambda ridge, k, n: np.array([0.0] + [float(ridge)] * (k - 1)),
)
mistakes.row(
    "mean-for-sum",
    "Mean instead of sum",
    "The penalty is added to the sum of the squared errors, not to their mean; with the mean "
    "it weighs n times as much.",
    penalty=lambda ridge, k, n: np.full(k, n * float(ridge)),
)
mistakes.row(
    "ridge-squared",
    "Ridge squared",
    "The extra equations carry the square root of ridge, because their errors are squared; "
    "here the penalty is ridge² Σw².",
    penalty=lambda ridge, k, n: np.full(k, float(ridge) ** 2),
)
mistakes.row(
    "ridge-halved",
    "Half the ridge",
    "The errors count without a factor ½ here, so the normal equations hold λ itself, not λ/2.",
    penalty=lambda ridge, k, n: np.full(k, float(ridge) / 2),
)
mistakes.row(
    "ridge-ignored",
    "Ridge ignored",
    "The result does not depend on ridge: the penalty on the weights is missing.",
    penalty=lambda ridge, k, n: np.zeros(k),
)
mistakes.row(
    "smallest-in-another-basis",
    "Smallest in another basis",
    "With more weights than points, the smallest weights of the monomials are wanted; "
    "np.polyfit rescales the columns first, and so takes another of the many solutions.",
    scale=lambda A, ridge: np.ones(A.shape[1]) if ridge else np.sqrt((A * A).sum(axis=0)),
)
mistakes.row(
    "predicted-at-training-points",
    "Predicted at the training points",
    "The predictions are those at the training points x; they are wanted at x_test.",
    at=lambda x, x_test: x,
)
mistakes.row(
    "weights-in-reverse",
    "Weights in reverse",
    "The weights are matched with the powers in reverse: np.vander and np.polyval begin with "
    "the highest power unless told otherwise.",
    order=lambda w: w[::-1],
)


@mistakes.whole(
    "identity-forgotten",
    "Identity forgotten",
    "ridge belongs on the diagonal alone: add ridge times the identity matrix, not a number, which "
    "NumPy adds to every entry.",
)
def added_everywhere(x, y, x_test, degree, ridge=0.0):
    A, T = (t.astype(float)[:, None] ** np.arange(degree + 1) for t in (x, x_test))
    return (T @ np.linalg.pinv(A.T @ A + ridge) @ A.T @ y).astype(x.dtype)


@mistakes.whole(
    "inputs-standardised",
    "Inputs standardised",
    "The inputs are centred and scaled first, which makes other weights small; the penalty is on "
    "the weights of 1, x, …, x^d as they are.",
)
def standardised(x, y, x_test, degree, ridge=0.0):
    centre, spread = x.mean(), x.std() or 1.0
    return form_of_fit()((x - centre) / spread, y, (x_test - centre) / spread, degree, ridge)


@mistakes.whole(
    "ridge-on-centred-data",
    "Ridge on centred data",
    "The targets and columns are centred before the ridge, so the constant escapes it; the "
    "penalty of this exercise is on the weights of 1, x, …, x^d as they are.",
)
def centred(x, y, x_test, degree, ridge=0.0):
    if not ridge:
        return form_of_fit()(x, y, x_test, degree)
    A, T = (t.astype(float)[:, None] ** np.arange(1, degree + 1) for t in (x, x_test))
    centre, spread = A.mean(axis=0), A.std(axis=0)
    w = least_squares((A - centre) / spread, y - y.mean(), np.full(degree, float(ridge)))
    return ((T - centre) / spread @ w + y.mean()).astype(x.dtype)

"""2.3 noise_is_ridge: noise on the inputs is a penalty on the weights."""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.engine.features import dtype, fixed, overwrites
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch02_regularizers import problem

# What is true of every right answer ------------------------------------------------------------


@law("The expected loss has gradient 0", weight=3, core=True)
def gradient_vanishes(student, case):
    # two examples, one input: (1 + 1 + 2σ²) w = 2 + 4
    one, both = np.array([[1.0], [1.0]]), np.array([2.0, 4.0])
    examples = [((one, both, s), np.array([6 / (2 + 2 * s)])) for s in (0.5, 2.0)]
    problems = [(*problem(case, n, d), s) for n, d, s in ((6, 3, 0.25), (9, 4, 2.0))]
    asked = [student.noise_is_ridge(*call) for call in problems]
    case.gives(student.noise_is_ridge, examples, what="w")
    for (X, y, sigma2), answer in zip(problems, asked, strict=True):
        w = case.array(answer, (X.shape[1],), what="w")
        want = len(X) * sigma2 * w
        case.equal(X.T @ (y - X @ w), want, what="Xᵀ(y − Xw), against n·σ²·w,")


@law("On average over the noise, other weights do worse", weight=2)
def others_do_worse(student, case):
    # noise of ±σ on four entries: sixteen equally likely cases
    X, y, sigma2 = np.array([[1.0, 0.5], [-0.5, 2.0]]), np.array([1.0, 3.0]), 0.25
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=4))).reshape(16, 2, 2)
    noisy = X + sigma2**0.5 * signs

    def average(w):
        return float(np.mean(np.sum((y - noisy @ w) ** 2, axis=1)))

    w = case.array(student.noise_is_ridge(X, y, sigma2), (2,), what="w")
    best = average(w)
    for shift in ([1e-4, 0], [-1e-4, 0], [0, 1e-4], [0, -1e-4]):
        text = "averaged over all signs of the noise, other weights have a smaller loss"
        case.that(average(w + shift) > best, text, received=w)


@law("Every example counted twice changes nothing", weight=2)
def counted_twice(student, case):
    X, y = problem(case, 5, 3)
    once = student.noise_is_ridge(X, y, 0.4)
    twice = student.noise_is_ridge(np.vstack([X, X]), np.append(y, y), 0.4)
    case.equal(twice, case.array(once, (3,)), what="w from the same examples twice")


@law("Little noise is least squares, a lot is no weight at all", weight=1)
def limits(student, case):
    X, y = problem(case, 6, 3)
    little, lot = (student.noise_is_ridge(X, y, sigma2) for sigma2 in (1e-8, 1e9))
    fit = np.linalg.lstsq(X, y, rcond=None)[0]
    case.equal(little, fit, tol=1e-6, what="w, σ² = 1e-8,")
    case.equal(lot, np.zeros(3), tol=1e-6, what="w, σ² = 1e9,")


@law("With more inputs than examples there is still one answer", weight=1)
def more_inputs(student, case):
    # one example, two inputs: w is a multiple of x, with factor y / (|x|² + σ²)
    calls = [(np.array([[3.0, 4.0]]), np.array([13.0 * k]), 1.0) for k in (1, 2)]
    wants = [np.array([1.5, 2.0]) * k for k in (1, 2)]
    case.gives(student.noise_is_ridge, zip(calls, wants, strict=True), what="w")


@law("float32 stays float32, and the inputs stay as they are", weight=1, edge=True)
def form(student, case):
    X, y = case.frozen(np.eye(2, dtype=np.float32)), case.frozen(np.array([3.0, -6.0], np.float32))
    case.form(student.noise_is_ridge(X, y, 1.0), y, what="w")


# By what a wrong answer is recognised ----------------------------------------------------------

X = np.array([[2.0, 0.5], [0.0, 3.0], [1.0, -1.0], [2.5, 0.0], [-1.0, 2.0]])
Y = np.array([3.0, -2.0, 1.0, 0.5, 4.0])


@question("What are the weights?")
def weights(student, case):
    return [fixed(student.noise_is_ridge, X, Y, sigma2) for sigma2 in (0.3, 0.07)]


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.noise_is_ridge(X.astype(np.float32), Y.astype(np.float32), 0.3))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.noise_is_ridge, case.frozen(X), case.frozen(Y), 0.3)


# What people write instead ---------------------------------------------------------------------


def ridge(
    penalty=lambda n, d, sigma2: n * sigma2,
    matrix=lambda A: A.T @ A,
    target=lambda A, y: A.T @ y,
    where=np.eye,
):
    """Solve (XᵀX + penalty) w = Xᵀy in float64."""

    def noise_is_ridge(X, y, sigma2):
        A, b, (n, d) = X.astype(float), y.astype(float), X.shape
        solution = np.linalg.solve(matrix(A) + penalty(n, d, sigma2) * where(d), target(A, b))
        return solution.astype(X.dtype)

    return noise_is_ridge


mistakes = Mistakes(noise_is_ridge=ridge)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "n-forgotten",
    "n forgotten",
    "Each of the n examples brings noise of its own, so the penalty is nσ²‖w‖², not σ²‖w‖².",
    penalty=lambda n, d, sigma2: sigma2,
)
mistakes.row(
    "variance-squared",
    "Variance squared",
    "sigma2 is the variance σ² already; here it is squared once more.",
    penalty=lambda n, d, sigma2: n * sigma2**2,
)
mistakes.row(
    "square-root-factor",
    "A square root too many",
    "The penalty is n times the variance; here the standard deviation stands in its place.",
    penalty=lambda n, d, sigma2: n * np.sqrt(sigma2),
)
mistakes.row(
    "inputs-counted",
    "Inputs counted, not examples",
    "The factor of σ² is the number of examples, the rows of X, not the number of inputs.",
    penalty=lambda n, d, sigma2: d * sigma2,
)
mistakes.row(
    "mean-and-sum-mixed",
    "Mean and sum mixed",
    "Either both sides are divided by n or neither is; here XᵀX is, and Xᵀy is not.",
    matrix=lambda A: A.T @ A / len(A),
    penalty=lambda n, d, sigma2: sigma2,
)
mistakes.row(
    "noise-averages-out",
    "Noise averages out",
    "The mean of the noise is 0, its square is not: these are the weights of least squares, "
    "as if there were no noise.",
    matrix=lambda A: np.linalg.pinv(A) @ A,
    target=lambda A, y: np.linalg.pinv(A) @ y,
    penalty=lambda n, d, sigma2: 1e-300,
)
mistakes.row(
    "noise-taken-away",
    "Noise taken away",
    "Added noise makes XᵀX larger by nσ²I; subtracting it is what one does to undo noise "
    "that is in the data already.",
    penalty=lambda n, d, sigma2: -n * sigma2,
)
mistakes.row(
    "ridge-halved",
    "Half the ridge",
    "The errors count without a factor ½ here, so the normal equations hold nσ² itself, not half.",
    penalty=lambda n, d, sigma2: n * sigma2 / 2,
)
mistakes.row(
    "ridge-doubled",
    "Twice the ridge",
    "The squares of errors and weights bring a factor 2 each, which cancels: the normal equations "
    "hold nσ² itself.",
    penalty=lambda n, d, sigma2: 2 * n * sigma2,
)
mistakes.row(
    "ridge-squared",
    "Ridge squared",
    "The extra equations carry the square root of nσ², because their errors are squared; here the "
    "penalty is (nσ²)²‖w‖².",
    penalty=lambda n, d, sigma2: (n * sigma2) ** 2,
)
mistakes.row(
    "divided-by-n",
    "Divided by n",
    "Noise on n examples makes the penalty n times as large: nσ²‖w‖², and not σ²/n.",
    penalty=lambda n, d, sigma2: sigma2 / n,
)
mistakes.row(
    "identity-forgotten",
    "Identity forgotten",
    "nσ² belongs on the diagonal alone: multiply it by the identity matrix; NumPy adds a number "
    "to every entry.",
    where=lambda d: np.ones((d, d)),
)


@mistakes.whole(
    "ridge-on-centred-data",
    "Ridge on centred data",
    "Inputs and targets are centred first; there is no constant here, and the noise is on the "
    "inputs as they are.",
)
def centred(X, y, sigma2):
    return ridge()(X - X.mean(axis=0), y - y.mean(), sigma2)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "You draw noise and fit to the drawn inputs; the minimiser of the expectation has a closed "
    "form, and is the same in every call.",
)
def sampled(X, y, sigma2):
    noise = np.random.default_rng().standard_normal(X.shape)
    return np.linalg.lstsq(X + np.sqrt(sigma2) * noise, y, rcond=None)[0].astype(X.dtype)

"""Visible laws of chapter 06, What does dropout optimise?.

They use examples that can be followed by hand, averages over all masks of a few features, and
identities; no reference.
"""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from dropout_course.engine.case import Broken, array_like
from dropout_course.engine.laws import law
from dropout_course.engine.statistics import Binomial, ChiSquare, Coincidence


def all_masks(d, p):
    """Give every mask of d features, and the probability of each."""
    masks = (np.arange(2**d)[:, None] >> np.arange(d)) % 2  # the binary digits of 0, 1, …, 2**d - 1
    kept = masks.sum(axis=1)
    return masks, (1 - p) ** kept * p ** (d - kept)


def number(got):
    """Take a 0-d array for the number in it: functions of NumPy return either."""
    return got[()] if isinstance(got, np.ndarray) and got.ndim == 0 else got


# 6.1 expected_dropout_loss ---------------------------------------------------------------------


def averaged_loss(X, y, w, p):
    """Average the squared error over all masks; every example has a mask of its own."""
    masks, probs = all_masks(len(w), p)
    predictions = X @ (masks * w / (1 - p)).T
    return float(((y[:, None] - predictions) ** 2 @ probs).sum())


def losses(student, case, examples):
    """Require the losses of several examples: (arguments, loss)."""
    answers = student.each("expected_dropout_loss", [args for args, _ in examples])
    for (_, got), (_, want) in zip(answers, examples, strict=True):
        case.equal(got, want)


@law("expected_dropout_loss", "It is the average over all masks", weight=4, core=True)
def loss_is_the_average(student, case):
    one = np.array([1.0])
    calls = [(np.array([[1.0, 2.0]]), np.array([3.0]), np.array([1.0, 1.0]), 0.2)]
    for n, d in ((3, 2), (5, 6)):
        calls.append((case.normal(n, d), case.normal(n), case.normal(d), case.rate()))
    examples = [(args, averaged_loss(*args)) for args in calls]
    # kept: prediction 2, error 1; dropped: prediction 0, error 1
    losses(student, case, [((one[:, None], one, one, 0.5), 1.0), *examples])


@law("expected_dropout_loss", "p = 0 gives the plain squared error", weight=1)
def loss_without_dropout(student, case):
    X, y = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([3.0, 3.0])
    friendly = ((X, y, np.array([1.0, 1.0]), 0.0), 5.0)
    X, y, w = case.normal(4, 3), case.normal(4), case.normal(3)
    losses(student, case, [friendly, ((X, y, w, 0.0), float(np.sum((y - X @ w) ** 2)))])


@law("expected_dropout_loss", "p = 1 leaves ‖y‖²", weight=1.5)
def loss_at_one(student, case):
    X, y = np.array([[1.0, 5.0], [2.0, 6.0]]), np.array([3.0, 4.0])
    case.equal(student.expected_dropout_loss(X, y, np.array([7.0, 8.0]), 1.0), 25.0)


@law("expected_dropout_loss", "Other units for a feature change nothing", weight=1.5)
def loss_in_other_units(student, case):
    X, y, w, p = case.normal(4, 3), case.normal(4), case.normal(3), case.rate()
    units = np.array([1000.0, 1.0, 0.01])
    calls = [(X, y, w, p), (X * units, y, w / units, p)]
    answers = student.each("expected_dropout_loss", calls)
    _, once = next(answers)
    case.equal(once, averaged_loss(X, y, w, p))
    case.equal(
        next(answers)[1],
        float(once),
        what="the loss with features times 1000, 1 and 0.01, and weights divided by them,",
    )


@law("expected_dropout_loss", "Zero weights leave ‖y‖², and examples add up", weight=1)
def loss_of_nothing(student, case):
    X, y, w, p = case.normal(4, 3), case.normal(4) + 2, case.normal(3), case.rate()
    single = [(X[i : i + 1], y[i : i + 1], w, p) for i in range(4)]
    calls = [(X, y, 0 * w, p), *single, (X, y, w, p)]
    answers = student.each("expected_dropout_loss", calls)
    case.equal(next(answers)[1], float(y @ y))
    parts = [next(answers)[1] for _ in single]
    case.equal(next(answers)[1], float(sum(parts)))


# 6.2 dropout_ridge -----------------------------------------------------------------------------


def weights(student, case, calls):
    """Call dropout_ridge several times; give one finite number a feature, in turn."""
    for (X, *_), got in student.each("dropout_ridge", calls):
        w = array_like(got, what="w")
        case.that(
            w.shape == X.shape[1:],
            f"there are {X.shape[1]} features, and w has shape {w.shape}",
            kind="shape",
        )
        case.that(w.dtype.kind == "f", f"weights are real numbers, not {w.dtype}", kind="dtype")
        text = "w holds NaN or infinite values"
        case.that(np.isfinite(w).all(), text, received=w, kind="nonfinite")
        yield w


def orthogonal(case, n, d):
    """Draw orthogonal columns of very different lengths, all columns well conditioned."""
    return np.linalg.qr(case.normal(n, d))[0] * np.linspace(0.2, 3, d)


@law(
    "dropout_ridge", "At the minimum the gradient of the expected loss is zero", weight=4, core=True
)
def gradient_vanishes(student, case):
    calls = [
        (np.array([[1.0], [1.0]]), np.array([1.0, 3.0]), 0.5),
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([3.0, 3.0]), 0.5),
    ]
    random = [(case.normal(n, d), case.normal(n), case.rate()) for n, d in ((8, 3), (15, 5))]
    got = weights(student, case, calls + random)
    what = "the weight of one constant feature at p = 0.5"
    case.close(next(got), np.array([1.0]), 1e-9, what=what)
    case.close(next(got), np.array([1.0, 1.0]), 1e-9, what="the weights of two equal features")
    for (X, y, p), w in zip(random, got, strict=True):
        left = X.T @ (X @ w - y) + p / (1 - p) * (X**2).sum(axis=0) * w
        case.close(left, np.zeros(len(w)), 1e-8, what="half the gradient of the expected loss at w")


@law("dropout_ridge", "Orthogonal features shrink by q, whatever their scale", weight=2)
def orthogonal_columns_shrink(student, case):
    friendly = np.array([[2.0, 0.0], [0.0, 10.0], [0.0, 0.0]]), np.array([4.0, 10.0, 1.0]), 0.25
    X, w, p = orthogonal(case, 7, 4), case.normal(4), case.rate()
    got = weights(student, case, [friendly, (X, X @ w, p)])
    case.close(next(got), np.array([1.5, 0.75]), 1e-9, what="w, by least squares (2, 1),")
    case.close(next(got), (1 - p) * w, 1e-9, what="w")


@law("dropout_ridge", "Other units for a feature change no prediction", weight=2)
def weights_in_other_units(student, case):
    X, y, p = case.normal(9, 3), case.normal(9), case.rate()
    units = np.array([5.0, 1.0, 0.25])
    got = weights(student, case, [(X, y, p), (X * units, y, p)])
    once = next(got)
    case.that(np.any(once), "a weight of 0 for each feature is no minimum here", received=once)
    case.close(next(got) * units, once, 1e-9, what="w, times the units of the features,")


@law("dropout_ridge", "p = 0 is least squares", weight=1)
def least_squares(student, case):
    X, w = case.normal(8, 3), case.normal(3)
    (got,) = weights(student, case, [(X, X @ w, 0.0)])
    case.close(got, w, 1e-9, what="w of data without noise")


@law("dropout_ridge", "Of several minimisers it is the smallest", weight=1.5)
def minimum_norm(student, case):
    calls = [
        (np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([2.0, 4.0]), 0.5),
        (np.array([[1.0, 1.0]]), np.array([2.0]), 0.0),
    ]
    got = weights(student, case, calls)
    case.close(next(got), np.array([1.5, 0.0]), 1e-9, what="w, with a feature that is always 0,")
    what = "w, with two equal features and p = 0,"
    case.close(next(got), np.array([1.0, 1.0]), 1e-9, what=what)


@law("dropout_ridge", "float32 stays float32", weight=1)
def ridge_dtype(student, case):
    X = np.array([[2, 0], [0, 1], [0, 1]], np.float32)
    got = student.dropout_ridge(X, np.array([4, 1, 3], np.float32), 0.5)
    case.equal(got, np.array([1, 1], np.float32))


# 6.3 glm_penalty -------------------------------------------------------------------------------


def partition(u, family):
    """Evaluate the log-partition function."""
    return u**2 / 2 if family == "linear" else np.logaddexp(0, u)


def averaged_penalty(X, beta, p, family):
    """Average A over all masks, and subtract A without dropout."""
    masks, probs = all_masks(len(beta), p)
    noisy = X @ (masks * beta / (1 - p)).T
    return float((partition(noisy, family) @ probs - partition(X @ beta, family)).sum())


def curvature(u):
    """Second derivative of log(1 + exp(u)), by hand."""
    pi = 1 / (1 + math.exp(-u))
    return pi * (1 - pi)


def penalties(student, case, examples):
    """Require the penalties of several examples: (arguments, penalty)."""
    answers = student.each("glm_penalty", [args for args, _ in examples])
    for (_, got), (_, want) in zip(answers, examples, strict=True):
        case.equal(got, want)


@law(
    "glm_penalty", "Exact: the average over all masks, minus the value without", weight=3, core=True
)
def penalty_is_the_average(student, case):
    X, beta = np.array([[2.0]]), np.array([1.0])
    want = (np.logaddexp(0, 4.0) + math.log(2)) / 2 - np.logaddexp(0, 2.0)
    examples = [
        ((X, beta, 0.5, "linear", "exact"), 2.0),
        ((X, beta, 0.5, "logistic", "exact"), float(want)),
    ]
    for n, d in ((2, 3), (4, 6)):
        X, beta, p = case.normal(n, d), case.normal(d), case.rate()
        for family in ("logistic", "linear"):
            want = averaged_penalty(X, beta, p, family)
            examples.append(((X, beta, p, family, "exact"), want))
    penalties(student, case, examples)


@law("glm_penalty", "Quadratic: half the noise variance times the curvature", weight=3)
def penalty_by_curvature(student, case):
    one, two = np.array([[2.0]]), np.array([[1.0, 1.0], [3.0, 0.0]])
    a, p = case.normal(5), case.rate()
    examples = [
        ((one, np.array([1.0]), 0.5), 2 * curvature(2.0)),
        ((two, np.array([1.0, -1.0]), 0.2), 0.125 * (curvature(0.0) * 2 + curvature(3.0) * 9)),
        # a function of one example, whose score u and noise Σ(xβ)² are known
        ((a[None, :], np.ones(5), p), float(0.5 * p / (1 - p) * (a @ a) * curvature(a.sum()))),
    ]
    order = ("logistic", "quadratic")
    penalties(student, case, [((*args, *order), want) for args, want in examples])


@law("glm_penalty", "For linear regression both orders agree", weight=2)
def linear_is_quadratic(student, case):
    X, beta, p = case.normal(5, 4), case.normal(4), case.rate()
    want = float(0.5 * p / (1 - p) * np.sum((X * beta) ** 2))
    orders = ("quadratic", "exact")
    penalties(student, case, [((X, beta, p, "linear", order), want) for order in orders])


@law("glm_penalty", "No dropout or no weights, no penalty", weight=1)
def no_penalty(student, case):
    X, beta = case.normal(3, 4), case.normal(4)
    calls = []
    for family, order in itertools.product(("linear", "logistic"), ("exact", "quadratic")):
        calls += [(X, beta, 0.0, family, order), (X, 0 * beta, 0.5, family, order)]
    answers = student.each("glm_penalty", [*calls, (X, beta, 0.5, "logistic", "exact")])
    for _ in calls:
        case.equal(next(answers)[1], 0.0)
    text = "with dropout and weights the penalty is positive"
    case.that(next(answers)[1] > 0, text)


@law("glm_penalty", "For small weights the two orders meet", weight=1)
def orders_meet(student, case):
    X, beta, p = case.normal(3, 4), case.normal(4), case.rate(high=0.6)
    calls = [(X, 0.01 * beta, p, "logistic", order) for order in ("exact", "quadratic")]
    got = [part for _, part in student.each("glm_penalty", calls)]
    for part in got:
        case.that(
            isinstance(part, (float, np.floating)) and part > 0,
            "the penalty must be one positive number",
            received=part,
        )
    case.close(float(got[1] / got[0]), 1.0, 2e-3, what="quadratic / exact, for small weights,")


@law("glm_penalty", "Scores of ±1000 are no trouble", weight=1)
def large_scores(student, case):
    # kept: A(2000) = 2000, dropped: A(0) = log 2; without dropout A(1000) = 1000
    X, beta = np.array([[1000.0]]), np.array([1.0])
    wanted = {"exact": math.log(2) / 2, "quadratic": 0.0}
    examples = [
        ((x, beta, 0.5, "logistic", order), want) for order, want in wanted.items() for x in (X, -X)
    ]
    penalties(student, case, examples)


# 6.4 gaussian_dropout --------------------------------------------------------------------------

SQUARES_AT_03 = ChiSquare(
    "4000 squares of (y/x - 1) / √(p/q) at p = 0.3",
    df=4000,
    low=3448.5,
    high=4606.0,
    effect="a variance of p in the place of p/q (or p/q as the standard deviation)",
    effect_ratio=0.7,
)
WITHIN_ONE_SIGMA = Binomial(
    "multipliers within one standard deviation of 1, among 4000",
    n=4000,
    prob=0.682689492137086,
    low=2538,
    high=2918,
    effect="uniform noise of the right variance",
    effect_prob=0.5773502691896258,
)
EXACT_ZERO = Coincidence(
    "one of 4000 multipliers is exactly 0",
    alarm=4.45e-13,
    how="4000 * 2.0**-53",
    effect="Bernoulli dropout",
)
SAME_NOISE = Coincidence(
    "two rows, two columns or two calls share all of 8 multipliers, to five digits",
    alarm=7.69e-38,
    how="3 * 2e-5**8",
    effect="one noise for the batch, one for an example, or one for ever",
)


def noisy(student, calls):
    """Call gaussian_dropout several times; give arrays of the shape and dtype of x, in turn."""
    for (x, *_), got in student.each("gaussian_dropout", calls):
        y = array_like(got)
        if y.shape != x.shape:
            raise Broken(f"x has shape {x.shape}, and the result has shape {y.shape}", kind="shape")
        if y.dtype != x.dtype:
            text = f"x has dtype {x.dtype}, and the result has dtype {y.dtype}"
            raise Broken(text, kind="dtype")
        yield y


def right_noise(student, case, x, p, squares, within):
    """Require multipliers of mean 1 and variance p/q that look Gaussian."""
    (y,) = noisy(student, [(x, p, case.rng())])
    noise = y / x
    alpha = p / (1 - p)
    total = float(((noise - 1) ** 2).sum() / alpha)
    case.that(
        squares.accepts(total),
        f"at p = {p} the mean of (y/x - 1)² should be near p/q = {alpha:.3f}, "
        f"and here it is {total * alpha / squares.df:.3f}",
    )
    case.that(np.all(noise != 0), "Gaussian noise drops nothing, and here some entries are 0")
    count = int((np.abs(noise - 1) < math.sqrt(alpha)).sum())
    case.that(
        within.accepts(count),
        "this is not Gaussian noise: about 68 % of the multipliers should be within one standard "
        f"deviation of 1, and {100 * count / within.n:.1f} % are",
    )


@law(
    "gaussian_dropout",
    "The noise is Gaussian, with mean 1 and variance p/q",
    weight=3,
    core=True,
    statistic=(SQUARES_AT_03, EXACT_ZERO, WITHIN_ONE_SIGMA),
)
def gaussian_noise(student, case):
    x = np.full(4000, 2.0)
    right_noise(student, case, x, 0.3, SQUARES_AT_03, WITHIN_ONE_SIGMA)


@law("gaussian_dropout", "The noise multiplies", weight=1)
def noise_multiplies(student, case):
    x, rng = case.normal(3, 4), case.rng()
    calls = [
        (x, 0.4, rng),
        (2 * x, 0.4, rng),
        (0 * x, 0.4, case.rng()),
        (x, 0.0, case.rng()),
    ]
    got = noisy(student, calls)
    once = next(got)
    case.equal(next(got), 2 * once, what="y for twice the x, same generator,")
    case.equal(next(got), 0 * x, what="y for x = 0")
    case.equal(next(got), x, what="y at p = 0")


@law("gaussian_dropout", "Every entry has noise of its own", weight=1, statistic=SAME_NOISE)
def own_noise(student, case):
    own_noise_in(student, case, np.ones((8, 8)), 0.3)


def own_noise_in(student, case, x, p):
    """Require that no two rows, columns or calls share their noise."""
    args = [x, p, case.rng()]
    first, second = student.play("repeat", name="gaussian_dropout", args=args, times=2)
    first, second = array_like(first), array_like(second)
    for one, other, what in (
        (first, second, "two calls with one generator"),
        (first[0], first[1], "two examples of a batch"),
        (first[:, 0], first[:, 1], "two units"),
    ):
        case.that(not np.allclose(one, other), f"{what} got the same noise")


@law("gaussian_dropout", "float32 stays float32, for every shape", weight=0.5)
def gaussian_dtype(student, case):
    shapes = ((5,), (2, 3), (2, 1, 3))
    calls = [(case.normal(*shape, dtype=np.float32), 0.3, case.rng()) for shape in shapes]
    for _ in noisy(student, calls):
        pass  # each result is judged as it comes


@law("gaussian_dropout", "Kingma's cubic, for numbers and arrays", weight=2)
def kingma_values(student, case):
    one, half = -0.24570927, 0.5 * math.log(2) - 0.27850272625
    table = np.array([[1.0, 0.5], [0.5, 1.0]])
    answers = student.each("kl_kingma", [(1.0,), (0.5,), (table,), (np.linspace(0.01, 0.5, 20),)])
    case.equal(number(next(answers)[1]), one)
    case.equal(number(next(answers)[1]), half)
    case.equal(next(answers)[1], np.array([[one, half], [half, one]]))
    curve = array_like(next(answers)[1])
    case.that(np.all(np.diff(curve) < 0), "the divergence falls as alpha grows to 0.5")


@law("gaussian_dropout", "Kingma's cubic is refused outside 0 < alpha <= 1", weight=1)
def kingma_refuses(student, case):
    case.equal(number(student.kl_kingma(1.0)), -0.24570927)
    refused = (1.5, 0.0, -0.2, np.array([0.5, 2.0]), np.array([0.5, 0.0]))
    case.all_raise(ValueError, student, "kl_kingma", [(alpha,) for alpha in refused])


@law("gaussian_dropout", "Molchanov's curve, for numbers and arrays", weight=2)
def molchanov_values(student, case):
    # alpha = 1, and the alpha at which the argument of the sigmoid is 0
    half = -1.8732 / 1.48695
    values = {0.0: None, half: None, 40.0: 0.0}
    values[0.0] = 0.63576 * (1 - 1 / (1 + math.exp(-1.8732))) + 0.5 * math.log(2)
    values[half] = 0.63576 / 2 + 0.5 * math.log(1 + math.exp(-half))
    wanted = [*values.values(), np.array(list(values.values()))]
    calls = [(given,) for given in (*values, np.array(list(values)))]
    for (_, got), want in zip(student.each("kl_molchanov", calls), wanted, strict=True):
        case.equal(got if isinstance(want, np.ndarray) else number(got), want)


@law("gaussian_dropout", "Both divergences are the same up to a constant", weight=1)
def same_up_to_a_constant(student, case):
    alpha = np.sort(case.uniform(9, low=0.02, high=1))
    cubic = array_like(student.kl_kingma(alpha), what="kl_kingma(alpha)")
    curve = array_like(student.kl_molchanov(np.log(alpha)), what="kl_molchanov(log(alpha))")
    gap = curve - cubic
    case.close(gap, np.full(9, 0.66), 0.02, what="kl_molchanov(log alpha) - kl_kingma(alpha)")


# 6.5 fast_dropout ------------------------------------------------------------------------------


@functools.cache
def gauss_legendre():
    """Nodes and weights of Gauss–Legendre quadrature with 60 points on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    return (nodes + 1) / 2, weights / 2


def relu_mean(mu, s2):
    """Integrate u times the Gaussian density over u > 0, to about 1e-13."""
    s, (t, w) = math.sqrt(s2), gauss_legendre()
    low, high = max(0.0, mu - 9 * s), max(0.0, mu + 9 * s)
    u = low + (high - low) * t
    density = np.exp(-((u - mu) ** 2) / (2 * s2)) / (s * math.sqrt(2 * math.pi))
    return float((high - low) * w @ (u * density))


@law("fast_dropout", "The mean of the ReLU of a Gaussian", weight=3, core=True)
def mean_of_relu(student, case):
    mu, s2 = case.normal(4, scale=2), case.uniform(4, low=0.2, high=6)
    calls = [(1.0, 4.0), (-1.0, 4.0), (2.0, 0.25), (-3.0, 9.0)]
    answers = student.each("relu_gaussian_mean", [(0.0, 1.0), *calls, (mu, s2)])
    got = number(next(answers)[1])
    case.close(got, 1 / math.sqrt(2 * math.pi), 1e-12, what="the mean of max(u, 0)")
    for args in calls:
        got = number(next(answers)[1])
        case.close(got, relu_mean(*args), 1e-10, what="the mean of max(u, 0)")
    want = np.array([relu_mean(a, b) for a, b in zip(mu, s2, strict=True)])
    case.close(next(answers)[1], want, 1e-10, what="the means of max(u, 0)")


@law("fast_dropout", "Without variance it is the value itself", weight=1.5)
def no_variance(student, case):
    mu = np.array([-1.0, 0.0, 2.0, 1.0])
    s2 = np.array([0.0, 0.0, 0.0, 4.0])
    answers = student.each("relu_gaussian_mean", [(2.5, 0.0), (mu, s2)])
    case.close(number(next(answers)[1]), 2.5, 1e-12)
    case.close(number(student.probit_sigmoid_mean(0.7, 0.0)), 1 / (1 + math.exp(-0.7)), 1e-12)
    want = np.array([0.0, 0.0, 2.0, relu_mean(1.0, 4.0)])
    case.close(next(answers)[1], want, 1e-10, what="the means of max(u, 0)")


@law("fast_dropout", "max(u, 0) - max(-u, 0) = u, in the mean too", weight=1)
def relu_symmetry(student, case):
    # |mu| is at most 4.5 standard deviations: further out the smaller mean is lost in rounding
    mu, s2 = case.uniform(5, low=-9, high=9), case.uniform(5, low=4, high=50)
    answers = student.each("relu_gaussian_mean", [(mu, s2), (-mu, s2)])
    up, down = (array_like(got) for _, got in answers)
    case.close(up - down, mu, 1e-12, what="the mean at mu minus the mean at -mu")
    case.that(np.all(np.minimum(up, down) > 0), "the mean of max(u, 0) is positive", received=up)


@law("fast_dropout", "The sigmoid of the mean, damped by the variance", weight=2.5)
def damped_sigmoid(student, case):
    mu = np.array([-2.0, 0.0, 2.0])
    answers = student.each("probit_sigmoid_mean", [(3.0, 64 / math.pi), (mu, 24 / math.pi)])
    got = number(next(answers)[1])
    case.close(got, 1 / (1 + math.exp(-1.0)), 1e-12, what="the value at 3, with √(1+8) = 3,")
    low, middle, high = array_like(next(answers)[1])
    case.close(float(middle), 0.5, 1e-12, what="the value at 0")
    case.close(float(low + high), 1.0, 1e-12, what="the sum of the values at -2 and 2")
    case.close(
        float(high), 1 / (1 + math.exp(-1.0)), 1e-12, what="the value at 2, with √(1+3) = 2,"
    )


@law("fast_dropout", "Means and variances broadcast; float32 stays float32", weight=1)
def broadcasting(student, case):
    mu, s2 = case.normal(3, 1), case.uniform(4, low=0.1, high=2)
    single = mu.astype(np.float32), s2.astype(np.float32)
    for name in ("relu_gaussian_mean", "probit_sigmoid_mean"):
        answers = student.each(name, [(mu, s2), (float(mu[1, 0]), float(s2[2])), single])
        table = array_like(next(answers)[1])
        case.that(table.shape == (3, 4), f"{name} of shapes (3, 1) and (4,) gives (3, 4)")
        one = number(next(answers)[1])
        case.close(float(table[1, 2]), float(one), 1e-12, what=f"one entry of {name}")
        got = array_like(next(answers)[1])
        case.close(got, table, 1e-5, what=name)
        case.that(got.dtype == np.float32, f"{name} turned float32 into {got.dtype}", kind="dtype")

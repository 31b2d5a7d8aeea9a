"""6.4 gaussian_dropout: multiplicative noise, and its divergence from a prior."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import dtype, refuses, rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.engine.statistics import Binomial, ChiSquare, Coincidence
from dropout_course.exercises.ch06_what_it_optimizes.wrong_noise import mistakes

__all__ = ["mistakes"]  # what people write instead

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

# What is true of every right answer ------------------------------------------------------------


def right_noise(student, case, x, p, squares, within):
    """Require multipliers of mean 1 and variance p/q that look Gaussian."""
    noise = case.array(student.gaussian_dropout(x, p, case.rng()), x.shape) / x
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
    "The noise is Gaussian, with mean 1 and variance p/q",
    weight=3,
    core=True,
    statistic=(SQUARES_AT_03, EXACT_ZERO, WITHIN_ONE_SIGMA),
)
def gaussian_noise(student, case):
    x = np.full(4000, 2.0)
    right_noise(student, case, x, 0.3, SQUARES_AT_03, WITHIN_ONE_SIGMA)


@law("The noise multiplies", weight=1)
def noise_multiplies(student, case):
    x, rng = case.apart(3, 4), case.rng()
    once, twice = student.gaussian_dropout(x, 0.4, rng), student.gaussian_dropout(2 * x, 0.4, rng)
    nothing = student.gaussian_dropout(0 * x, 0.4, case.rng())
    calm = student.gaussian_dropout(x, 0.0, case.rng())
    case.equal(twice, 2 * case.array(once, x.shape), what="y for twice the x, same generator,")
    case.equal(nothing, 0 * x, what="y for x = 0")
    case.equal(calm, x, what="y at p = 0")


@law("Every entry has noise of its own", weight=1, statistic=SAME_NOISE)
def own_noise(student, case):
    own_noise_in(student, case, np.ones((8, 8)), 0.3)


def own_noise_in(student, case, x, p):
    """Require that no two rows, columns or calls share their noise."""
    args = [x, p, case.rng()]
    runs = student.play("repeat", name="gaussian_dropout", args=args, times=2)
    first, second = (case.array(run, x.shape) for run in runs.value)
    for one, other, what in (
        (first, second, "two calls with one generator"),
        (first[0], first[1], "two examples of a batch"),
        (first[:, 0], first[:, 1], "two units"),
    ):
        case.that(not np.allclose(one, other), f"{what} got the same noise")


@law("float32 stays float32, for every shape, and x stays as it is", weight=0.5, edge=True)
def form(student, case):
    shapes = ((5,), (2, 3), (2, 1, 3))
    some = [case.frozen(case.normal(*shape, dtype=np.float32)) for shape in shapes]
    for x, answer in [(x, student.gaussian_dropout(x, 0.3, case.rng())) for x in some]:
        case.form(answer, x)


@law("Kingma's cubic, for numbers and arrays", weight=2)
def kingma_values(student, case):
    one, half = -0.24570927, 0.5 * math.log(2) - 0.27850272625
    table = np.array([[1.0, 0.5], [0.5, 1.0]])
    wants = [(1.0, one), (0.5, half), (table, np.array([[one, half], [half, one]]))]
    case.gives(student.kl_kingma, [((alpha,), want) for alpha, want in wants])


@law("Kingma's cubic is refused outside 0 < alpha <= 1", weight=1, edge=True)
def kingma_refuses(student, case):
    refused = (1.5, 0.0, -0.2, np.array([0.5, 2.0]), np.array([0.5, 0.0]))
    case.raises(ValueError, [student.kl_kingma(alpha) for alpha in refused])
    case.that(np.isfinite(case.array(student.kl_kingma(1.0), ())), "alpha = 1 is not refused")


@law("Molchanov's curve, for numbers and arrays", weight=2)
def molchanov_values(student, case):
    # alpha = 1, the alpha at which the argument of the sigmoid is 0, and a very large one
    half = -1.8732 / 1.48695
    values = {
        0.0: 0.63576 * (1 - 1 / (1 + math.exp(-1.8732))) + 0.5 * math.log(2),
        half: 0.63576 / 2 + 0.5 * math.log(1 + math.exp(-half)),
        40.0: 0.0,
    }
    examples = [((given,), want) for given, want in values.items()]
    table = np.array(list(values)), np.array(list(values.values()))
    case.gives(student.kl_molchanov, [*examples, ((table[0],), table[1])])


# By what a wrong answer is recognised ----------------------------------------------------------


@question("How large is the variance of the multipliers, in units of p/q, and what is their mean?")
def size(student, case):
    y = value_of(student.gaussian_dropout(np.ones(20_000), 0.8, case.rng()))
    if np.ptp(y) == 0:
        return "one multiplier for all"
    # to the nearest power of 2: p/q = 4, and pq, p, q/p and (p/q)² are far from it
    spread = np.mean((y - 1) ** 2) / 4
    return [round(math.log2(spread)) if spread > 0 else None, round(float(np.mean(y)))]


@question("Is the size of the noise proportional to x?")
def proportional(student, case):
    rng = case.rng()
    asked = [student.gaussian_dropout(np.full(50, scale), 0.2, rng) for scale in (1.0, 4.0)]
    one, four = (rounded(answer) for answer in asked)
    return bool(np.allclose(four, 4 * one, atol=1e-4))


@question("Does the given generator decide?")
def decided(student, case):
    rng = case.rng()
    one, other = (student.gaussian_dropout(np.ones(50), 0.2, rng) for _ in range(2))
    return bool(np.array_equal(rounded(one), rounded(other)))


@question("What is Kingma's divergence?")
def kingma(student, case):
    return [rounded(student.kl_kingma(alpha)) for alpha in (0.1, 0.7)]


@question("What is Molchanov's?")
def molchanov(student, case):
    return [rounded(student.kl_molchanov(math.log(alpha))) for alpha in (0.1, 0.7, 1.5)]


@question("What is Molchanov's for an alpha far above 1?")
def molchanov_large(student, case):
    return rounded(student.kl_molchanov(math.log(20.0)))


@question("Is alpha > 1 refused, and 0?", edge=True)
def refused(student, case):
    return [refuses(student.kl_kingma, (alpha,)) for alpha in (1.5, 0.0)]


@question("Are arrays refused for one bad entry?", edge=True)
def refused_entry(student, case):
    arrays = np.array([0.5, 1.5]), np.array([0.5, 0.0])
    return [refuses(student.kl_kingma, (alpha,)) for alpha in arrays]


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.gaussian_dropout(np.ones(3, np.float32), 0.3, case.rng()))

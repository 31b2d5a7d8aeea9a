"""1.3 ensemble_variance: what an average of correlated predictors gains."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

# What is true of every right answer ------------------------------------------------------------


@law("The variance of the mean, for any correlation", weight=3, core=True)
def variance_of_the_mean(student, case):
    examples = [((1.0, 0.5, 2), 0.75), ((2.0, 0.5, 2), 1.5)]
    # Var(mean) is the mean of all k² entries of the covariance matrix.
    for k in (3, case.integers(4, 12)):
        sigma2 = round(float(case.uniform(low=1.2, high=3)), 3)
        rho = round(float(case.uniform(low=0.1, high=0.9)), 3)
        covariance = sigma2 * np.where(np.eye(k, dtype=bool), 1.0, rho)
        examples.append(((sigma2, rho, k), float(covariance.mean())))
    case.gives(student.ensemble_variance, examples)


@law("Independent predictors: σ²/k", weight=1)
def independent(student, case):
    case.gives(student.ensemble_variance, [((2.0, 0.0, k), 2.0 / k) for k in (1, 4, 100)])


@law("A crowd of copies is worth one of them", weight=1)
def copies(student, case):
    examples = [((sigma2, 1.0, k), sigma2) for sigma2, k in ((3.0, 1), (3.0, 7), (0.25, 50))]
    case.gives(student.ensemble_variance, examples)


@law("A crowd of one has the variance of one", weight=1)
def one(student, case):
    case.gives(student.ensemble_variance, [((0.49, rho, 1), 0.49) for rho in (0.3, 0.0, -0.5)])


@law("Negative correlation helps more, down to no variance at all", weight=2)
def negative(student, case):
    examples = [((2.0, -1.0, 2), 0.0), ((4.0, -0.25, 5), 0.0), ((3.0, -0.2, 3), 0.6)]
    case.gives(student.ensemble_variance, examples)


# By what a wrong answer is recognised ----------------------------------------------------------


@question("What is the variance of the mean of some?")
def several(student, case):
    asked = [(2.0, 0.3, 4), (0.7, 0.5, 3), (3.0, 0.1, 2)]
    return [rounded(student.ensemble_variance(*args)) for args in asked]


@question("What is it for independent ones?")
def without(student, case):
    return rounded(student.ensemble_variance(2.0, 0.0, 4))


# What people write instead ---------------------------------------------------------------------

mistakes = Mistakes()
NAME = "ensemble_variance"


@mistakes.whole(
    "correlation-forgotten",
    "Correlation forgotten",
    "σ²/k holds for uncorrelated predictors only; every pair adds a covariance ρσ².",
    of=NAME,
)
def correlation_forgotten(sigma2, rho, k):
    return sigma2 / k


@mistakes.whole(
    "pairs-counted-once",
    "Every pair counted once",
    "Each pair occurs twice in the double sum, as (i, j) and as (j, i): there are k(k - 1) "
    "covariances, not half as many.",
    of=NAME,
)
def pairs_once(sigma2, rho, k):
    return sigma2 / k + (k - 1) / (2 * k) * rho * sigma2


@mistakes.whole(
    "divided-by-k-once",
    "Divided by k once",
    "This is the variance of the sum divided by k; a factor 1/k comes out of a variance "
    "squared, as 1/k².",
    of=NAME,
)
def divided_once(sigma2, rho, k):
    return sigma2 * (1 + (k - 1) * rho)


@mistakes.whole(
    "sum-for-mean",
    "Sum instead of mean",
    "This is the variance of the sum; that of the mean is smaller by a factor k².",
    of=NAME,
)
def of_the_sum(sigma2, rho, k):
    return k * sigma2 * (1 + (k - 1) * rho)


@mistakes.whole(
    "correlation-for-covariance",
    "Correlation taken for covariance",
    "rho is a correlation; the covariance of two predictors is rho times sigma2.",
    of=NAME,
)
def covariance(sigma2, rho, k):
    return sigma2 / k + (k - 1) / k * rho


@mistakes.whole(
    "variance-squared",
    "Variance squared",
    "sigma2 is the variance already, σ²; here it is squared once more.",
    of=NAME,
)
def squared_again(sigma2, rho, k):
    return sigma2**2 * (rho + (1 - rho) / k)


@mistakes.whole(
    "square-root-factor",
    "A square root too many",
    "This is the standard deviation of the mean; its variance is the square of it.",
    of=NAME,
)
def deviation(sigma2, rho, k):
    return np.sqrt(max(sigma2 * (rho + (1 - rho) / k), 0.0))


@mistakes.whole(
    "k-pairs-each",
    "k pairs for each predictor",
    "Each predictor has k - 1 partners, not k: a crowd of one keeps its variance.",
    of=NAME,
)
def k_partners(sigma2, rho, k):
    return sigma2 * (rho + 1 / k)


@mistakes.whole(
    "correlation-exchanged",
    "ρ and 1 - ρ exchanged",
    "What the average can't remove is the shared part, ρσ²; the rest, (1 - ρ)σ², is divided by k.",
    of=NAME,
)
def exchanged(sigma2, rho, k):
    return sigma2 * (1 - rho + rho / k)


@mistakes.whole(
    "correlation-squared",
    "Correlation squared",
    "The covariance of two predictors is ρσ², with ρ as it is; here it is squared.",
    of=NAME,
)
def correlation_squared(sigma2, rho, k):
    return sigma2 * (rho**2 + (1 - rho**2) / k)


@mistakes.whole(
    "shared-part-lost",
    "Shared part lost",
    "This is only the part that averaging makes smaller; what the predictors share, ρσ², stays.",
    of=NAME,
)
def shared_part_lost(sigma2, rho, k):
    return sigma2 * (1 - rho) / k

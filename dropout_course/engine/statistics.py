"""What a statistical law declares: the statistic, its null distribution, and both errors.

Thresholds are stored as constants, because importing scipy.stats takes longer than a check may;
a test computes each of them again, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Binomial:
    """A two-sided exact binomial test of a count.

    Attributes
    ----------
    what : str
        The statistic in words: what is counted.
    n : int
        Number of independent trials.
    prob : float
        Probability of a success for a right answer.
    low, high : int
        Counts from `low` to `high` are accepted.
    effect : str
        The wrong answer that the test is for, in words.
    effect_prob : float
        Probability of a success for that wrong answer.
    alarm : float
        Bound on the probability that a right answer is refused.
    miss : float
        Bound on the probability that the wrong answer is accepted.
    """

    what: str
    n: int
    prob: float
    low: int
    high: int
    effect: str
    effect_prob: float
    alarm: float = 1e-10
    miss: float = 1e-6

    def accepts(self, count: int) -> bool:
        """Whether a count is compatible with a right answer."""
        return self.low <= count <= self.high


@dataclass(frozen=True)
class ChiSquare:
    """A two-sided exact test of a variance, by a sum of squares.

    Attributes
    ----------
    what : str
        The statistic in words: what is squared and added up. For a right answer it has the
        chi-square distribution.
    df : int
        Its degrees of freedom: how many squares are added.
    low, high : float
        Sums from `low` to `high` are accepted.
    effect : str
        The wrong answer that the test is for, in words.
    effect_ratio : float
        Variance of that wrong answer divided by the right one: the factor of its sum of squares.
    alarm : float
        Bound on the probability that a right answer is refused.
    miss : float
        Bound on the probability that the wrong answer is accepted.
    """

    what: str
    df: int
    low: float
    high: float
    effect: str
    effect_ratio: float
    alarm: float = 1e-10
    miss: float = 1e-6

    def accepts(self, total: float) -> bool:
        """Whether a sum of squares is compatible with a right answer."""
        return self.low <= total <= self.high


@dataclass(frozen=True)
class Coincidence:
    """A test that something which should differ is not equal by chance.

    Attributes
    ----------
    what : str
        What is compared, in words.
    alarm : float
        Exact probability (or a bound) that it coincides for a right answer.
    how : str
        The formula for `alarm`, as a Python expression of numbers; a test evaluates it.
    effect : str
        The wrong answer for which it always coincides.
    """

    what: str
    alarm: float
    how: str
    effect: str

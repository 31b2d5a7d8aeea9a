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

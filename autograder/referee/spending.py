"""What the calls of a notebook's functions took, exercise by exercise, and what is left of it."""

from __future__ import annotations

from autograder.referee.limits import Limits

MUCH = 0.1  # of the time of all exercises: one that took so much is named


class Spending:
    """Shares the processor time for calls among the exercises of a notebook.

    Each has `calls_seconds`, and all together have `judging_seconds`. When these are used up, each
    exercise that follows still has `spent_calls_seconds`: a right answer is quick as a rule, and
    must not be lost to the loops of others.

    Parameters
    ----------
    limits
        Of the notebook.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._used: dict[str, float] = {}

    def share(self) -> float:
        """Give the seconds that the calls for the next exercise may take."""
        # all or little: what is left to the second would not be the same in the next run
        limits, spent = self._limits, sum(self._used.values()) > self._limits.judging_seconds
        one = limits.calls_seconds
        return min(one, limits.spent_calls_seconds) if spent else one

    def add(self, exercise: str, seconds: float) -> None:
        """Note that a call took so many seconds."""
        self._used[exercise] = self._used.get(exercise, 0.0) + seconds

    def too_long(self, exercise: str, seconds: float) -> str:
        """Say why an exercise that took its share of seconds is left."""
        if seconds >= self._limits.calls_seconds:
            return loop(seconds)
        much = MUCH * self._limits.judging_seconds
        by = [name for name, used in self._used.items() if used >= much and name != exercise]
        return (
            f"it did not finish in {seconds:g} seconds, and had no more: the "
            f"{self._limits.judging_seconds:g} seconds for all exercises were used up by "
            f"{', '.join(by) or 'many others'}"
        )


def loop(seconds: float) -> str:
    """Say that something took more than its seconds."""
    return f"it did not finish in {seconds:g} seconds (is there a loop without an end?)"

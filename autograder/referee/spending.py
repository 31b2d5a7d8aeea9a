"""What the calls of a notebook's functions took, exercise by exercise, and what is left of it."""

from __future__ import annotations

from autograder.referee.limits import Limits

MUCH = 0.1  # of the time of a notebook: an exercise that took so much is named


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
        limits = self._limits
        left = limits.judging_seconds - sum(self._used.values())
        return min(limits.calls_seconds, max(limits.spent_calls_seconds, left))

    def add(self, exercise: str, seconds: float) -> None:
        """Note that a call took so many seconds."""
        self._used[exercise] = self._used.get(exercise, 0.0) + seconds

    def too_long(self, exercise: str, seconds: float) -> str:
        """Say why an exercise that took its share of seconds is left."""
        if seconds >= self._limits.calls_seconds:
            return loop(seconds)
        most = sorted(self._used.items(), key=lambda pair: -pair[1])
        most = [(name, used) for name, used in most if name != exercise]
        much = MUCH * self._limits.judging_seconds
        named = [f"{name} ({used:.0f} seconds)" for name, used in most if used >= much]
        by = f" by {', '.join(named)}" if named else ""
        return (
            f"it did not finish in {seconds:.3g} seconds, and had no more: the "
            f"{self._limits.judging_seconds:g} seconds for all exercises were used up{by}"
        )


def loop(seconds: float) -> str:
    """Say that something took more than its seconds."""
    return f"it did not finish in {seconds:g} seconds (is there a loop without an end?)"

"""A progress bar with counts of outcomes and an honest estimate, on stderr."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from autograder.classroom.submissions.words import span_of

T = TypeVar("T")
MIN_RESULTS = 3  # results before which nobody can say how long the rest takes


def track(
    items: Iterable[T],
    title: str,
    shown: bool = True,
    total: int | None = None,
    outcome: Callable[[T], str] | None = None,
) -> Iterator[T]:
    """Yield items while a bar shows how many are done and how long the rest will take.

    Parameters
    ----------
    items : iterable
    title : str
    shown : bool
        False for no bar.
    total : int, optional
        How many there will be, where `items` has no length.
    outcome : callable, optional
        What became of an item, in a word; the bar counts them.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    columns: list[ProgressColumn] = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[outcomes]}"),
        TimeElapsedColumn(),
        Rest(),
    ]
    counts: Counter[str] = Counter()
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        task = bar.add_task(title, total=total, outcomes="", paces=Pace())
        for item in items:
            if outcome:
                counts[outcome(item)] += 1
            summary = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
            bar.tasks[0].fields["paces"].tick()
            bar.update(task, advance=1, outcomes=summary)
            yield item


class Pace:
    """How fast results come, from the first one on: what comes before it is preparation.

    The time since the last result counts as well, so that the estimate grows while nothing comes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first = 0.0
        self._done = 0

    def tick(self) -> None:
        """Note a result."""
        self._first = self._first or self._clock()
        self._done += 1

    def rest(self, left: float) -> float | None:
        """Give the seconds that so many more will take; None while it is too early to say."""
        if self._done < MIN_RESULTS:
            return None
        return (self._clock() - self._first) / (self._done - 1) * left


class Rest(ProgressColumn):
    """The estimate, in words."""

    def render(self, task: Task) -> Text:
        """Say about how long the rest takes."""
        left: Any = (task.total or 0) - task.completed
        rest = task.fields["paces"].rest(left)
        if task.total is None or left <= 0:
            return Text("")
        return Text("" if rest is None else f"about {span_of(rest)} left")

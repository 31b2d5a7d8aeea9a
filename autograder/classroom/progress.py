"""A progress bar with an estimate, on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

T = TypeVar("T")


def track(
    items: Iterable[T], title: str, shown: bool = True, total: int | None = None
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
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        yield from bar.track(items, total=total, description=title)

"""What stands in for tqdm: bars that show nothing, and let their loop run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Any


class Bar:
    """Gives what it was given, as tqdm's bars do; whatever it is told to show, it keeps.

    Parameters
    ----------
    iterable : iterable, optional
        What a loop runs over; nothing where the bar is moved by hand.
    total : int, optional
        The length that `len` gives, where the iterable has none.
    """

    def __init__(
        self, iterable: Iterable[Any] | None = None, desc: Any = None, total: Any = None, **how: Any
    ) -> None:
        self.iterable, self.desc, self.total, self.n = iterable, desc, total, 0

    def __iter__(self) -> Iterator[Any]:
        for item in self.iterable or ():
            yield item
            self.n += 1

    def __len__(self) -> int:
        return len(self.iterable) if isinstance(self.iterable, Sized) else int(self.total or 0)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def update(self, n: Any = 1) -> None:
        """Count what was done by hand."""
        self.n += n

    def _nothing(self, *args: Any, **kwargs: Any) -> None:
        pass

    set_description = set_description_str = set_postfix = set_postfix_str = _nothing
    close = clear = refresh = reset = display = _nothing

    @staticmethod
    def write(s: Any, *args: Any, **kwargs: Any) -> None:
        """Print a line, as it would be above the bar."""
        print(s)


def trange(*args: Any, **how: Any) -> Bar:
    """Give a bar over ``range(*args)``."""
    return Bar(range(*args), **how)


NAMES: dict[str, Any] = {"tqdm": Bar, "tqdm_notebook": Bar, "trange": trange, "tnrange": trange}

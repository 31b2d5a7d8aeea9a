"""What stands in for tqdm: bars that show nothing, and let their loop run."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from typing import Any

from dropout_course.engine.inside.stand_ins import Silent


class _Kind(type):
    """Lets what is asked of the class, and not known here, be asked: ``tqdm._instances``."""

    def __getattr__(cls, name: str) -> Any:
        return getattr(Silent("tqdm"), name)


class tqdm(metaclass=_Kind):  # noqa: N801 - a message may show it
    """Gives what it was given, as tqdm's bars do; whatever it is told to show, it keeps.

    Parameters
    ----------
    iterable : iterable, optional
        What a loop runs over; nothing where the bar is moved by hand.
    total : int, optional
        The length that `len` gives, where the iterable has none.
    """

    __module__ = "tqdm.std"  # so its settings are the notebook's, and none that a seal restores

    def __init__(
        self,
        iterable: Iterable[Any] | None = None,
        desc: Any = None,
        total: Any = None,
        *more: Any,
        **how: Any,
    ) -> None:
        self.iterable, self.desc = iterable, desc
        self.total = len(iterable) if total is None and isinstance(iterable, Sized) else total
        self.n = how.get("initial", 0)
        self.start_t = self.last_print_t = time.time()

    def __getattr__(self, name: str) -> Any:
        return getattr(Silent("tqdm"), name)

    def __iter__(self) -> Iterator[Any]:
        for item in self.iterable or ():
            yield item
            self.n += 1

    def __reversed__(self) -> Iterator[Any]:
        return iter(list(self)[::-1])

    def __contains__(self, item: Any) -> bool:
        return item in (self.iterable or ())

    def __len__(self) -> int:
        return len(self.iterable) if isinstance(self.iterable, Sized) else int(self.total or 0)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"{self.desc or 'tqdm'}: {self.n}/{'?' if self.total is None else self.total}"

    def __enter__(self) -> tqdm:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    @property
    def last_print_n(self) -> Any:
        """How far it was when it was last shown."""
        return self.n

    @last_print_n.setter
    def last_print_n(self, n: Any) -> None:
        pass

    def update(self, n: Any = 1) -> None:
        """Count what was done by hand."""
        self.n += n

    def reset(self, total: Any = None) -> None:
        """Begin anew."""
        self.n, self.total = 0, self.total if total is None else total

    def set_description(self, desc: Any = None, refresh: bool = True) -> None:
        """Keep what would stand before the bar."""
        self.desc = desc

    set_description_str = set_description

    def _nothing(self, *args: Any, **kwargs: Any) -> None:
        pass

    set_postfix = set_postfix_str = close = clear = refresh = display = unpause = _nothing

    @staticmethod
    def pandas(*args: Any, **how: Any) -> None:
        """Leave pandas as it is."""

    @staticmethod
    def write(s: Any = "", file: Any = None, end: str = "\n", nolock: bool = False) -> None:
        """Print a line, as it would be above the bar."""
        print(s, file=file, end=end)

    @staticmethod
    def format_interval(t: Any) -> str:
        """Write seconds as tqdm does."""
        minutes, seconds = divmod(int(t), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:d}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"

    @classmethod
    def as_completed(cls, fs: Iterable[Any], **how: Any) -> Iterator[Any]:
        """Give what is awaited, in the order in which it ends."""
        return asyncio.as_completed(list(fs))

    @classmethod
    async def gather(cls, *fs: Any, **how: Any) -> Sequence[Any]:
        """Await all of them."""
        return await asyncio.gather(*fs)


def trange(*args: Any, **how: Any) -> tqdm:
    """Give a bar over ``range(*args)``."""
    return tqdm(range(*args), **how)


def _map(function: Callable[..., Any], *iterables: Iterable[Any], **how: Any) -> list[Any]:
    return list(map(function, *iterables))


def _enumerate(iterable: Iterable[Any], start: int = 0, *more: Any, **how: Any) -> Iterator[Any]:
    return enumerate(iterable, start)


def _over(function: Callable[..., Any]) -> Callable[..., Any]:
    """Leave out what says how a bar would look."""
    return lambda *args, **how: function(*args)


_BARS = "tqdm", "tqdm_notebook", "tqdm_gui", "tqdm_asyncio", "tqdm_rich"
NAMES: dict[str, Any] = {
    **dict.fromkeys(_BARS, tqdm),
    **dict.fromkeys(("trange", "tnrange", "tgrange", "tarange", "trrange"), trange),
    **dict.fromkeys(("thread_map", "process_map"), _map),
    "tenumerate": _enumerate,
    "tzip": _over(zip),
    "tmap": _over(map),
    "tproduct": _over(itertools.product),
}
MODULES: tuple[str, ...] = (
    "auto",
    "notebook",
    "autonotebook",
    "std",
    "contrib",
    "concurrent",
    "asyncio",
    "gui",
)
MODULES += ("rich", "itertools")

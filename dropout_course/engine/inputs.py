"""Random inputs of a law: a case repeats exactly from its seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from dropout_course.engine.inside import codec


class Inputs:
    """Draws what a law passes to an answer.

    Parameters
    ----------
    seed
        Any integer or sequence of integers: the same seed gives the same inputs.
    """

    def __init__(self, seed: int | Sequence[int]) -> None:
        self._seed = seed

    @cached_property
    def _rng(self) -> np.random.Generator:
        # Made when it is first needed: many laws draw nothing, and it takes as long as a call.
        return np.random.default_rng(self._seed)

    def normal(self, *shape: int, dtype: Any = np.float64, scale: float = 1.0) -> np.ndarray:
        """Draw standard normal numbers times `scale`."""
        return np.asarray(scale * self._rng.standard_normal(shape), dtype)

    def uniform(
        self, *shape: int, low: float = 0.0, high: float = 1.0, dtype: Any = np.float64
    ) -> np.ndarray:
        """Draw numbers uniform on [low, high)."""
        return np.asarray(self._rng.uniform(low, high, shape), dtype)

    def apart(self, *shape: int, low: float = 0.5, high: float = 2.0, dtype: Any = np.float64):
        """Draw numbers of either sign whose sizes lie in [low, high): none is nearly 0.

        For laws that a wrong answer must break under every seed.
        """
        sign = self._rng.choice((-1.0, 1.0), shape)
        return np.asarray(sign * self._rng.uniform(low, high, shape), dtype)

    def integers(self, low: int, high: int, *shape: int) -> Any:
        """Draw integers from low to high - 1: an array, or one Python int without a shape."""
        drawn = self._rng.integers(low, high, shape or None)
        return drawn if shape else int(drawn)

    def rate(self, low: float = 0.1, high: float = 0.9) -> float:
        """Draw a drop probability that keeps its distance from 0, 1/2 and 1.

        At p = 1/2 dropping and keeping look alike.
        """
        while abs((p := float(self._rng.uniform(low, high))) - 0.5) < 0.05:
            pass
        return round(p, 3)

    def mask(self, shape: tuple[int, ...], p: float) -> np.ndarray:
        """Draw a mask, True for kept.

        For 0 < p < 1 it holds at least one kept and one dropped unit wherever it has two units.
        """
        mask = self._rng.random(shape) >= p
        if 0 < p < 1 and mask.size > 1:
            one, other = self._rng.choice(mask.size, 2, replace=False)
            if mask.all():
                mask.flat[one] = False
            elif not mask.any():
                mask.flat[other] = True
        return mask

    def choice(self, options: Sequence[Any]) -> Any:
        """Pick one of the options."""
        return options[int(self._rng.integers(len(options)))]

    def rng(self) -> codec.Rng:
        """Give an argument that arrives as a fresh ``numpy.random.Generator``."""
        return codec.Rng(self.seed())

    def seed(self) -> int:
        """Draw a seed, for a scene that makes its own generators."""
        return int(self._rng.integers(2**62))

    @staticmethod
    def fn(name: str, **params: Any) -> codec.Fn:
        """Give an argument that arrives as the function `name` of `dropout_course.scenes`."""
        return codec.Fn(name, params)

    @staticmethod
    def layouts(x: np.ndarray) -> Iterator[np.ndarray]:
        """Give the same values in four memory layouts: C, Fortran, strided, reversed."""
        for how in "CFSR":
            yield codec.laid_out(np.ascontiguousarray(x), how)

    @staticmethod
    def frozen(x: np.ndarray) -> np.ndarray:
        """Give the array as one that arrives read-only: writing to it raises.

        Other arrays arrive as copies that an answer may write to without harm, so that one that
        does fails the law about it alone.
        """
        view = x.view()
        view.flags.writeable = False
        return view

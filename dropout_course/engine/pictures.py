"""Small pictures for feedback, where looking beats reading: masks, zeros, survivors.

A picture is plain data. It is drawn as inline SVG in a notebook and with characters in a terminal
and in nbgrader's feedback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

ROWS, COLUMNS = 8, 24  # a picture shows at most so many units
KEPT, DROPPED = "\N{BLACK CIRCLE}", "\N{MIDDLE DOT}"
# Mid-tones: legible on white and on near-black.
_FULL, _MARK, _FAINT = "#3b82c4", "#d9832e", "rgba(128,128,128,.35)"


@dataclass(frozen=True)
class Grid:
    """Arrays of units side by side: a dot for one that is not zero (or True), a point for zero.

    Attributes
    ----------
    labels : tuple of str
    arrays : tuple of ndarray of bool, shape (rows, columns)
    """

    labels: tuple[str, ...]
    arrays: tuple[np.ndarray, ...]

    def text(self) -> list[str]:
        """Draw with characters, one array above the other."""
        lines = []
        for label, array in zip(self.labels, self.arrays, strict=True):
            rows = ["".join(KEPT if unit else DROPPED for unit in row) for row in array]
            lines += [f"{label:<10}{rows[0]}", *(" " * 10 + row for row in rows[1:])]
        return lines

    def svg(self) -> str:
        """Draw as SVG, arrays side by side."""
        step, gap, top = 11, 26, 18
        parts, x = [], 4
        for label, array in zip(self.labels, self.arrays, strict=True):
            parts.append(f'<text x="{x}" y="12">{escape(label)}</text>')
            for (i, j), unit in np.ndenumerate(array):
                where = f'cx="{x + step * j + 5}" cy="{top + step * i + 5}"'
                if unit:
                    parts.append(f'<circle {where} r="4" fill="{_FULL}"/>')
                else:
                    parts.append(f'<circle {where} r="3.5" fill="none" stroke="{_FAINT}"/>')
            x += max(step * array.shape[1], 7 * len(label)) + gap
        rows = max(array.shape[0] for array in self.arrays)
        description = "; ".join(
            f"{label}: {int(array.sum())} of {array.size} units"
            for label, array in zip(self.labels, self.arrays, strict=True)
        )
        return _svg(x, top + step * rows + 4, description, parts)


@dataclass(frozen=True)
class Histogram:
    """Counts that came, as bars, against those that are expected, as lines.

    Attributes
    ----------
    values : tuple of int
        What was counted, ascending.
    counts : tuple of int
        How often each value came.
    expected : tuple of float
        How often it should, on average.
    label : str
    """

    values: tuple[int, ...]
    counts: tuple[int, ...]
    expected: tuple[float, ...]
    label: str

    def text(self) -> list[str]:
        """Draw with characters, a line a value."""
        top = max(*self.counts, *self.expected, 1)
        lines = [f"{self.label} (came, expected):"]
        for value, count, mean in zip(self.values, self.counts, self.expected, strict=True):
            bar = "█" * round(24 * count / top)
            lines.append(f"{value:>5} {bar:<24} {count:>3}, {mean:.1f}")
        return lines

    def svg(self) -> str:
        """Draw as SVG."""
        wide, high, top = 16, 70, 18
        most = max(*self.counts, *self.expected, 1)
        parts = [f'<text x="4" y="12">{escape(self.label)}: came (bars), expected (lines)</text>']
        for i, (value, count, mean) in enumerate(
            zip(self.values, self.counts, self.expected, strict=True)
        ):
            x, tall, line = 6 + wide * i, high * count / most, top + high * (1 - mean / most)
            parts.append(
                f'<rect x="{x}" y="{top + high - tall:.1f}" width="{wide - 4}" '
                f'height="{tall:.1f}" fill="{_FULL}"/>'
                f'<path d="M{x - 1} {line:.1f}h{wide - 2}" stroke="{_MARK}" stroke-width="2.5"/>'
                f'<text x="{x + 6}" y="{top + high + 13}" text-anchor="middle">{value}</text>'
            )
        pairs = zip(self.values, self.counts, self.expected, strict=True)
        description = ", ".join(
            f"{value} came {count} times, expected {m:.1f}" for value, count, m in pairs
        )
        return _svg(max(6 + wide * len(self.values), 260), top + high + 18, description, parts)


Picture = Grid | Histogram


def _svg(width: float, height: float, description: str, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(description, quote=True)}" width="{width:g}" '
        f'height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
        'style="max-width:100%;font:11px sans-serif" fill="currentColor">'
        + "".join(parts)
        + "</svg>"
    )


def zeros(expected: object, received: object) -> Grid | None:
    """Show where two arrays have zeros, if that is where they differ.

    Parameters
    ----------
    expected, received
        Anything; a picture is made of two arrays of one shape and at most two dimensions.
    """
    if not (isinstance(expected, np.ndarray) and isinstance(received, np.ndarray)):
        return None
    if expected.shape != received.shape or expected.ndim not in (1, 2) or expected.size < 2:
        return None
    want, got = _units(expected), _units(received)
    if np.array_equal(want, got) or want.all() or not want.any():
        return None
    return Grid(("expected", "received"), (want, got))


def units(label: str, array: np.ndarray) -> Grid:
    """Show which units of one array are kept."""
    return Grid((label,), (_units(array),))


def _units(array: np.ndarray) -> np.ndarray:
    flat = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    return np.asarray(flat[:ROWS, :COLUMNS] != 0)


def survivors(kept: Sequence[int], n: int, q: float) -> Histogram:
    """Show numbers of kept units against the binomial distribution.

    Parameters
    ----------
    kept
        One number of kept units a mask.
    n, q
        Units, and the probability of keeping one.
    """
    middle, spread = n * q, (n * q * (1 - q)) ** 0.5
    low = max(0, min(*kept, int(middle - 2 * spread)))
    high = min(n, max(*kept, int(middle + 2 * spread) + 1))
    values = tuple(range(low, min(high, low + COLUMNS) + 1))
    expected, pmf = [], (1 - q) ** n
    weights = []
    for k in range(n + 1):
        weights.append(pmf)
        pmf *= (n - k) / (k + 1) * q / (1 - q)
    expected = [len(kept) * weights[k] for k in values]
    counts = tuple(sum(one == value for one in kept) for value in values)
    return Histogram(values, counts, tuple(expected), "kept units")

"""How well one colour can be read on another, by WCAG 2."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def of_hex(colour: str) -> list[int]:
    """Give red, green and blue of a colour such as ``#14191f``, from 0 to 255."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def contrast(ink: Sequence[int], paper: Sequence[int]) -> float:
    """Give the contrast ratio of two colours, from 1 to 21."""
    bright, dark = sorted([_luminance(ink), _luminance(paper)], reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: Sequence[int]) -> float:
    shares = np.asarray(colour) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])

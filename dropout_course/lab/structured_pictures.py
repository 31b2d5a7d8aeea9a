"""Pictures of chapter 07: what is lost, the mask gallery, noise and error curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .plots import COLORS, MUTED, _pyplot, axes, line

GONE = (0.75, 0.30, 0.10, 1.0)  # vermilion: what a mask has taken


def losses(image: np.ndarray, masks: Mapping[str, np.ndarray]) -> None:
    """Show an 8 x 8 image whole, and behind each mask; dropped pixels are vermilion."""
    panels = axes(1 + len(masks), figsize=(6.6, 2.7))
    shown = {"the image": np.ones(image.shape, bool), **masks}
    for ax, (name, mask) in zip(panels, shown.items(), strict=True):
        grey = 1 - image[..., None] * np.array([1.0, 1.0, 1.0])
        picture = np.concatenate([grey, np.ones((*image.shape, 1))], axis=-1)
        picture[~mask] = GONE
        _tiles(ax, picture, name)
        for spine in ax.spines.values():
            spine.set(visible=True, color=MUTED)


def gallery(masks: Mapping[str, np.ndarray]) -> None:
    """Show masks ``(examples, channels, H, W)``, a small map for each example and channel."""
    panels = _pyplot().subplots(2, (len(masks) + 1) // 2, figsize=(5.4, 4.5), squeeze=False)[1]
    for ax, (name, mask) in zip(panels.flat, masks.items(), strict=True):
        _tiles(ax, _mosaic(mask), name)
        ax.set(xlabel="channels", ylabel="examples")


def noise_curve(sides: Sequence[int], ratios: np.ndarray, title: str) -> None:
    """Draw noise of element dropout over noise of channel dropout, against the averaged area."""
    ax = axes(1, title, "entries averaged", "noise of pixel coins\nrelative to channel coins")
    areas = [side**2 for side in sides]
    line(ax, areas, ratios, "maps of a trained network")
    ax.plot(areas, 1 / np.sqrt(areas), color=COLORS[1], linestyle="--", label="a constant map")
    ax.axhline(1, color=MUTED, linestyle=":", label="channel coins")
    ax.set(xscale="log", yscale="log")
    ax.set_xticks(areas, [str(a) for a in areas])
    ax.set_yticks([0.125, 0.25, 0.5, 1], ["1/8", "1/4", "1/2", "1"])
    ax.minorticks_off()
    ax.legend(loc="lower left")


def change_curves(rates: Sequence[float], changes: Mapping[str, np.ndarray], title: str) -> None:
    """Draw the change of the test error against the rate, a line a kind, runs in columns."""
    ax = axes(1, title, "probability p of dropping", "change of test error / points")
    for series, (name, runs) in enumerate(changes.items()):
        shift = 0.005 * (series - 1)  # error bars side by side
        line(ax, [p + shift for p in rates], runs, name, series)
    ax.axhline(0, color=MUTED, linestyle=":", label="no dropout")
    ax.set_xticks(rates)
    ax.legend(loc="lower left")


def _mosaic(mask: np.ndarray) -> np.ndarray:
    """Lay maps out in a grid with transparent gaps, as RGBA."""
    rows, columns, height, width = mask.shape
    picture = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 4))
    kept, dropped = _rgba(COLORS[0], 0.9), np.array(GONE)
    for r, c in np.ndindex(rows, columns):
        top, left = r * (height + 1), c * (width + 1)
        tile = np.where(mask[r, c][..., None], kept, dropped)
        picture[top : top + height, left : left + width] = tile
    return picture


def _tiles(ax: Any, picture: np.ndarray, title: str) -> None:
    ax.imshow(picture, interpolation="nearest")
    ax.set_title(title, fontsize=10.5)
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _rgba(colour: str, alpha: float) -> np.ndarray:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return np.array([*channels, alpha])

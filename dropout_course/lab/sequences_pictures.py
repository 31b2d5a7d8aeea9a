"""Pictures of chapter 09: survival of a state, masks in time, recall, sums of attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .plots import COLORS, MARKERS, MUTED, axes, line
from .stats import mean


def survival(keep: Sequence[float], steps: int) -> None:
    """Draw the probability that a state still lives after T masks, new or always the same."""
    ax = axes(1, "What a new mask each step leaves", "steps T", "probability that it lives")
    T = np.arange(0, steps + 1)
    for series, q in enumerate(keep):
        ax.plot(
            T, q**T, color=COLORS[series], marker=MARKERS[series], markevery=5, label=f"q = {q}"
        )
        ax.plot(T[1:], 0 * T[1:] + q, color=COLORS[series], linestyle=":")
    ax.plot([], [], color=MUTED, linestyle=":", label="one mask for all steps")
    ax.set_ylim(0, 1.02)
    ax.set_xticks(range(0, steps + 1, 5))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def masks_in_time(masks: Mapping[str, np.ndarray]) -> None:
    """Show masks ``(T, H)`` of one sequence, time across; kept units are blue."""
    panels = axes(len(masks), figsize=(7.0, 2.6))
    color = [int(COLORS[0][i : i + 2], 16) / 255 for i in (1, 3, 5)]
    for ax, (name, mask) in zip(panels, masks.items(), strict=True):
        tiles = np.empty((*mask.T.shape, 4))
        tiles[..., :3] = color
        tiles[..., 3] = 0.08 + 0.92 * mask.T
        ax.imshow(tiles, interpolation="nearest", aspect="auto")
        ax.set_title(name, fontsize=11, fontweight="normal", loc="center")
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_xlabel("time")
    panels[0].set_ylabel("units")


def recall(delays: Sequence[int], found: Mapping[str, np.ndarray]) -> None:
    """Draw letters recalled ``(delays, seeds)`` against the delay; the first kind is no noise."""
    ax = axes(1, "Who still knows the letter?", "steps between letter and answer", "right / %")
    for series, (name, runs) in enumerate(found.items()):
        if series:
            shift = 0.35 * (series - len(found) / 2)  # two of the lines have the same means
            line(ax, [delay + shift for delay in delays], runs, name, series - 1)
        else:  # what the others are compared with
            ax.plot(delays, mean(runs), color=MUTED, linestyle="--", label=name)
    ax.axhline(25, color=MUTED, linestyle=":", label="guessing")
    ax.set_xticks(delays)
    ax.set_ylim(0, 105)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def row_sums(sums: Mapping[str, np.ndarray]) -> None:
    """Draw how the sums of dropped attention rows are spread, for several rows."""
    ax = axes(1, "Rows sum to 1 on average only", "sum of the weights of a row", "share of masks")
    bins = np.linspace(0, 2, 41)
    for series, (name, values) in enumerate(sums.items()):
        share = np.histogram(values, bins)[0] / len(values)
        ax.stairs(
            share,
            bins,
            color=COLORS[series],
            label=name,
            linewidth=2,
            linestyle=("-", "--")[series],
        )
    ax.axvline(1, color=MUTED, linestyle=":")
    ax.legend()

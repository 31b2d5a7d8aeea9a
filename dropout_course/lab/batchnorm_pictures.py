"""Pictures of chapter 10: errors in both modes, shifts of the variance, depth traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .plots import COLORS, MARKERS, MUTED, axes, line
from .selu import Trace


def modes(epochs: Sequence[int], errors: Mapping[str, np.ndarray], title: str) -> None:
    """Draw errors against epochs, a line a mode; rows are epochs, columns runs."""
    ax = axes(1, title, "epochs of training", "training digits misread / %")
    for series, (name, runs) in enumerate(errors.items()):
        line(ax, epochs, runs, name, series)
    ax.set_ylim(bottom=0)
    ax.legend()


def predictions(measured: np.ndarray, predicted: Mapping[str, np.ndarray], title: str) -> None:
    """Draw predicted against measured shifts, a point a unit, and the line where they agree."""
    ax = axes(1, title, "shift Δ, measured", "shift Δ, predicted", figsize=(5.4, 4.2))
    for series, (name, values) in reversed(list(enumerate(predicted.items()))):
        marks = {"marker": MARKERS[series], "s": 12, "alpha": 0.7, "linewidths": 0}
        ax.scatter(measured, values, label=name, color=COLORS[series], **marks)
    ends = [measured.min(), measured.max()]
    ax.plot(ends, ends, color=MUTED, linestyle="--", label="agreement")
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], labels[::-1], loc="lower right")


def by_layer(ratios: Mapping[str, np.ndarray], single: float, title: str) -> None:
    """Draw variance ratios against the number of the batch norm; rows layers, columns runs."""
    ax = axes(1, title, "batch norm, counted from the input", "variance in evaluation / stored")
    for series, (name, runs) in enumerate(ratios.items()):
        places = list(range(1, len(runs) + 1))
        line(ax, places, runs, name, series)
    powers = [single**place for place in places]
    ax.plot(places, powers, color=MUTED, linestyle="--", label=f"{single:g} in every layer")
    ax.axhline(1, color=MUTED, linestyle=":")
    ax.set_xticks(places)
    ax.set_ylim(0, 1.08)
    ax.legend(loc="upper right", bbox_to_anchor=(1, 0.95))


def by_rate(rates: Sequence[float], errors: Mapping[str, np.ndarray], title: str) -> None:
    """Draw test errors against the rate; rows rates, columns runs."""
    ax = axes(1, title, "probability p of dropping", "test error / %")
    for series, (name, runs) in enumerate(errors.items()):
        line(ax, rates, runs, name, series)
    ax.set_yscale("log")
    ax.set_xticks(rates)
    ax.set_yticks([3, 5, 10, 20, 40], ["3", "5", "10", "20", "40"])
    ax.minorticks_off()
    ax.legend(loc="upper left")


def traces(found: Mapping[str, Trace], title: str) -> None:
    """Draw variance and remaining signal against depth, a line a kind of dropout."""
    left, right = axes(2, title, "SELU layer", "variance", figsize=(8.4, 3.8))
    right.set_title("… and what is left of the signal")
    right.set_ylabel("correlation without dropout")
    styles = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))
    for series, (name, trace) in enumerate(found.items()):
        depth = np.arange(1, len(trace.var) + 1)
        look = {"color": COLORS[series % len(COLORS)], "linestyle": styles[series % len(styles)]}
        for ax, runs in ((left, trace.var), (right, trace.signal)):
            middle, error = runs.mean(1), runs.std(1, ddof=1) / np.sqrt(runs.shape[1])
            ax.plot(depth, middle, label=name, **look)
            ax.fill_between(depth, middle - error, middle + error, color=look["color"], alpha=0.2)
    left.set_ylim(0, 1.75)
    handles, names = left.get_legend_handles_labels()
    left.figure.legend(handles, names, loc="outside lower center", ncols=2)


def feature_maps(groups: Mapping[str, np.ndarray], low: float, high: float) -> None:
    """Show four channels ``(4, H, W)`` two by two for each name, from `low` to `high`."""
    panels = axes(len(groups), figsize=(7.2, 2.7))
    for ax, (name, maps) in zip(panels, groups.items(), strict=True):
        framed = np.pad(maps, ((0, 0), (1, 1), (1, 1)), constant_values=np.nan)
        mosaic = np.block([[framed[0], framed[1]], [framed[2], framed[3]]])
        picture = ax.imshow(mosaic, cmap="viridis", vmin=low, vmax=high)
        ax.set_title(name, fontsize=11)
        ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set(visible=False)
    panels[0].figure.colorbar(picture, ax=panels, shrink=0.8, label="activation")

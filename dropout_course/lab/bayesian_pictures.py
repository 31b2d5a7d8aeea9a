"""Pictures of chapter 12: forecasts, doubt against angles, what is left unanswered, contraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .bayesian_tasks import SIZES, Air
from .plots import COLORS, MUTED, axes, line

STYLES = ("-", "--", "-.", ":")


def forecasts(air: Air, years: np.ndarray, samples: Mapping[str, np.ndarray], title: str) -> None:
    """Draw the mean of passes (T, n), and two standard deviations around it, for each name."""
    ax = axes(1, title, "year", "CO₂ / ppm", figsize=(7.0, 4.0))
    ax.plot(air.years, air.ppm, color=MUTED, linewidth=0.8, label="measured")
    for series, (name, passes) in enumerate(samples.items()):
        mean, spread = passes.mean(axis=0), passes.std(axis=0)
        ax.plot(years, mean, color=COLORS[series], linestyle=STYLES[series], label=name)
        ax.fill_between(
            years, mean - 2 * spread, mean + 2 * spread, color=COLORS[series], alpha=0.25
        )
    ax.axvline(air.ends, color=MUTED, linestyle=":")
    ax.annotate("training data end", (air.ends, 372), (4, 0), textcoords="offset points", va="top")
    ax.legend(loc="upper left")


def by_angle(
    angles: Sequence[float],
    left: Mapping[str, np.ndarray],
    right: Mapping[str, np.ndarray],
    title: str,
    titles: tuple[str, str, str],
) -> None:
    """Draw two quantities against the angle; rows are angles, columns runs.

    Parameters
    ----------
    angles : sequence of float
        In degrees.
    left, right : dict
        For each panel: a line a name.
    title : str
        Of the left panel.
    titles : tuple of str
        Label of the left panel's axis, title and label of the right one.
    """
    one, two = axes(2, title, "digits turned by / degrees", titles[0], figsize=(8.4, 3.9))
    two.set_title(titles[1])
    two.set_ylabel(titles[2])
    for ax, groups in ((one, left), (two, right)):
        for series, (name, runs) in enumerate(groups.items()):
            line(ax, angles, runs, name, series)
        ax.set_xticks(angles[::2])
        ax.set_ylim(bottom=0)
    handles, names = one.get_legend_handles_labels()
    one.figure.legend(handles, names, loc="outside lower center", ncols=2)


def sure_of(images: np.ndarray, captions: Sequence[str]) -> None:
    """Show images (n, 64) in a row, each with a caption below."""
    panels = axes(len(images), figsize=(7.2, 1.9))
    for ax, image, caption in zip(panels, images, captions, strict=True):
        ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[], ylabel="")
        ax.set_xlabel(caption, fontsize=10)
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set(visible=True)


def by_share(shares: Sequence[float], errors: Mapping[str, np.ndarray], title: str) -> None:
    """Draw errors on the least doubtful share of the points; rows are shares, columns runs."""
    ax = axes(1, title, "share of the digits that are answered / %", "error on these / %")
    for series, (name, runs) in enumerate(errors.items()):
        line(ax, [100 * share for share in shares], runs, name, series)
    ax.set_ylim(bottom=0)
    ax.legend()


def contraction(spreads: Mapping[str, np.ndarray], title: str) -> None:
    """Draw spreads against the number of examples, both axes logarithmic."""
    label = "spread of the prediction"
    ax = axes(1, title, "training examples N", label, figsize=(7.0, 4.0))
    for series, (name, runs) in enumerate(spreads.items()):
        line(ax, SIZES, runs, name, series)
    start = next(iter(spreads.values()))[0].mean()
    falling = [start * (n / SIZES[0]) ** -0.5 for n in SIZES]
    ax.plot(SIZES, falling, color=MUTED, linestyle=":", label="slope −1/2")
    ax.set(xscale="log", yscale="log")
    ax.set_xticks(SIZES, [str(n) for n in SIZES])
    ax.set_yticks([0.03, 0.1, 0.3], ["0.03", "0.1", "0.3"])
    ax.minorticks_off()
    ax.legend(loc="lower left")

"""One look for every figure of the course.

Figures are SVG on a transparent ground, so one file serves the light and the dark theme.
Each colour has a contrast of at least 4.5 : 1 with white, where text needs it, and 3 : 1 with
near-black; the book's dark theme brightens figures to 4.5 : 1 (tests say so). The hues stay apart
for colour-blind readers, and series differ in marker as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .stats import mean, standard_error

# in the order of use: blue, vermilion, green, purple, ochre
COLORS = ("#2775b1", "#bf4d19", "#168062", "#9358b2", "#926a00")
MUTED = "#707070"  # axes, text, reference lines: in between white and black
MARKERS = ("o", "s", "^", "D", "v")

STYLE: dict[str, Any] = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.transparent": True,
    "figure.figsize": (7.0, 3.6),
    "figure.constrained_layout.use": True,
    "svg.hashsalt": "dropout-course",  # the same figure gets the same bytes
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same glyphs everywhere
    "font.size": 11,
    "text.color": MUTED,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": MUTED,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": MUTED,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.frameon": False,
    "legend.fontsize": 10.5,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "errorbar.capsize": 3,
}


def axes(columns: int = 1, title: str = "", xlabel: str = "", ylabel: str = "", **kwargs: Any):
    """Open a figure in the style of the course.

    Parameters
    ----------
    columns : int
        Panels next to each other.
    title : str
        The message of the figure, above its first panel.
    xlabel, ylabel : str
        Labels with units; every panel gets the x label, the first one the y label.
    **kwargs
        Passed on to ``matplotlib.pyplot.subplots``, such as ``sharey`` or ``figsize``.

    Returns
    -------
    matplotlib Axes, or an array of `columns` of them
    """
    panels = _pyplot().subplots(1, columns, squeeze=False, **kwargs)[1][0]
    for panel in panels:
        panel.set_xlabel(xlabel)
    panels[0].set_ylabel(ylabel)
    panels[0].set_title(title)
    return panels[0] if columns == 1 else panels


def line(ax: Any, x: Sequence[float], runs: np.ndarray, label: str, series: int = 0) -> None:
    """Draw the mean over runs with error bars of one standard error.

    Parameters
    ----------
    ax : Axes
        From `axes`.
    x : sequence of float, length m
        Positions.
    runs : ndarray, shape (m, seeds)
        One row a position, one column a seed.
    label : str
        Name in the legend.
    series : int
        Chooses colour and marker.
    """
    ax.errorbar(
        x,
        mean(runs),
        yerr=standard_error(runs),
        label=label,
        color=COLORS[series % len(COLORS)],
        marker=MARKERS[series % len(MARKERS)],
    )


def scatter(ax: Any, x: Sequence[float], y: Sequence[float], label: str, series: int = 0) -> None:
    """Draw points without a line, in the colour and marker of a series."""
    ax.plot(
        x,
        y,
        linestyle="none",
        label=label,
        color=COLORS[series % len(COLORS)],
        marker=MARKERS[series % len(MARKERS)],
    )


def bar(
    ax: Any,
    x: Sequence[float],
    height: Sequence[float],
    label: str,
    series: int = 0,
    width: float | Sequence[float] = 0.8,
) -> None:
    """Draw bars of the given widths, for counts and probabilities."""
    ax.bar(x, height, width, label=label, color=COLORS[series % len(COLORS)], alpha=0.75)


def mark(ax: Any, x: float, label: str, series: int = 0) -> None:
    """Draw a vertical line at one value; every series has its own dashes."""
    dashes = ("-", "--", "-.", ":")[series % 4]
    ax.axvline(x, label=label, color=COLORS[series % len(COLORS)], linestyle=dashes, linewidth=2.5)


def _pyplot():
    """Import matplotlib late (grading needs no figure) and set the style once."""
    import matplotlib.pyplot as plt

    plt.style.use(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return plt
    shell = get_ipython()
    if shell is not None:
        set_matplotlib_formats("svg", metadata={"Date": None})  # no date: stable bytes
        if shell.config.CourseFigures.narrow is True:  # the kernels that make the book's pages
            from .narrow import both

            shell.display_formatter.formatters["image/svg+xml"].for_type(plt.Figure, both)
    return plt

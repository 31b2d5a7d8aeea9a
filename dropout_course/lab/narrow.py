"""Every figure a second time, for a phone: panels below each other, text large enough to read.

The book shows this drawing where the page is narrow. It is derived from the finished figure, so a
chapter draws once and says nothing about it: `both` prints the figure, lays it out anew at the
width of a phone, prints it again, and hides the second drawing in the first (the book's extension
`figures` takes it out).
"""

from __future__ import annotations

from typing import Any

from .narrow_page import CANVAS, FINE, WIDTH, Key, Page, bare

COLUMN, LEAST = 670, 8.5  # px, the book's column on a desktop; points, 11 px and a little
RATIO = 0.72  # height over width of a panel whose shape is free
HIDDEN = ('<metadata id="narrow"><![CDATA[', "]]></metadata>")


def both(figure: Any) -> str | None:
    """Return a figure as SVG that carries its narrow drawing inside; None for an empty figure.

    Afterwards `figure` is the narrow one.
    """
    from IPython.core.pylabtools import print_figure

    dateless = {"Date": None}  # the same figure gets the same bytes
    _enlarge(figure)
    wide = print_figure(figure, "svg", metadata=dateless)
    if wide is None:
        return None
    relayout(figure)
    small = print_figure(figure, "svg", bbox_inches=None, metadata=dateless)
    head, end, tail = wide.rpartition("</svg>")
    return f"{head}{HIDDEN[0]}{small}{HIDDEN[1]}{end}{tail}"


def _enlarge(figure: Any) -> None:
    """Let no text of a figure fall below 11 px where the page shrinks it to its column."""
    from matplotlib.text import Text

    shrunk = max(1.0, figure.get_figwidth() * 96 / COLUMN)
    for text in figure.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), LEAST * shrunk))


def relayout(figure: Any) -> None:
    """Lay a finished figure out for a column of `WIDTH` points, in place.

    Plots come below each other, pictures without an axis in as many columns as their names allow.
    Titles, keys and the names of vertical axes stand above the plot, over its whole width.
    """
    figure.draw_without_rendering()  # constrained layout decides on the shapes of panels
    bars = [ax for ax in figure.axes if ax.get_label() == "<colorbar>"]
    panels = [ax for ax in figure.axes if ax not in bars]
    shapes = [_shape(ax) for ax in panels]
    keys = [_taken(legend) for legend in (*figure.legends, *(ax.get_legend() for ax in panels))]
    dpi = figure.dpi
    figure.set_layout_engine("none")
    figure.set_dpi(FINE)
    figure.set_size_inches(WIDTH / 72, CANVAS / 72)
    Page(figure).fill(panels, shapes, keys, bars)
    figure.set_dpi(dpi)


def _shape(ax: Any) -> float:
    """Height over width: a picture keeps its own."""
    box = ax.get_window_extent()
    return box.height / box.width if bare(ax) or ax.get_aspect() != "auto" else RATIO


def _taken(legend: Any) -> Key | None:
    """Remove a legend, and return what it says."""
    if legend is None:
        return None
    figure, owner = legend.get_figure(), legend.axes
    known: dict[str, Any] = {}
    for ax in [owner] if owner is not None else figure.axes:
        handles, names = ax.get_legend_handles_labels()
        known = dict(zip(names, handles, strict=True)) | known
    names = [text.get_text() for text in legend.get_texts()]
    drawn = zip(names, legend.legend_handles, strict=True)
    handles = [known.get(name, handle) for name, handle in drawn]
    title = legend.get_title().get_text()
    legend.remove()
    return Key(owner, handles, names, "" if title == "None" else title)

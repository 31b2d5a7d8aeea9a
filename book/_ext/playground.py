"""The interactive figure ``{playground}``: two networks, one with dropout, train in the page.

    ```{playground}
    :name: fig-playground

    The caption, in MyST.
    ```

The directive draws a still picture: the state that the figure reaches with its first preset. It is
complete without JavaScript; ``_static/js/mlp.js`` and ``playground.js`` bring it to life. What it
shows, and how its presets end over many seeds, is in ``_data/playground.json``, which
``python -m bench playground`` writes by running those scripts. ``{playground-results} presets`` (or
``slips``, of ``{build-your-own}``) sets these results as a table, and stops the build where they
don't bear what the text says of them.
"""

from __future__ import annotations

import hashlib
import json
from html import escape
from itertools import groupby
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from live_figures import figure_of, load_with
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

BOOK = Path(__file__).resolve().parents[1]
DATA = BOOK / "_data" / "playground.json"
SCRIPTS = ("mlp.js", "playground.js")
TRIALS = "build-your-own.js"
T95 = {15: 2.131}  # quantile 0.975 of Student's t by degrees of freedom
# Title of each preset, and what the page says of it.
SAYS = {
    "noisy": ("Noisy labels", "dropout helps"),
    "clean": ("Clean labels", "no clear difference"),
    "narrow": ("A narrow network", "dropout hurts"),
    "decay": ("Weight decay on both", "dropout still helps"),
}
RIGHT = "each inverted identity"
# The same of layers that are wrong in one respect, by the choices in the menus.
SLIPS = {
    "each none identity": ("No factor at all", "no difference shown"),
    "batch inverted identity": ("One mask for the batch", "no difference shown"),
    "exact inverted identity": ("An exact count", "no difference shown"),
    "each inverted drops": ("Dropping in evaluation", "worse"),
    "each rate identity": ("Divided by p", "worse"),
}


def scripts_hash() -> str:
    """Return the hash of the scripts that the stored results come from."""
    total = hashlib.sha256()
    for name in (*SCRIPTS, TRIALS):
        total.update((BOOK / "_static" / "js" / name).read_bytes())
    return total.hexdigest()[:16]


def results() -> dict[str, Any]:
    """Read the stored results.

    Raises
    ------
    ExtensionError
        There are none, or they come from other scripts.
    """
    how = "run `python -m bench playground`"
    if not DATA.is_file():
        raise ExtensionError(f"{DATA.name} is missing: {how}")
    data = json.loads(DATA.read_text())
    if data["scripts"] != scripts_hash():
        raise ExtensionError(f"{DATA.name} comes from other scripts than these: {how}")
    return data


def interval(pairs: list[list[float]]) -> tuple[float, float, float]:
    """Return mean and 95 % interval (Student's t) of plain minus dropout, in points of error."""
    gains = [100 * (plain - dropout) for plain, dropout in pairs]
    n, mean = len(gains), sum(gains) / len(gains)
    half = T95[n - 1] * sqrt(sum((g - mean) ** 2 for g in gains) / (n - 1) / n)
    return mean, mean - half, mean + half


def bears(says: str, low: float, high: float) -> bool:
    """Return whether an interval of the gain, in points, bears what is said of it."""
    if says.endswith("helps"):
        return low > 0
    if says.endswith(("hurts", "worse")):
        return high < 0
    return low < 0 < high


# --- the still picture ------------------------------------------------------------------------


def cells(levels: list[int], side: int) -> str:
    """Draw a map, a rectangle for each run of equal cells in a row; the sign is the class."""
    parts = []
    for row in range(side):
        column = 0
        for level, run in groupby(levels[row * side : (row + 1) * side]):
            wide = len(list(run))
            parts.append(
                f'<rect class="pg-cell{int(level > 0)}" x="{column}" y="{row}" width="{wide}" '
                f'height="1" opacity="{0.1 + 0.08 * abs(level):.2f}"/>'
            )
            column += wide
    return "".join(parts)


def points(still: dict[str, Any]) -> str:
    """Draw the training points: circles of one class, squares of the other, wrong ones ringed."""
    parts = []
    for x, y, label, wrong in still["points"]:
        ring = " pg-wrong" if wrong else ""
        if label:
            shape = f'<circle cx="{x:g}" cy="{y:g}" r=".38"'
        else:
            shape = f'<rect x="{x - 0.34:.2f}" y="{y - 0.34:.2f}" width=".68" height=".68"'
        parts.append(f'{shape} class="pg-point pg-cell{label}{ring}"/>')
    return "".join(parts)


def picture(still: dict[str, Any]) -> str:
    """Return both panels and the sentence that goes with them."""
    side, panels = still["side"], []
    for k, (which, title) in enumerate([("plain", "without dropout"), ("dropout", "with dropout")]):
        numbers = f"test {100 * still['test'][k]:.1f} %, training {100 * still['train'][k]:.1f} %"
        label = f"What a network {title} has learned from 100 points, a fifth labelled wrongly."
        panels.append(
            f'<figure class="pg-panel pg-{which}"><figcaption><strong>{title}</strong> '
            f'<span class="pg-numbers">{numbers}</span></figcaption>'
            f'<svg viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}">'
            f'<g shape-rendering="crispEdges">{cells(still["maps"][k], side)}</g>'
            f"{points(still)}</svg></figure>"
        )
    return (
        f'<div class="pg-still"><div class="pg-panels">{"".join(panels)}</div>'
        f"<p>After {still['epoch']} epochs at p = {still['rate']:g}. With JavaScript both networks "
        "train before your eyes.</p></div>"
    )


# --- directives -------------------------------------------------------------------------------


class Playground(SphinxDirective):
    """``{playground}``: the figure with its caption, numbered like any other figure."""

    has_content = True
    option_spec: ClassVar[dict] = {
        "preset": lambda text: directives.choice(text, tuple(SAYS)),
        "seed": directives.nonnegative_int,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        self.env.note_dependency(str(DATA))
        still = results()["still"]
        preset = self.options.get("preset", "noisy")
        html = (
            f'<dropout-playground preset="{preset}" seed="{self.options.get("seed", 1)}">'
            f"{picture(still)}</dropout-playground>"
        )
        return figure_of(self, html, "dropout-playground")


def preset_rows() -> list[list[str]]:
    """Return the cells of the table of presets, the heading first."""
    rows = [["preset", "without", "with", "gain of dropout", "so"]]
    for name, (title, says) in SAYS.items():
        pairs = results()["presets"][name]
        plain, dropout = (100 * sum(pair[k] for pair in pairs) / len(pairs) for k in (0, 1))
        rows.append([title, f"{plain:.1f}", f"{dropout:.1f}", borne(title, says, pairs), says])
    return rows


def slip_rows() -> list[list[str]]:
    """Return the cells of the table of slips, the heading first."""
    slips = results()["slips"]
    rows = [["the layer", "error", "right layer", "gain over the right one", "so"]]
    for name, (title, says) in SLIPS.items():
        pairs = [list(pair) for pair in zip(slips[RIGHT], slips[name], strict=True)]
        right, wrong = (100 * sum(pair[k] for pair in pairs) / len(pairs) for k in (0, 1))
        rows.append([title, f"{wrong:.1f}", f"{right:.1f}", borne(title, says, pairs), says])
    return rows


def borne(title: str, says: str, pairs: list[list[float]]) -> str:
    """Return the gain with its interval as text.

    Raises
    ------
    ExtensionError
        It does not bear what is said of it.
    """
    mean, low, high = interval(pairs)
    text = f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]".replace("-", "\u2212")
    if not bears(says, low, high):
        raise ExtensionError(f"{DATA.name}: “{says}” does not hold for {title}: {text} points")
    return text


TABLES = {
    "presets": ("Test error after 800 epochs / %", preset_rows),
    "slips": ("Test error in evaluation after 400 epochs / %", slip_rows),
}
DRAWN = "16 seeds: data, wrong labels, weights and masks drawn anew; gain in points, 95 % interval"


class Results(SphinxDirective):
    """``{playground-results} presets`` or ``slips``: how they end over many seeds, as a table."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table; a verdict that the data don't bear is an error."""
        self.env.note_dependency(str(DATA))
        which = self.arguments[0]
        if which not in TABLES:
            raise self.error(f"{{playground-results}} takes one of {', '.join(TABLES)}")
        title, rows = TABLES[which]
        lines = [f":::{{list-table}} {title} ({DRAWN})", ":header-rows: 1"]
        lines += [f":name: tab-playground-{which}", ""]
        for cells in rows():
            lines += [f"{'*' if not k else ' '} - {cell}" for k, cell in enumerate(cells)]
        box = nodes.Element()
        source = StringList([*lines, ":::"], source=DATA.name)
        self.state.nested_parse(source, self.content_offset, box)
        return list(box.children)


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("playground", Playground)
    app.add_directive("playground-results", Results)
    return load_with(app, "dropout-playground", "playground.css", SCRIPTS)

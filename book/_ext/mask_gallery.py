"""The interactive figure ``{mask-gallery}``: who shares a coin, on the same activations.

    ```{mask-gallery}
    :name: fig-mask-gallery

    The caption, in MyST.
    ```

Three digits behind four small filters, a weight matrix for each of three examples, and a recurrent
layer over time: ``_static/js/mask-gallery.js`` drops parts of them as seven members of the family
do. The directive draws one of them, channels, and hands over the activations.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from live_figures import element, figure_of, load_with, uniforms
from sphinx.util.docutils import SphinxDirective

from dropout_course import lab

if TYPE_CHECKING:
    from sphinx.application import Sphinx

KIND, RATE, SEED = "channel", 0.3, 5
SHOWN = (32, 4, 9)  # digits of the first split
LEVELS = 9


def maps() -> np.ndarray:
    """Return three digits behind four filters, whole numbers 0 to 9 of shape (3, 4, 8, 8)."""
    digits = lab.digits(0, n_train=500, noise=0.0).X_train[list(SHOWN)].reshape(-1, 8, 8)
    x = np.pad(digits, ((0, 0), (1, 1), (1, 1)))
    middle = slice(1, -1)
    rows = np.abs(x[:, 2:, middle] - x[:, :-2, middle])
    columns = np.abs(x[:, middle, 2:] - x[:, middle, :-2])
    near = [x[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
    found = np.stack([digits, rows, columns, np.mean(near, axis=0)], axis=1)
    return np.rint(LEVELS * found / found.max(axis=(0, 2, 3), keepdims=True)).astype(int)


def weights() -> np.ndarray:
    """Return sizes of weights, whole numbers 0 to 9, the same (8, 12) for three examples."""
    drawn = np.rint(LEVELS * uniforms(2, 96) ** 1.5).astype(int).reshape(8, 12)
    return np.broadcast_to(drawn, (3, 8, 12))


def states() -> np.ndarray:
    """Return states of twelve units over 16 steps in three sequences, (16, 3, 12), 0 to 9."""
    pace, start = uniforms(3, 72).reshape(2, 3, 12)
    t = np.arange(16)[:, None, None]
    return np.rint(LEVELS * (1 + np.sin(t * (0.2 + 0.6 * pace) + 6.3 * start)) / 2).astype(int)


def tensors() -> dict[str, str]:
    """Return the activations as the page brings them, a digit an entry."""
    made = {"maps": maps(), "weights": weights(), "time": states()}
    return {name: "".join(map(str, array.ravel())) for name, array in made.items()}


def picture(kept: np.ndarray, factor: float, label: str) -> str:
    """Draw the maps behind a mask of shape (3, 4), a path for each level."""
    cells: dict[object, str] = {}
    crossed = ""
    for (n, c, i, j), value in np.ndenumerate(maps()):
        row, column = 9 * n + i, 9 * c + j
        level: object = int(value) if kept[n, c] else "gone"
        cells[level] = cells.get(level, "") + f"M{column} {row}h1v1h-1z"
        if not kept[n, c]:
            crossed += f"M{column} {row + 1}l1 -1"
    drawn = [
        f'<path class="mg-gone" d="{d}"/><path class="mg-cross" d="{crossed}"/>'
        if level == "gone"
        else f'<path class="mg-kept" d="{d}" '
        f'fill-opacity="{min(1, (0.08 + 0.05 * int(str(level))) * factor):.3f}"/>'
        for level, d in cells.items()
    ]
    return (
        f'<svg viewBox="0 0 35 26" preserveAspectRatio="xMinYMin" role="img" '
        f'aria-label="{escape(label)}">{"".join(drawn)}</svg>'
    )


def panels() -> str:
    """Return both pictures and the sentence for readers without JavaScript."""
    kept = (uniforms(SEED, 12) >= RATE).reshape(3, 4)
    count, size = int(kept.sum()), kept.size
    before = picture(np.ones_like(kept), 1, "The maps before dropout.")
    label = f"The maps in training: {64 * (size - count)} of {64 * size} entries are dropped."
    behind = picture(kept, 1 / (1 - RATE), label)
    return (
        '<div class="mg-panels"><div class="mg-before"><p class="mg-title">Before</p>'
        f'{before}</div><div class="mg-behind"><p class="mg-title">In training</p>'
        f"{behind}</div></div>"
        f'<p class="lf-still">Channels at p = {RATE:g}: {count} of {size} maps are kept, '
        f"{count / size:.0%}, and multiplied by {1 / (1 - RATE):.2f}. With JavaScript you choose "
        "who shares a coin.</p>"
    )


class MaskGallery(SphinxDirective):
    """``{mask-gallery}``: the figure with its caption, numbered like any other figure."""

    has_content = True
    option_spec: ClassVar[dict] = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        given = {"kind": KIND, "rate": RATE, "seed": SEED}
        return figure_of(self, element("mask-gallery", given, panels(), tensors()), "mask-gallery")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_directive("mask-gallery", MaskGallery)
    sheets, scripts = ["live.css", "mask-gallery.css"], ["live.js", "mask-gallery.js"]
    return load_with(app, "mask-gallery", sheets, scripts)

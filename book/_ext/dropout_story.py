"""The figure ``{dropout-story}``: one image, one mask, what the next unit gets, and the repair.

    ```{dropout-story}
    :name: fig-story

    The caption, in MyST.
    ```

Four steps, each with its picture. Without JavaScript they stand one below the other; with it,
``_static/js/dropout-story.js`` holds one picture in sight while the steps pass by.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from live_figures import element, figure_of, load_with, uniforms
from sphinx.util.docutils import SphinxDirective

from dropout_course import lab

if TYPE_CHECKING:
    from sphinx.application import Sphinx

IMAGE, SEED, P = 32, 18, 0.5
SIDE, CELL, LEFT, TOP = 8, 25, 6, 6
BAR, WIDTH, HEIGHT = 258, 340, 250  # left edge of the bar; the picture


class Step(NamedTuple):
    """A step of the story: heading, words, the pixels shown, which are kept, and their sum.

    Without a sum, only that of the whole image is outlined.
    """

    title: str
    words: str
    pixels: np.ndarray
    kept: np.ndarray
    total: float | None


def image() -> np.ndarray:
    """Return the digit, (64,) with values from 0 to 1."""
    return lab.digits(0, n_train=500, noise=0.0).X_train[IMAGE].astype(float)


def mask() -> np.ndarray:
    """Return the mask, True where a pixel is kept."""
    return uniforms(SEED, SIDE**2) >= P


def steps() -> list[Step]:
    """Return the story, with its numbers."""
    x, m, q = image(), mask(), 1 - P
    whole, left = float(x.sum()), float((x * m).sum())
    repaired = left / q
    every = np.ones_like(m)
    return [
        Step(
            "One image",
            "A digit of 64 pixels. A unit of the next layer adds them all up, and gets "
            f"{whole:.1f}.",
            x,
            every,
            whole,
        ),
        Step(
            "One mask",
            f"In training each pixel tosses a coin, p = ½. {int(m.sum())} of 64 survive; the "
            "others send 0.",
            x,
            m,
            None,
        ),
        Step(
            "The sum falls",
            f"The unit now gets {left:.1f}, and over all masks {q * whole:.1f} on average: q "
            "times as much. In evaluation nothing is dropped, and it would meet sums that are, on "
            "average, twice as large as those that it has learned from.",
            x,
            m,
            left,
        ),
        Step(
            "1/q repairs it",
            f"So each survivor is multiplied by 1/q = {1 / q:g}. The unit gets {repaired:.1f} "
            f"with this mask, and over all masks {whole:.1f} on average: what it gets in "
            "evaluation.",
            x / q,
            m,
            repaired,
        ),
    ]


def picture(step: Step) -> str:
    """Draw a step: the pixels behind the mask, and the sum as a bar beside that of the image."""
    whole = float(image().sum())
    parts = []
    for k, (value, kept) in enumerate(zip(step.pixels, step.kept, strict=True)):
        x, y = LEFT + CELL * (k % SIDE), TOP + CELL * (k // SIDE)
        box = f'x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}"'
        if kept:
            parts.append(f'<rect class="ds-kept" {box} fill-opacity="{0.06 + 0.45 * value:.2f}"/>')
        else:
            parts.append(
                f'<rect class="ds-gone" {box}/>'
                f'<path class="ds-cross" d="M{x + 4} {y + CELL - 5}L{x + CELL - 5} {y + 4}"/>'
            )
    scale, floor = 150 / (1.25 * whole), TOP + SIDE * CELL
    full = scale * whole
    parts.append(
        f'<rect class="ds-whole" x="{BAR}" y="{floor - full:.1f}" width="44" height="{full:.1f}"/>'
        f'<text class="lf-middle" x="{BAR + 22}" y="{floor + 20}">the next unit</text>'
    )
    if step.total is not None:
        now = scale * step.total
        parts.append(
            f'<rect class="ds-sum" x="{BAR}" y="{floor - now:.1f}" width="44" height="{now:.1f}"/>'
            f'<text class="lf-middle ds-number" x="{BAR + 22}" '
            f'y="{floor - max(now, full) - 8:.1f}">{step.total:.1f}</text>'
        )
    label = f"{step.title}: {int(step.kept.sum())} of 64 pixels are kept."
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def story() -> str:
    """Return the steps, each with its picture."""
    items = [
        f'<li class="ds-step"><div class="ds-words"><p class="ds-title">{escape(one.title)}</p>'
        f"<p>{escape(one.words)}</p></div>{picture(one)}</li>"
        for one in steps()
    ]
    return f'<ol class="ds-steps">{"".join(items)}</ol>'


class DropoutStory(SphinxDirective):
    """``{dropout-story}``: the figure with its caption, numbered like any other figure."""

    has_content = True
    option_spec: ClassVar[dict] = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        html = element("dropout-story", {}, story(), {"steps": len(steps())})
        return figure_of(self, html, "dropout-story")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_directive("dropout-story", DropoutStory)
    sheets, scripts = ["live.css", "dropout-story.css"], ["live.js", "dropout-story.js"]
    return load_with(app, "dropout-story", sheets, scripts)

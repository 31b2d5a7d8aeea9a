"""The interactive figure ``{ensemble}``: the 2ⁿ members of a tiny network, and their averages.

    ```{ensemble}
    :name: fig-ensemble

    The caption, in MyST.
    ```

Four hidden units send what they say to three classes, so there are sixteen thinned networks, each
a point in the triangle of class probabilities. The directive draws them as inline SVG for p = ½;
``_static/js/dropout-ensemble.js`` draws the same for other rates, masks and depths. Both compute
from the numbers below.
"""

from __future__ import annotations

import json
from html import escape
from itertools import product
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from live_figures import figure_of, load_with
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# What four hidden units say of one input, and the weights of what follows.
HIDDEN = [1.2, 0.8, 1.5, 0.6]
W = [[1.6, -0.4, -0.9], [-1.2, 1.9, 0.2], [0.3, -0.9, 1.3], [-0.8, 0.2, 1.6]]
# With a further layer: four units to three ReLUs to three classes.
W1 = [[1.4, -1.1, 0.2], [-0.9, 1.6, -0.7], [0.5, -0.6, 1.2], [-1.1, 0.4, 0.9]]
W2 = [[1.9, -0.8, -0.6], [-0.7, 1.8, -0.4], [-0.5, -0.6, 1.7]]
WIDTH, HEIGHT, SIDE = 380, 340, 320
CORNERS = [(30.0, 305.0), (350.0, 305.0), (190.0, 27.9)]
NAMES = "ABC"


def softmax(logits: np.ndarray) -> np.ndarray:
    """Give probabilities, for the last axis."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def outputs(inputs: np.ndarray, deep: bool = False) -> np.ndarray:
    """Give the class probabilities for what the hidden units send on, one row each."""
    if deep:
        return softmax(np.maximum(inputs @ np.array(W1), 0) @ np.array(W2))
    return softmax(inputs @ np.array(W))


def members(p: float, deep: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Give class probabilities and weight of each thinned network, in the order of counting."""
    masks = np.array(list(product((0, 1), repeat=len(HIDDEN))))
    weights = np.prod(np.where(masks == 1, 1 - p, p), axis=1)
    return outputs(masks * np.array(HIDDEN) / (1 - p), deep), weights


def averages(p: float, deep: bool = False) -> dict[str, np.ndarray]:
    """Give the arithmetic and the geometric mean of all members, and the whole network."""
    probs, weights = members(p, deep)
    return {
        "arithmetic": weights @ probs,
        "geometric": softmax(weights @ np.log(probs)),
        "whole": outputs(np.array([HIDDEN]), deep)[0],
    }


def place(probs: np.ndarray) -> tuple[float, float]:
    """Give the point of class probabilities in the triangle."""
    x, y = np.asarray(probs) @ np.array(CORNERS)
    return round(float(x), 1), round(float(y), 1)


def picture(p: float = 0.5) -> str:
    """Return the triangle with its members and averages as SVG."""
    probs, weights = members(p)
    corners = " ".join(f"{x:g},{y:g}" for x, y in CORNERS)
    label = "Sixteen thinned networks as points in the triangle of class probabilities."
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">',
        f'<polygon class="en-triangle" points="{corners}"/>',
    ]
    for name, (x, y), dy in zip(NAMES, CORNERS, (20, 20, -10), strict=True):
        parts.append(f'<text class="en-corner" x="{x:g}" y="{y + dy:g}">class {name}</text>')
    for one, weight in zip(probs, weights, strict=True):
        x, y = place(one)
        parts.append(
            f'<circle class="en-member" cx="{x}" cy="{y}" r="{2 + 14 * weight**0.5:.1f}"/>'
        )
    for name, one in averages(p).items():
        x, y = place(one)
        parts.append(f'<path class="en-{name}" d="{MARKS[name]}" transform="translate({x} {y})"/>')
    return "".join([*parts, "</svg>"])


MARKS = {
    "arithmetic": "M-7 -7L7 7M-7 7L7 -7",
    "geometric": "M0 -9L9 0L0 9L-9 0Z",
    "whole": "M-5 -5H5V5H-5Z",
}


def element() -> str:
    """Return the element with its picture and a sentence for readers without JavaScript."""
    data = {"hidden": HIDDEN, "W": W, "W1": W1, "W2": W2, "corners": CORNERS, "marks": MARKS}
    mean = averages(0.5)
    text = "; ".join(
        f"{name} {', '.join(f'{100 * v:.0f} %' for v in one)}" for name, one in mean.items()
    )
    return (
        f"<dropout-ensemble data-net='{json.dumps(data)}'>"
        f'<div class="en-picture">{picture()}</div>'
        f'<p class="en-still">At p = 0.5, classes A, B, C: '
        f"{text}. With JavaScript you choose masks and rate.</p></dropout-ensemble>"
    )


class Ensemble(SphinxDirective):
    """``{ensemble}``: the figure with its caption, numbered like any other figure."""

    has_content = True
    option_spec: ClassVar[dict] = {
        "name": directives.unchanged,
        "live": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        return figure_of(self, element(), "dropout-ensemble")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("ensemble", Ensemble)
    return load_with(app, "dropout-ensemble", "dropout-ensemble.css", ["dropout-ensemble.js"])

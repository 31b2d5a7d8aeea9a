"""The interactive figure ``{variance-shift}``: a chain of layers whose order the reader changes.

    ```{variance-shift}
    :name: fig-shift

    The caption, in MyST.
    ```

At each batch norm: the variance that it stores in training and the one that arrives in evaluation,
for a network of random weights on random data. The directive measures its first chain with the
networks of chapter 10; ``_static/js/variance-shift.js`` does the same sums for any order.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from live_figures import element, figure_of, load_with, uniforms
from sphinx.util.docutils import SphinxDirective

from dropout_course.lab.batchnorm import Chain, seen_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.application import Sphinx

EXAMPLES, WIDTH, BATCHES = 1000, 24, 8
INPUTS, WEIGHTS, MASKS = 1, 10, 30  # seeds: of the data, of the first linear layer, first dropout
RATE = 0.3
NAMES = {
    "linear": "linear",
    "dropout": "dropout",
    "batchnorm": "batch norm",
    "layernorm": "layer norm",
    "relu": "ReLU",
}
PRESETS = {
    "Dropout before each batch norm": "linear dropout batchnorm relu " * 2 + "linear",
    "Dropout after each ReLU": "linear batchnorm relu dropout " * 2 + "linear",
    "Dropout after the last ReLU": "linear batchnorm relu " * 2 + "dropout linear",
    "Layer norm": "linear layernorm relu dropout " * 2 + "linear",
}
START = next(iter(PRESETS.values()))


def normal(seed: int, n: int) -> np.ndarray:
    """Return n normal numbers (Box and Muller), as the page's script draws them."""
    u, v = uniforms(seed, 2 * n).reshape(n, 2).T
    return np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.pi * v)


def inputs() -> np.ndarray:
    """Return the data, (examples, units): variance 1, and means −1, 0 and 1 by turns."""
    drawn = normal(INPUTS, EXAMPLES * WIDTH).reshape(EXAMPLES, WIDTH)
    return drawn + np.arange(WIDTH) % 3 - 1


class Coins:
    """Uniform numbers for the dropouts of a chain, in their order, in one of the batches."""

    def __init__(self, batch: int) -> None:
        self.seed = MASKS + 100 * batch

    def random(self, shape: tuple[int, ...], dtype: Any = float) -> np.ndarray:
        """Return the numbers of the next dropout."""
        drawn = uniforms(self.seed, int(np.prod(shape))).reshape(shape)
        self.seed += 1
        return drawn


def chain_of(layers: Sequence[str], p: float) -> Chain:
    """Return a network of these layers with its random weights, He-normal."""
    params, linear = [], 0
    for layer in layers:
        made: dict[str, np.ndarray] = {}
        if layer == "linear":
            drawn = normal(WEIGHTS + linear, WIDTH * WIDTH).reshape(WIDTH, WIDTH)
            made = {"W": np.sqrt(2 / WIDTH) * drawn, "b": np.zeros(WIDTH)}
            linear += 1
        elif layer in ("batchnorm", "layernorm"):
            made = {"gamma": np.ones(WIDTH), "beta": np.zeros(WIDTH)}
        params.append(made)
    return Chain(list(layers), params, p)


def measure(layers: Sequence[str], p: float) -> list[tuple[float, float, float]]:
    """Return, for each batch norm, variance stored, variance that arrives, and their ratio.

    Each is the median over units, of ratios over those that vary. What is stored is the mean of
    the unbiased variances of a few batches, the same data with other masks.
    """
    chain, x = chain_of(layers, p), inputs()
    passes = [
        seen_by(chain, x, "batchnorm", Coins(batch))  # type: ignore[arg-type]
        for batch in range(BATCHES)
    ]
    for place, seen in zip(chain.places("batchnorm"), zip(*passes, strict=True), strict=True):
        chain.params[place] |= {
            "running_mean": np.mean([one.mean(axis=0) for one in seen], axis=0),
            "running_var": np.mean([one.var(axis=0, ddof=1) for one in seen], axis=0),
        }
    found = []
    arriving = seen_by(chain, x, "batchnorm")
    for place, now in zip(chain.places("batchnorm"), arriving, strict=True):
        train, evaluation = chain.params[place]["running_var"], now.var(axis=0)
        alive = train > 0  # a ReLU may be off for all examples
        ratio = float(np.median(evaluation[alive] / train[alive]))
        found.append((float(np.median(train)), float(np.median(evaluation)), ratio))
    return found


def still() -> str:
    """Return the first chain with its variances, for readers without JavaScript."""
    layers, measured = START.split(), iter(measure(START.split(), RATE))
    rows = []
    for layer in layers:
        words = NAMES[layer]
        if layer == "batchnorm":
            train, evaluation, ratio = next(measured)
            words += (
                f": variance {train:.2f} in training, {evaluation:.2f} in evaluation, "
                f"ratio {ratio:.2f}"
            )
        rows.append(f"<li>{escape(words)}</li>")
    return (
        f'<div class="lf-still"><p>A chain of layers, input first, with p = {RATE:g}:</p>'
        f"<ol>{''.join(rows)}</ol><p>With JavaScript you change the order.</p></div>"
    )


class VarianceShift(SphinxDirective):
    """``{variance-shift}``: the figure with its caption, numbered like any other figure."""

    has_content = True
    option_spec: ClassVar[dict] = {
        "name": directives.unchanged,
        "live": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        given = {"order": START.strip(), "rate": RATE}
        seeds = {"inputs": INPUTS, "weights": WEIGHTS, "masks": MASKS}
        data = {
            "names": NAMES,
            "presets": PRESETS,
            "size": [EXAMPLES, WIDTH, BATCHES],
            "seeds": seeds,
        }
        html = element("variance-shift", given, still(), data)
        return figure_of(self, html, "variance-shift")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_directive("variance-shift", VarianceShift)
    sheets, scripts = ["live.css", "variance-shift.css"], ["live.js", "variance-shift.js"]
    return load_with(app, "variance-shift", sheets, scripts)

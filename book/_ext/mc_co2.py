"""The interactive figure ``{mc-co2}``: MC dropout on the CO₂ curve, pass by pass.

    ```{mc-co2}
    :name: fig-mc

    The caption, in MyST.
    ```

The networks are in ``_data/co2.json``, which ``python -m bench co2`` trains as chapter 12 does; it
is refused when that code has changed since. The directive draws a first forecast; the page's
script, ``_static/js/mc-co2.js``, draws fresh masks of the same generator.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from live_figures import element, figure_of, load_with, uniforms
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

BOOK = Path(__file__).resolve().parents[1]
DATA = BOOK / "_data" / "co2.json"
LAB = BOOK.parent / "dropout_course" / "lab"
CODE = ("bayesian.py", "bayesian_tasks.py", "co2.py", "train.py")  # what the networks come from
YEARS = np.arange(1958, 2002.25, 0.5)
AT_1976, AT_2001 = 36, 87  # 1976.0, where training data end, and the middle of 2001
START, PASSES, SEED = "ReLU 0.1", 50, 1
LAYERS = 4
# The picture, in units of its own: size, margins, and what it shows.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 400, 300, 40, 12, 10, 40
X_RANGE, Y_RANGE = (1958, 2002), (305, 390)


def code_hash() -> str:
    """Return the hash of the code that trains the networks."""
    total = hashlib.sha256()
    for name in CODE:
        total.update((LAB / name).read_bytes())
    return total.hexdigest()[:16]


def stored() -> dict[str, Any]:
    """Read the stored networks.

    Raises
    ------
    ExtensionError
        There are none, or they come from other code.
    """
    how = "run `python -m bench co2`"
    if not DATA.is_file():
        raise ExtensionError(f"{DATA.name} is missing: {how}")
    data = json.loads(DATA.read_text())
    if data["code"] != code_hash():
        raise ExtensionError(f"{DATA.name} comes from other code than {', '.join(CODE)}: {how}")
    return data


def network(data: dict[str, Any], name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Unpack the weights (in, out) and biases (out,) of a network, layer by layer."""
    plain = {}
    for key, (step, packed) in data["nets"][name].items():
        plain[key] = step * np.frombuffer(base64.b64decode(packed), np.int8).astype(float)
    return [
        (plain[f"W{k}"].reshape(-1, len(plain[f"b{k}"])), plain[f"b{k}"])
        for k in range(1, LAYERS + 2)
    ]


def forecast(name: str, T: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and spread of T passes for `YEARS`, in ppm.

    A pass is one thinned network: one mask a hidden layer, for all years.
    """
    data = stored()
    layers, p = network(data, name), float(name.split()[1])
    coins = uniforms(seed, T * LAYERS * data["width"]).reshape(T, LAYERS, 1, data["width"])
    h = np.repeat(((YEARS - data["year"][0]) / data["year"][1])[None, :, None], T, axis=0)
    for k, (W, b) in enumerate(layers):
        h = h @ W + b
        if k < LAYERS:
            h = np.tanh(h) if name.startswith("tanh") else np.maximum(h, 0)
            h = h * (coins[:, k] >= p) / (1 - p)
    ppm = h[..., 0] * data["ppm"][1] + data["ppm"][0]
    return ppm.mean(axis=0), ppm.std(axis=0)


def place(x: Any, y: Any) -> list[tuple[float, float]]:
    """Return points of the picture."""
    inside = np.clip(y, *Y_RANGE)
    across = LEFT + (WIDTH - LEFT - RIGHT) * (np.asarray(x) - X_RANGE[0]) / np.ptp(X_RANGE)
    down = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (inside - Y_RANGE[0]) / np.ptp(Y_RANGE)
    return list(zip(across.round(1), down.round(1), strict=True))


def line(points: list[tuple[float, float]]) -> str:
    """Return the path through points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def picture(data: dict[str, Any]) -> str:
    """Draw the first forecast over the measured curve."""
    mean, spread = forecast(START, PASSES, SEED)
    band = place(YEARS, mean + 2 * spread) + place(YEARS, mean - 2 * spread)[::-1]
    parts = []
    for year in (1960, 1980, 2000):
        ((x, y),) = place([year], [Y_RANGE[0]])
        parts.append(f'<text class="lf-middle" x="{x:g}" y="{y + 17:g}">{year}</text>')
    for ppm in (320, 340, 360, 380):
        ((_, y),) = place([1958], [ppm])
        parts.append(f'<line class="lf-grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="lf-end" x="{LEFT - 6}" y="{y + 4:g}">{ppm}</text>')
    ((ends, floor),) = place([data["ends"]], [Y_RANGE[0]])
    parts += [
        f'<text class="lf-end" x="{LEFT - 6}" y="{TOP + 8}">ppm</text>',
        f'<line class="mc-ends" x1="{ends:g}" x2="{ends:g}" y1="{TOP}" y2="{floor:g}"/>',
        f'<text class="lf-end" x="{ends - 5:g}" y="{TOP + 12}">training data end</text>',
        f'<path class="mc-measured" d="{line(place(*zip(*data["measured"], strict=True)))}"/>',
        f'<path class="mc-band" d="{line(band)}Z"/>',
        f'<path class="mc-mean" d="{line(place(YEARS, mean))}"/>',
    ]
    label = "CO₂ measured until 2001, and a forecast from 1976 on with its band."
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    return f"{head}{''.join(parts)}</svg>"


def panel(data: dict[str, Any]) -> str:
    """Return the picture and the sentence for readers without JavaScript."""
    mean, spread = forecast(START, PASSES, SEED)
    value, sd = mean[AT_2001], spread[AT_2001]
    return (
        f'<div class="mc-picture">{picture(data)}</div><p class="lf-still">ReLU, p = 0.1, '
        f"{PASSES} passes: for the middle of 2001 they say {value:.0f} ppm with a spread of "
        f"{sd:.1f} ppm; measured were {data['truth']:.0f}. With JavaScript you choose network, "
        "rate and passes.</p>"
    )


class McCo2(SphinxDirective):
    """``{mc-co2}``: the figure with its caption, numbered like any other figure."""

    has_content = True
    option_spec: ClassVar[dict] = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        self.env.note_dependency(str(DATA))
        data = stored()
        del (given := dict(data))["code"]
        start = {"net": START, "passes": PASSES, "seed": SEED}
        return figure_of(self, element("mc-co2", start, panel(data), given), "mc-co2")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_directive("mc-co2", McCo2)
    return load_with(app, "mc-co2", ["live.css", "mc-co2.css"], ["live.js", "mc-co2.js"])

"""The interactive figure ``{dropout-network}``: a small network whose hidden units you drop.

    ```{dropout-network}
    :layers: 4 8 8 2
    :rate: 0.5
    :seed: 3
    :name: fig-network

    The caption, in MyST.
    ```

The directive draws the network as inline SVG inside the element ``<dropout-network>``, in the
state that the seed gives at this rate. That picture is complete without JavaScript;
``_static/js/dropout-network.js`` brings it to life. Both use the same generator, so the
first mask in the page is the mask of the picture.

``python book/_ext/network.py`` writes ``book/_static/dropout-network.svg``, the same picture with
the default options and with colours that suit light and dark backgrounds (for notebooks).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from live_figures import asked
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LAYERS, RATE, SEED = (4, 8, 8, 2), 0.5, 3
WIDTH, ROW, TOP, FOOT = 380, 40, 6, 30
Point = tuple[float, float]
RADIUS = {"hidden": 15.5, "outer": 10}
CAPTION = (
    "Every hidden unit is kept with probability 1\u00a0−\u00a0p. A kept unit is multiplied by "
    "1/(1\u00a0−\u00a0p), a dropped one sends on exactly 0, "
    "and all of its connections fall silent with it."
)
# Seen on white and on black alike: the stand-alone picture does not know its background.
STYLE = (
    ".edge{stroke:#7f8b99}.edge.off{opacity:.16}.unit circle{fill:none;stroke:#7f8b99;"
    "stroke-width:1.5}.unit.kept .body{fill:#0e8499;stroke:#0e8499}.unit.dropped .body{"
    "stroke-dasharray:3 3}.hit,.ring{display:none}text{font:10px sans-serif;fill:#7f8b99;"
    "text-anchor:middle}.unit.kept text{fill:#fff}.layer{font-size:13px}"
)


def uniforms(seed: int) -> Iterator[float]:
    """Yield the numbers in [0, 1) of the page's generator (mulberry32), as JavaScript draws them.

    Parameters
    ----------
    seed : int
        32 bits of it are used.
    """
    word = 0xFFFFFFFF
    state = seed & word
    while True:
        state = (state + 0x6D2B79F5) & word
        t = ((state ^ (state >> 15)) * (state | 1)) & word
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & word)) & word
        yield (t ^ (t >> 14)) / 2**32


def first_mask(layers: tuple[int, ...], rate: float, seed: int) -> list[list[bool]]:
    """Return the mask that the figure starts with, one list a hidden layer; True means kept."""
    stream = uniforms(seed)
    return [[next(stream) >= rate for _ in range(size)] for size in layers[1:-1]]


def factor(rate: float) -> str:
    """Return what a kept unit is multiplied by, for people: ``×2``, ``×1.54``."""
    return f"×{1 / (1 - rate):.2f}".rstrip("0").rstrip(".") if rate < 1 else "0"


def layer_name(index: int, depth: int) -> str:
    """Return what the picture calls a layer."""
    if index in (0, depth - 1):
        return "inputs" if index == 0 else "outputs"
    return f"hidden layer {index}" if depth > 3 else "hidden layer"


def positions(layers: tuple[int, ...]) -> list[list[Point]]:
    """Return the centre of every unit, layer by layer."""
    height, margin = max(layers) * ROW, 34
    step = (WIDTH - 2 * margin) / (len(layers) - 1)
    return [
        [(margin + i * step, TOP + height / 2 + (j - (size - 1) / 2) * ROW) for j in range(size)]
        for i, size in enumerate(layers)
    ]


def between(start: Point, end: Point, before: float, after: float) -> tuple[Point, Point]:
    """Return the part of a line between two centres that lies outside their circles."""
    (x1, y1), (x2, y2) = start, end
    length = hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    return (x1 + before * dx, y1 + before * dy), (x2 - after * dx, y2 - after * dy)


def edges_svg(places: list[list[Point]], alive: list[list[bool]]) -> Iterator[str]:
    """Yield one line for every connection; a few widths make the mesh legible."""
    widths = uniforms(1)

    def radius(i: int) -> float:
        return RADIUS["outer" if i in (0, len(places) - 1) else "hidden"]

    for i, (left, right) in enumerate(pairwise(places)):
        for j in range(len(left)):
            for k in range(len(right)):
                off = "" if alive[i][j] and alive[i + 1][k] else " off"
                (x1, y1), (x2, y2) = between(left[j], right[k], radius(i), radius(i + 1))
                yield (
                    f'<line class="edge{off}" data-ends="{i}.{j} {i + 1}.{k}" x1="{x1:.1f}" '
                    f'y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                    f'stroke-width="{0.5 + 1.2 * next(widths):.1f}"/>'
                )


def unit_svg(i: int, j: int, at: Point, kept: bool | None, text: str) -> str:
    """Return one unit; ``kept`` is None for inputs and outputs."""
    x, y = at
    if kept is None:
        mark = f'<text y="3.5">{text}</text>' if text else ""
        return (
            f'<g class="unit outer" data-unit="{i}.{j}" transform="translate({x:g} {y:g})">'
            f'<circle class="body" r="{RADIUS["outer"]}"/>{mark}</g>'
        )
    return (
        f'<g class="unit {"kept" if kept else "dropped"}" data-unit="{i}.{j}" '
        f'transform="translate({x:g} {y:g})"><circle class="hit" r="19"/>'
        f'<circle class="ring" r="18.5"/><circle class="body" r="{RADIUS["hidden"]}"/>'
        f'<text y="3.5">{text}</text></g>'
    )


def draw(layers: tuple[int, ...], rate: float, seed: int, *, standalone: bool = False) -> str:
    """Return the network with its first mask as SVG.

    Parameters
    ----------
    layers : tuple of int
        Units a layer: inputs, one or more hidden layers, outputs.
    rate : float
        Probability p of dropping a hidden unit.
    seed : int
        Seed of the generator.
    standalone : bool
        Carry colours and the XML namespace along, for use as a file.
    """
    depth, places = len(layers), positions(layers)
    hidden = first_mask(layers, rate, seed)
    alive = [[True] * layers[0], *hidden, [True] * layers[-1]]
    silent = not all(any(layer) for layer in hidden)
    height = TOP + max(layers) * ROW + FOOT
    total, kept = sum(layers[1:-1]), sum(map(sum, hidden))
    sizes = " – ".join(map(str, layers))
    label = f"A network of {sizes} units; {kept} of {total} hidden units survive."
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}"'
        + (' xmlns="http://www.w3.org/2000/svg">' if standalone else ">"),
        f"<style>{STYLE}</style>" if standalone else "",
        '<g class="edges">',
        *edges_svg(places, alive),
        "</g>",
    ]
    for i, layer in enumerate(places):
        for j, at in enumerate(layer):
            if i in (0, depth - 1):
                parts.append(unit_svg(i, j, at, None, "0" if i and silent else ""))
            else:
                text = factor(rate) if alive[i][j] else "0"
                parts.append(unit_svg(i, j, at, alive[i][j], text))
        x = layer[0][0]
        parts.append(
            f'<text class="layer" x="{x:g}" y="{height - 7}">{layer_name(i, depth)}</text>'
        )
    return "".join([*parts, "</svg>"])


def element(layers: tuple[int, ...], rate: float, seed: int) -> str:
    """Return the element with its picture and a sentence for readers without JavaScript."""
    mask = first_mask(layers, rate, seed)
    total, kept = sum(map(len, mask)), sum(map(sum, mask))
    return (
        f'<dropout-network layers="{" ".join(map(str, layers))}" rate="{rate:g}" seed="{seed}">'
        f'<div class="dn-picture">{draw(layers, rate, seed)}</div>'
        f'<p class="dn-still">One draw at p = {rate:g}: {kept} of {total} hidden units survive; '
        f"expected {total * (1 - rate):.1f}. With JavaScript you drop units yourself.</p>"
        "</dropout-network>"
    )


def layers_option(text: str | None) -> tuple[int, ...]:
    """Parse ``:layers:``, three to six layers of one to twelve units, with or without commas."""
    words = (text or "").replace(",", " ").split()
    if not 3 <= len(words) <= 6 or not all(w.isdigit() and 1 <= int(w) <= 12 for w in words):
        raise ValueError("write three to six layers of 1 to 12 units, such as `4 8 8 2`")
    return tuple(map(int, words))


def rate_option(text: str | None) -> float:
    """Parse ``:rate:``: a probability on the slider's steps of 0.05."""
    try:
        rate = float(text or "")
    except ValueError:
        rate = float("nan")
    if not (0 <= rate <= 1 and abs(rate * 20 - round(rate * 20)) < 1e-9):
        raise ValueError("write a probability of dropping in steps of 0.05, such as `0.35`")
    return rate


class DropoutNetwork(SphinxDirective):
    """``{dropout-network}``: the figure with its caption, numbered like any other figure."""

    has_content = True
    option_spec: ClassVar[dict] = {
        "layers": layers_option,
        "rate": rate_option,
        "seed": directives.nonnegative_int,
        "name": directives.unchanged,
        "live": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        layers = self.options.get("layers", LAYERS)
        html = element(layers, self.options.get("rate", RATE), self.options.get("seed", SEED))
        figure = nodes.figure("", nodes.raw("", html, format="html"), classes=["dropout-network"])
        self.set_source_info(figure)
        first, *rest = self.blocks()
        caption = nodes.caption(first.rawsource, "", *first.children, *asked(self))
        self.set_source_info(caption)
        figure += caption
        if rest:
            figure += nodes.legend("", *rest)
        self.add_name(figure)
        return [figure]

    def blocks(self) -> list[nodes.Element]:
        """Return the blocks of the content, the caption first."""
        content = self.content or StringList([CAPTION], source="dropout-network")
        box = nodes.Element()
        self.state.nested_parse(content, self.content_offset, box)
        if not isinstance(box[0], nodes.paragraph):
            raise self.error("{dropout-network}: begin its content with the caption, a paragraph")
        return list(box.children)


def load_on_pages(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Load script and stylesheet on the pages that show the figure, and on no other."""
    if doctree is not None and any(
        "dropout-network" in node["classes"] for node in doctree.findall(nodes.figure)
    ):
        app.add_css_file("css/dropout-network.css")
        app.add_js_file("js/dropout-network.js", defer="defer")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("dropout-network", DropoutNetwork)
    app.connect("html-page-context", load_on_pages)
    return {
        "version": "1",
        "env_version": 3,  # raise it with every change of the picture: doctrees hold it
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[1] / "_static" / "dropout-network.svg"
    target.write_text(draw(LAYERS, RATE, SEED, standalone=True) + "\n", encoding="utf-8")
    print(f"wrote {target}")

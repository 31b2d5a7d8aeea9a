"""Predict, then see: the reader draws a curve before the figure that has it appears.

    ```{predict} fig-headline
    :values: ch03.test
    :x: probability p of dropping a hidden unit
    :y: test error
    :unit: %
    :range: 0 42
    :log: x y

    The question, in MyST.
    ```

The argument is the name of a figure on this page. The curve is a quantity that this chapter's cells
record, one mean for each key, and the keys are its x. ``:log:`` is optional, and so is ``:unit:``.
``_static/js/predict-curve.js`` hides the figure until the reader has drawn; without JavaScript the
figure is there at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from evidence import records
from live_figures import element, load_with
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from autograder.authoring.interactive import PREDICT
from autograder.authoring.measured import MeasuredError, Value

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
STILL = '<p class="lf-still">Sketch it before you look at the figure below.</p>'


class prediction(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """A curve that is known when all pages are read; ``options`` are those of the directive."""


def range_option(text: str | None) -> list[float]:
    """Parse ``:range:``: two rising numbers."""
    low, high = map(float, (text or "").split())
    if not low < high:
        raise ValueError("write the ends of the y axis, such as `0 42`")
    return [low, high]


def log_option(text: str | None) -> list[str]:
    """Parse ``:log:``: which axes are logarithmic."""
    axes = (text or "").split()
    if not axes or not set(axes) <= {"x", "y"}:
        raise ValueError("write `x`, `y` or `x y`")
    return axes


class Predict(SphinxDirective):
    """``{predict} figure``: a question, and room to draw its answer."""

    has_content = True
    required_arguments = 1
    option_spec: ClassVar[dict] = {
        "values": directives.unchanged_required,
        "x": directives.unchanged_required,
        "y": directives.unchanged_required,
        "unit": directives.unchanged,
        "range": range_option,
        "log": log_option,
    }

    def run(self) -> list[nodes.Node]:
        """Return the question with a place for the curve."""
        missing = [name for name in ("values", "x", "y", "range") if name not in self.options]
        if missing or not self.content:
            what = f"the option :{missing[0]}:" if missing else "its question"
            raise self.error(f"{{predict}} lacks {what}: see book/_ext/predict.py")
        box = nodes.container(classes=["predict"])
        self.set_source_info(box)
        box += nodes.paragraph("", "", nodes.strong("", PREDICT), classes=["predict-title"])
        self.state.nested_parse(self.content, self.content_offset, box)
        place = prediction(figure=self.arguments[0], options=self.options)
        self.set_source_info(place)
        box += place
        return [box]


def curve(entries: dict[str, Value], options: dict[str, Any]) -> list[list[float]]:
    """Return the points of a recorded curve, by rising x.

    Raises
    ------
    MeasuredError
        A key is no number, there are too few points, or one lies outside the axes.
    """
    try:
        points = sorted((float(key), float(np.mean(value))) for key, value in entries.items())  # type: ignore[arg-type]
    except (TypeError, ValueError) as problem:
        raise MeasuredError(
            "its keys must be numbers, and its entries numbers or runs"
        ) from problem
    low, high = options["range"]
    if len(points) < 3 or not all(low <= y <= high for _, y in points):
        raise MeasuredError(f"it needs three points or more, all with y from {low:g} to {high:g}")
    if "x" in options.get("log", []) and points[0][0] <= 0:
        raise MeasuredError("a logarithmic x must be positive")
    if "y" in options.get("log", []) and low <= 0:
        raise MeasuredError("the range of a logarithmic y must be positive")
    return [[x, float(f"{y:.4g}")] for x, y in points]


def resolve(app: Sphinx, doctree: nodes.document, doc: str) -> None:
    """Put the curves into the questions of a page."""
    known = records(app.env)
    figures = {name for figure in doctree.findall(nodes.figure) for name in figure["ids"]}
    for node in list(doctree.findall(prediction)):
        options, target = node["options"], node["figure"]
        name = options["values"]
        try:
            if target not in figures:
                raise MeasuredError(f"there is no figure {target} on this page")
            if name not in known:
                raise MeasuredError(f"no cell records {name}")
            points = curve(known[name], options)
        except MeasuredError as problem:
            logger.warning("{predict} of %s: %s", name, problem, location=(doc, node.line))
            node.parent.remove(node)
            continue
        data = {
            "points": points,
            "axes": [options["x"], options["y"], options.get("unit", "")],
            "range": options["range"],
            "log": options.get("log", []),
        }
        html = element("predict-curve", {"figure": target}, STILL, data)
        node.replace_self(nodes.raw("", html, format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_node(prediction)
    app.add_directive("predict", Predict)
    app.connect("doctree-resolved", resolve)
    sheets, scripts = ["live.css", "predict-curve.css"], ["live.js", "predict-curve.js"]
    return load_with(app, "predict", sheets, scripts, nodes.container)

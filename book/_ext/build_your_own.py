"""The interactive figure ``{build-your-own}``: four menus make a dropout layer, its laws answer.

Every choice is a layer in Python, which the visible laws of exercise 4.2 judge while the book is
built; the page holds what they say, and ``_static/js/build-your-own.js`` shows it for the layer
that the menus name. Without JavaScript the page shows the verdict on one common slip.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from live_figures import figure_of, load_with
from sphinx.util.docutils import SphinxDirective
from typography import printed

from autograder.authoring.kept import kept
from dropout_course import course, exercises
from dropout_course.engine.judging import Verdict, judge
from dropout_course.engine.student import Student

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    "dropout_course/**/*.py",
    "dropout_course/**/*.json",
    "book/_ext/build_your_own.py",
    "book/_ext/typography.py",
)
EXERCISE = "dropout_layer"
SEED = 4
Draw = Callable[[np.random.Generator, tuple[int, ...], float], np.ndarray]


def _exact(rng: np.random.Generator, shape: tuple[int, ...], p: float) -> np.ndarray:
    rank = rng.random(shape).argsort(axis=-1).argsort(axis=-1)
    return rank < round((1 - p) * shape[-1])


def _batch(rng: np.random.Generator, shape: tuple[int, ...], p: float) -> np.ndarray:
    return np.broadcast_to(rng.random(shape[-1]) >= p, shape)


MASKS: dict[str, tuple[str, Draw]] = {
    "each": ("each unit with probability 1 − p", lambda rng, shape, p: rng.random(shape) >= p),
    "swapped": ("each unit with probability p", lambda rng, shape, p: rng.random(shape) < p),
    "batch": ("the same units for the whole batch", _batch),
    "exact": ("exactly the share 1 − p of the units", _exact),
}
FACTORS: dict[str, tuple[str, Callable[[float], float]]] = {
    "inverted": ("1/(1 − p)", lambda p: 1 / (1 - p)),
    "none": ("1", lambda p: 1.0),
    "times": ("1 − p", lambda p: 1 - p),
    "rate": ("1/p", lambda p: 1 / p),
}
EVALUATION = {
    "identity": "gives x as it is",
    "scaled": "multiplies by 1 − p",
    "drops": "goes on dropping",
}
AT_ONE = {
    "zeros": "gives zeros",
    "divides": "divides by zero",
    "refused": "is refused",
}
MENUS: dict[str, tuple[str, dict[str, str]]] = {
    "mask": ("The mask keeps", {key: words for key, (words, _) in MASKS.items()}),
    "factor": ("Training multiplies kept units by", {k: w for k, (w, _) in FACTORS.items()}),
    "evaluation": ("Evaluation", EVALUATION),
    "one": ("p = 1", AT_ONE),
}
RIGHT = ("each", "inverted", "identity", "zeros")
START = ("each", "none", "identity", "zeros")


def layer(mask: str, factor: str, evaluation: str, one: str) -> type:
    """Make the layer that four choices name; its backward agrees with its forward."""
    draw, scale = MASKS[mask][1], FACTORS[factor][1]

    class Dropout:
        def __init__(self, p: float, rng: np.random.Generator) -> None:
            if not 0 <= p <= 1 or (one == "refused" and p == 1):
                raise ValueError("p out of range")
            self.p, self.rng, self.training, self.slope = p, rng, True, None

        def train(self) -> None:
            self.training = True

        def eval(self) -> None:
            self.training = False

        def forward(self, x: np.ndarray) -> np.ndarray:
            self.slope = self.slopes(x)
            return x * self.slope

        def slopes(self, x: np.ndarray) -> Any:
            if not self.training and evaluation != "drops":
                return x.dtype.type(1 if evaluation == "identity" else 1 - self.p)
            if one == "zeros" and self.p == 1:
                return np.zeros_like(x)
            with np.errstate(all="ignore"):
                by = np.float64(1) if self.p in (0, 1) else np.float64(scale(self.p))
                by = np.float64(0) / np.float64(0) if self.p == 1 else by
                return (draw(self.rng, x.shape, self.p) * by).astype(x.dtype)

        def backward(self, grad: np.ndarray) -> np.ndarray:
            if self.slope is None:
                raise RuntimeError("call forward first")
            return grad * self.slope

    return Dropout


def verdict(choice: tuple[str, str, str, str]) -> Verdict:
    """Have the visible laws of the exercise judge a layer, and name its mistakes."""
    exercise = course.find(EXERCISE)
    student = Student.here({"Dropout": layer(*choice)})
    laws = exercises.visible_laws(exercise)
    bank, parameters = exercises.bank(exercise), dict(exercise.parameters)
    return judge(exercise.id, exercise.points, laws, student, SEED, bank, parameters)


def verdict_data(choice: tuple[str, str, str, str]) -> dict[str, Any]:
    """Give what the page says of a layer, as plain data."""
    found = verdict(choice)
    first = found.first_failure
    finding = first.finding if first else None
    return {
        "holds": [int(outcome.passed) for outcome in found.outcomes],
        "law": printed(first.law.name) if first else "",
        "reason": printed(finding.reason) if finding else "",
        "expected": finding.expected if finding else "",
        "received": finding.received if finding else "",
        "mistakes": [[printed(one.title), printed(one.says)] for one in found.mistakes],
    }


def figure_data() -> dict[str, Any]:
    """Judge every layer that the menus can name."""
    laws = [printed(law.name) for law in exercises.visible_laws(course.find(EXERCISE))]
    choices = product(*(options for _, options in MENUS.values()))
    return {
        "laws": laws,
        "menus": {key: [title, options] for key, (title, options) in MENUS.items()},
        "start": START,
        "right": RIGHT,
        "verdicts": {" ".join(choice): verdict_data(choice) for choice in choices},
    }


def still(data: dict[str, Any]) -> str:
    """Return what is shown without JavaScript: the verdict on the layer it starts with."""
    shown = data["verdicts"][" ".join(START)]
    menus = "; ".join(
        f"{MENUS[key][0]}: {MENUS[key][1][choice]}"
        for key, choice in zip(MENUS, START, strict=True)
    )
    laws = "".join(
        f'<li class="byo-{"holds" if holds else "fails"}">{escape(law)}</li>'
        for law, holds in zip(data["laws"], shown["holds"], strict=True)
    )
    named = "".join(
        f"<p><strong>{escape(t)}.</strong> {escape(s)}</p>" for t, s in shown["mistakes"]
    )
    return (
        f'<div class="byo-still"><p>{escape(menus)}.</p><ul class="byo-laws">{laws}</ul>'
        f"<p>{escape(shown['reason'])}.</p>{named}<p>With JavaScript you choose yourself.</p></div>"
    )


class BuildYourOwn(SphinxDirective):
    """``{build-your-own}``: the figure with its caption."""

    has_content = True
    option_spec: ClassVar[dict] = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return a figure node with the element as raw HTML and the content as its caption."""
        module = exercises.module_of(course.find(EXERCISE))
        self.env.note_dependency(str(module.__file__))
        data = kept(ROOT, "build-your-own", SOURCES, figure_data)
        plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
        html = (
            f'<build-your-own>{still(data)}<script type="application/json">{plain}</script>'
            "</build-your-own>"
        )
        return figure_of(self, html, "build-your-own")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("build-your-own", BuildYourOwn)
    return load_with(
        app,
        "build-your-own",
        "build-your-own.css",
        ["mlp.js", "playground.js", "build-your-own.js"],
    )

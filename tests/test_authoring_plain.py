"""Hints as plain text for terminals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring.plain import plain, tex

REGISTRY = Path(__file__).parents[1] / "dropout_course/exercises.json"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\frac{p}{1-p} x_i^2", "p/(1 − p) xᵢ²"),
        (r"\mathbb{E}[m_i] = 1\cdot q + 0\cdot p = q", "E[mᵢ] = 1 · q + 0 · p = q"),
        (r"\hat y_{train}", "ŷ_train"),
        (r"e^{-x}", "e^(−x)"),
        (r"10^{-3}", "10⁻³"),
        (r"\sqrt{npq} + \sqrt2", "√(npq) + √2"),
        (r"\lVert w \rVert^2", "‖w‖²"),
        (r"\tfrac12\lambda", "½λ"),
        (r"\sum_{i=1}^n w_i", "∑ᵢ₌₁ⁿ wᵢ"),
        (r"k\log\binom{n}{k}", "k log C(n, k)"),
        (r"\log_2 n", "log₂ n"),
        (r"W^\top x", "Wᵀ x"),
        (r"W^{(l)}_{\mathrm{inv}}", "W^(l)_inv"),
        (r"\min(1, c/\text{norm})", "min(1, c/norm)"),
        (r"q^k p^{n-k}", "q^k p^(n − k)"),
        (r"-x \le 0", "−x ≤ 0"),
        (r"\begin{cases} x & \text{kept} \\ 0 \end{cases}", "x kept; 0"),
        (r"\left( a \right)", "( a)"),
        ("a}b", "ab"),
    ],
)
def test_a_formula_in_unicode(formula, text):
    assert tex(formula) == text


@pytest.mark.parametrize("formula", ["", "^", "_", r"\frac", r"\frac{a", "{", "}", r"\\", "x^{}"])
def test_no_formula_is_too_odd(formula):
    assert "\\" not in tex(formula)


def test_markdown_becomes_text():
    text = (
        "Take *one* **step**, see [(3.1)](https://x.org/a#b), with `a*b*c $x$`, $x_1$:\n\n"
        "~~~python\nif x:\n    y = 2 * x\n~~~\n\nand $$\\frac{a}{b}$$"
    )
    assert plain(text) == (
        "Take one step, see (3.1), with `a*b*c $x$`, x₁:\n\n    if x:\n        y = 2 * x\n\nand a/b"
    )


def test_every_hint_of_the_course_has_a_text_without_markup():
    exercises = json.loads(REGISTRY.read_text("utf-8"))["exercises"]
    for key, one in exercises.items():
        for text in one["hints"]:
            prose = "".join(text.split("`")[::2])
            assert not any(mark in prose for mark in ("$", "\\", "](", "~~~")), (key, text)

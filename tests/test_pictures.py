from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from scipy import stats

from dropout_course.engine import pictures


def test_zeros_are_shown_where_they_differ():
    grid = pictures.zeros(np.array([1.0, 0.0, 2.0]), np.array([0.0, 0.0, 5.0]))
    assert grid.text() == ["expected  ●·●", "received  ··●"]


@pytest.mark.parametrize(
    ("expected", "received"),
    [
        (np.array([1.0, 0.0]), np.array([2.0, 0.0])),  # same zeros, other values
        (np.array([1.0, 2.0]), np.array([0.0, 0.0])),  # none expected
        (np.array([1.0, 0.0]), np.array([1.0, 0.0, 0.0])),
        (np.zeros((2, 2, 2)), np.ones((2, 2, 2))),
        (np.array([1.0, 0.0]), [1.0, 1.0]),
        (1.0, 0.0),
    ],
)
def test_no_picture_where_it_would_not_help(expected, received):
    assert pictures.zeros(expected, received) is None


def test_a_large_array_is_cut_to_what_fits_on_a_screen():
    grid = pictures.units("mask", np.ones((100, 200), bool))
    assert grid.arrays[0].shape == (pictures.ROWS, pictures.COLUMNS)
    assert len(grid.text()) == pictures.ROWS


@pytest.mark.parametrize(("n", "q"), [(10, 0.7), (32, 0.7), (200, 0.5)])
def test_survivors_are_expected_as_the_binomial_says(n, q):
    shown = pictures.survivors([round(n * q)] * 16, n, q)
    assert shown.expected == pytest.approx(16 * stats.binom(n, q).pmf(shown.values))
    assert sum(shown.counts) == 16
    assert len(shown.text()) <= pictures.COLUMNS + 2


@pytest.mark.parametrize(
    "picture",
    [
        pictures.units('a "mask" <b>', np.array([True, False])),
        pictures.survivors([3, 4, 5], 8, 0.5),
    ],
)
def test_the_svg_is_well_formed_and_says_what_it_shows(picture):
    root = ET.fromstring(picture.svg())
    assert root.get("role") == "img"
    assert len(root.get("aria-label")) > 10
    assert {part.tag for part in root.iter()} <= {"svg", "text", "circle", "rect", "path"}

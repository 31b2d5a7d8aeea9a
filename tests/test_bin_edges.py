"""The bins of the calibration error are (lo, hi]: the other half-open ones are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.referee.grade import laws_of
from dropout_course import course
from dropout_course.engine.judging import run_laws
from dropout_course.engine.student import Student
from solutions import ch12_bayesian as ch12

LAW = "A bin holds its upper edge, so that 1 belongs to the last"


def lower_edges_held(probs, labels, bins=15):
    top, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    place = np.minimum((top * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(place, weights=right - top)).sum() / len(labels))


def ones_in_a_bin_of_their_own(probs, labels, bins=15):
    top, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    place = np.searchsorted(np.linspace(0, 1, bins + 1), top, side="right")
    return float(np.abs(np.bincount(place, weights=right - top)).sum() / len(labels))


def failed(ece):
    student = Student.here({**vars(ch12), "ece": ece})
    found = run_laws(laws_of(course.find("calibration")), student, 3)
    return [(o.law.name, o.law.hidden) for o in found if not o.passed]


@pytest.mark.parametrize("ece", [lower_edges_held, ones_in_a_bin_of_their_own])
def test_bins_that_hold_their_lower_edge_break_one_law(ece):
    assert failed(ece) == [(LAW, False), (LAW, True)]


def test_the_bins_of_the_reference_do_not():
    assert failed(ch12.ece) == []

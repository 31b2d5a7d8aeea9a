"""What one call of a student's function leaves behind does not reach the next one."""

from __future__ import annotations

import sys
import warnings

import numpy as np

from dropout_course.engine.student import Student


def strict(x):
    """Set for good what should be set for a while."""
    np.seterr(all="raise")
    warnings.resetwarnings()
    warnings.simplefilter("error")
    sys.stdout = None
    return x


def divided(x):
    print("one line")
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    return x / np.zeros(1)


def test_a_call_finds_the_settings_of_none_before_it():
    student = Student.here({"strict": strict, "divided": divided})
    before = sys.stdout, np.geterr(), list(warnings.filters)
    answers = [student.strict(np.ones(1)), student.divided(np.ones(1))]  # in one request
    assert answers[1].value == np.inf
    assert answers[0].value == 1
    assert (sys.stdout, np.geterr(), list(warnings.filters)) == before

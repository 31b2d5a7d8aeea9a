"""What the exercises of chapter 12, Bayesian MC dropout, share."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import holds_parts
from dropout_course.engine.features import rounded, value_of


def some_probs(case, *shape, dtype=np.float64):
    """Draw class probabilities, the last axis the classes, none nearly 0."""
    raw = case.uniform(*shape, low=0.05, high=1.0)
    return (raw / raw.sum(axis=-1, keepdims=True)).astype(dtype)


def number(case, answer, what="the result"):
    """Give a result that must be one number."""
    got = case.array(answer, what=what)
    case.that(got.size == 1, f"{what} must be one number", received=got, kind="shape")
    return float(got.reshape(()))


def pair(case, answer, names):
    """Require a tuple of two; give it."""
    got = answer.value
    two = holds_parts(got, 2)
    case.that(two, f"the result must be ({', '.join(names)})", received=got, kind="type")
    return got


def part(case, answer, key):
    """Require a dict with this key; give what stands there."""
    got = answer.value
    case.that(isinstance(got, dict), "the result must be a dict", received=got, kind="type")
    case.that(key in got, f"the dict has no {key!r}", received=sorted(map(str, got)), kind="type")
    return got[key]


def rounded_part(answer, place):
    """Give one part of a tuple or dict, rounded."""
    return rounded(value_of(answer)[place])

"""Wrong answers that were once given the name of another mistake."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dropout_course import course, exercises
from dropout_course.engine.naming import name_mistakes
from dropout_course.engine.student import Student
from solutions import ch07_structured as ch07
from solutions import ch08_weights_and_rates as ch08


def centres_kept(centers, block):
    return ch07.dropblock_mask(~centers, block)


def second_moment(v, W, b, q):
    return q * (v @ W.T) + b, q * (v**2 @ (W**2).T)


def relu_mean_by_second_moment(v, W, b, q):
    mean, var = second_moment(v, W, b, q)
    s = np.sqrt(var)
    with np.errstate(all="ignore"):
        found = mean * np.vectorize(_cdf, otypes=[float])(mean / s) + s * _density(mean / s)
    return np.where(s > 0, found, np.maximum(mean, 0))


def _cdf(z):
    return (1 + math.erf(z / 2**0.5)) / 2


def _density(z):
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def argsort_once(W, gamma, alpha, u, kind):
    size = np.abs(W) if kind == "weight" else np.linalg.norm(W, axis=0)
    drop = (size.argsort(axis=0) < int(gamma * len(size))) & (u < alpha)
    return np.broadcast_to(~drop, W.shape)


WRONG = {
    "dropblock": ({**vars(ch07), "dropblock_mask": centres_kept}, "centres-kept"),
    "dropconnect_inference": (
        {
            "dropconnect_moments": second_moment,
            "dropconnect_relu_mean": relu_mean_by_second_moment,
        },
        "second-moment-for-variance",
    ),
    "targeted_mask": ({"targeted_mask": argsort_once}, "order-for-ranks"),
}


@pytest.mark.parametrize("exercise", WRONG)
def test_it_has_its_own_name_and_no_other(exercise):
    names, mistake = WRONG[exercise]
    bank = exercises.bank(course.exercises()[exercise])
    assert [m.id for m in name_mistakes(Student.here(names), bank)] == [mistake]


def half_the_weight_term(W, p, *rest):
    whole, entropy = (ch08.concrete_regularizer(w, p, *rest) for w in (W, 0 * W))
    return (whole + entropy) / 2


def by_the_share_of_places(E, ids, type_mask, p):
    kept = np.take_along_axis(type_mask, ids, axis=1)
    return E[ids] * kept[..., None] / (kept.mean() or 1)


NAMELESS = {
    "concrete_dropout": {
        "concrete_keep": ch08.concrete_keep,
        "concrete_regularizer": half_the_weight_term,
    },
    "embedding_dropout": {"embedding_dropout": by_the_share_of_places},
}


@pytest.mark.parametrize("exercise", NAMELESS)
def test_it_has_the_name_of_no_other(exercise):
    bank = exercises.bank(course.exercises()[exercise])
    assert name_mistakes(Student.here(NAMELESS[exercise]), bank) == ()

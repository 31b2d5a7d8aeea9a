"""10.5 feature_alpha_dropout: alpha dropout with one coin for all positions of a channel."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import rounded, tried, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.exercises.ch10_batchnorm import (
    add_alpha_mistakes,
    alpha_dropped,
    alpha_form,
    edge_examples,
    questions_about_edges,
)

X = np.array([[[1.0, 2.0], [3.0, -4.0]], [[-1.0, 1.5], [2.5, 0.5]]])  # (2, 2, 2): sound
MASK = np.array([[True, False], [False, True]])


def spread(mask, x):
    """Give the mask an axis of length 1 for each spatial axis."""
    return mask.reshape(*mask.shape, *(1,) * (x.ndim - 2))


# What is true of every right answer ------------------------------------------------------------


@law("A kept channel becomes ax + b, a dropped one is aα' + b everywhere", weight=4, core=True)
def channels(student, case):
    examples = []
    for shape in ((2, 2, 1, 2), (2, 4, 3, 5)):  # the first is written out whole
        p, x = case.rate(), case.apart(*shape)
        # each example loses and keeps a channel, and no two examples the same ones
        mask = np.arange(shape[1]) % 2 == np.arange(shape[0])[:, None] % 2
        examples.append(((x, mask, p), alpha_dropped(x, spread(mask, x), p)))
    case.gives(student.feature_alpha_dropout, examples)


@law("Any number of spatial axes will do", weight=2)
def axes(student, case):
    p, mask, pairs = case.rate(), case.mask((2, 3), 0.3), []
    for more, image in (((5,), (5, 1)), ((2, 4, 3), (8, 3)), ((), (1, 1))):
        x = case.apart(2, 3, *more)
        as_image = student.feature_alpha_dropout(x.reshape(2, 3, *image), mask, p)
        pairs.append((as_image, student.feature_alpha_dropout(x, mask, p), x))
    for as_image, answer, x in pairs:
        want = case.array(as_image).reshape(x.shape)
        case.equal(answer, want, what="the result, beside that of the same numbers as an image,")


@law("p = 0 changes nothing, p = 1 gives zeros", weight=1, edge=True)
def edges_of_p(student, case):
    case.gives(student.feature_alpha_dropout, edge_examples(X[..., None], (2, 2)))


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(X[..., None].astype(np.float32))
    case.form(student.feature_alpha_dropout(x, MASK, 0.2), x)


# By what a wrong answer is recognised, and what people write instead --------------------------


def of_image(student, mask=MASK):
    """Give the result for an image of one column."""
    return np.asarray(value_of(student.feature_alpha_dropout(X[..., None], mask, 0.2)))


@question("What becomes of kept channels?")
def kept(student, case):
    return rounded(of_image(student)[MASK])


@question("What becomes of dropped channels?")
def lost(student, case):
    return rounded(of_image(student)[~MASK])


@question("Are the masks of two examples used apart?")
def apart(student, case):
    x = np.ones((2, 2, 2, 1))
    first, second = (
        np.asarray(value_of(student.feature_alpha_dropout(x, np.array(mask), 0.2)))[1]
        for mask in ([[True, False], [True, False]], [[False, True], [True, False]])
    )
    return bool(np.array_equal(first, second))


@question("Does it work with one and with three spatial axes?")
def sizes(student, case):
    shapes = ((2, 3, 4), (2, 3, 2, 4, 5), (2, 3))
    mask = np.array([[True, False, True], [False, True, True]])
    answers = [student.feature_alpha_dropout(np.ones(shape), mask, 0.2) for shape in shapes]
    return [np.shape(tried(answer)) == shape for answer, shape in zip(answers, shapes, strict=True)]


at_one, kind, writes = questions_about_edges("feature_alpha_dropout", X[..., None], MASK)

mistakes = Mistakes(feature_alpha_dropout=alpha_form)
add_alpha_mistakes(mistakes, "feature_alpha_dropout")
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All examples use the mask of the first one; row n of the mask belongs to example n.",
    chosen=lambda mask: np.broadcast_to(mask[:1], mask.shape),
)
mistakes.row(
    "for-images-alone",
    "For images alone",
    "Your mask always gets two axes of length 1, which is right for images only; sound has one "
    "spatial axis, a film has three.",
    placed=lambda mask, x: mask[:, :, None, None],
)

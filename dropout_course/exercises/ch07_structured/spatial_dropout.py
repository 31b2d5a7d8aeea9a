"""7.1 spatial_dropout: one coin for all positions of a channel."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import ratio, tried, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch07_structured import (
    add_factors,
    inverse,
    questions_about_arrays,
    slabs,
)

X = np.array(
    [[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]], [[[1.0, 1.0]], [[2.0, 2.0]], [[4.0, 4.0]]]]
)
MASK = np.array([[True, False, True], [False, True, True]])  # X has shape (2, 3, 1, 2)
KEPT = MASK[:, :, None, None]


def channels_to_the_end(x):
    """Move the channels from the second axis to the last."""
    return np.ascontiguousarray(np.moveaxis(x, 1, -1))


def dropped(x, mask, p):
    """Give what must come out, with channels second."""
    shape = (*mask.shape, *(1,) * (x.ndim - 2))
    return np.where(mask.reshape(shape), x / (1 - p), 0.0)


# What is true of every right answer ------------------------------------------------------------


@law("A kept channel is divided by 1 - p, a dropped one is 0 at all positions", weight=4, core=True)
def channels(student, case):
    p, x = case.rate(), case.apart(2, 4, 3, 5)
    mask = case.mask((2, 4), p)
    examples = [((X, MASK, 0.2), np.where(KEPT, X / 0.8, 0.0)), ((x, mask, p), dropped(x, mask, p))]
    case.gives(student.spatial_dropout, examples)


@law("channels_last is the same with the channels at the end", weight=2)
def last(student, case):
    p, pairs = case.rate(), []
    for shape in ((2, 3, 2, 4), (2, 4, 3, 5)):
        x, mask = case.apart(*shape), case.mask(shape[:2], p)
        second = student.spatial_dropout(x, mask, p)
        pairs.append((second, student.spatial_dropout(channels_to_the_end(x), mask, p, True), x))
    for second, at_end, x in pairs:
        want = channels_to_the_end(case.array(second, x.shape))
        case.equal(at_end, want, what="the result with the channels at the end")


@law("Sound and films work as images do", weight=2)
def axes(student, case):
    p, mask, pairs = case.rate(), case.mask((2, 3), 0.3), []
    for more, image in (((5,), (5, 1)), ((2, 4, 3), (8, 3)), ((), (1, 1))):
        x = case.apart(2, 3, *more)
        as_image = student.spatial_dropout(x.reshape(2, 3, *image), mask, p)
        pairs.append((as_image, student.spatial_dropout(x, mask, p), x))
    for as_image, answer, x in pairs:
        want = case.array(as_image).reshape(x.shape)
        case.equal(answer, want, what="the result, beside that of the same numbers as an image,")


@law("p = 0 changes nothing, p = 1 gives zeros", weight=1, edge=True)
def edges_of_p(student, case):
    everything, nothing = np.ones((2, 3), bool), np.zeros((2, 3), bool)
    examples = [((X, everything, 0.0), X), ((X, nothing, 1.0), np.zeros(X.shape))]
    case.gives(student.spatial_dropout, examples)


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(X.astype(np.float32))
    case.form(student.spatial_dropout(x, MASK, 0.2), x)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("By what are kept channels multiplied?")
def kept(student, case):
    return values(ratio(student.spatial_dropout(X, MASK, 0.2), X)[:, :, 0][MASK])


@question("By what are dropped channels multiplied?")
def lost(student, case):
    return values(ratio(student.spatial_dropout(X, MASK, 0.2), X)[:, :, 0][~MASK])


@question("Are the masks of two examples used apart?")
def apart(student, case):
    y = student.spatial_dropout(np.ones((2, 3, 2, 2)), MASK, 0.2).value
    return bool(np.array_equal(y[0] == 0, y[1] == 0))


@question("Does it take the last axis for channels if it is told so?")
def at_the_end(student, case):
    x = np.ones((2, 4, 5, 3))
    got = tried(student.spatial_dropout(x, MASK, 0.2, True))
    return got if isinstance(got, str) else [np.shape(got) == x.shape, slabs(got, -1)]


@question("Does it work with one and with three spatial axes?")
def sizes(student, case):
    answers = [
        student.spatial_dropout(np.ones((2, 3, *more)), MASK, 0.2) for more in ((4,), (2, 4, 5))
    ]
    return [got if isinstance(got, str) else slabs(got, 1) for got in map(tried, answers)]


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return values(student.spatial_dropout(X, np.zeros((2, 3), bool), 1.0))


kind, writes = questions_about_arrays(lambda s, x: s.spatial_dropout(x, MASK, 0.2), X)


def placed(mask, x, last):
    """Give the mask axes of length 1 where positions share a coin."""
    ones = (1,) * (x.ndim - 2)
    n, c = mask.shape
    return mask.reshape((n, *ones, c) if last else (n, c, *ones))


def form_of(
    factor=lambda p, mask: inverse(p),
    chosen=lambda mask: mask,
    placed=placed,
):
    def spatial_dropout(x, mask, p, channels_last=False):
        y = x * placed(chosen(mask), x, channels_last)
        return (y * factor(p, mask)).astype(x.dtype)

    return spatial_dropout


mistakes = Mistakes(spatial_dropout=form_of)
add_factors(mistakes, "channels")
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "divided-by-realised-share",
    "Divided by the share that was kept",
    "You divide by the share of channels that this mask keeps, as DropBlock does; here 1/(1 - p) "
    "is a constant.",
    factor=lambda p, mask: 1 / (mask.mean() or 1),
)
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All examples use the mask of the first one; row n of the mask belongs to example n.",
    chosen=lambda mask: np.broadcast_to(mask[:1], mask.shape),
)
mistakes.row(
    "channels-last-ignored",
    "Channels always second",
    "With channels_last the channels are the last axis, and your mask still stands on the second.",
    placed=lambda mask, x, last: placed(mask, x, False),
)
mistakes.row(
    "for-images-alone",
    "For images alone",
    "Your mask always gets two axes of length 1, which is right for images only; sound has one "
    "spatial axis, a film has three.",
    placed=lambda mask, x, last: mask[:, None, None, :] if last else mask[:, :, None, None],
)


@mistakes.whole(
    "axis-not-moved-back",
    "Channels not moved back",
    "With channels_last your result has its channels second: you move them there to mask them, and "
    "do not move them back to the end.",
)
def not_moved_back(x, mask, p, channels_last=False):
    return form_of()(np.moveaxis(x, -1, 1) if channels_last else x, mask, p)


@mistakes.whole(
    "reshaped-for-transposed",
    "Reshaped, not transposed",
    "With channels_last you bring the axis back by a reshape, which mixes the entries; move axes "
    "with np.moveaxis or transpose.",
)
def reshaped(x, mask, p, channels_last=False):
    if not channels_last:
        return form_of()(x, mask, p)
    return form_of()(np.moveaxis(x, -1, 1), mask, p).reshape(x.shape)

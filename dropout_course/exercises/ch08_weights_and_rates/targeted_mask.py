"""8.3 targeted_mask: only what is small may be dropped."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import Broken
from dropout_course.engine.features import overwrites, value_of, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question

# The smallest of each column: 0.1 and 0.5; 1 and 3. Others by sign, by row, and over all.
WEIGHTS = np.array([[0.1, -1.0], [-6.0, 9.0], [2.0, 3.0], [-0.5, -7.0]])
SPARED = np.array([[False, False], [True, True], [True, False], [False, True]])
# Columns of norm 3, 2.5, 1 and 4. By the sum of sizes the first is smaller than the second.
COLUMNS = np.array([[3.0, -1.5, 0.6, -4.0], [0.0, 2.0, -0.8, 0.0]])
SPARED_COLUMNS = np.tile([True, False, False, True], (2, 1))
# Its middle is a candidate, by whatever is ranked along whichever axis, from below or above.
LADDER, MIDDLE = np.arange(8.0)[:, None] + np.arange(1, 9) / 10, np.s_[2:6, 2:6]

# What is true of every right answer ------------------------------------------------------------


def mask_in(case, answer, shape):
    """Give a mask, in whatever form carries it, at the shape of the weights."""
    got = case.array(answer, what="the mask")
    try:
        return np.broadcast_to(got, shape)
    except ValueError:
        text = f"the mask has shape {got.shape}, and it must have the shape {shape} of W"
        raise Broken(text, received=got, kind="shape") from None


def spared(student, W, gamma, kind):
    """Ask for masks with all draws small and with all draws large: a candidate goes in one."""
    shape = W.shape if kind == "weight" else W.shape[1:]
    draws = np.zeros(shape), np.full(shape, 0.999)
    return [student.targeted_mask(W, gamma, 0.5, u, kind) for u in draws]


def spare(case, student, examples):
    """Require what is never dropped, of several ``(W, gamma, kind)``."""
    asked = [(args, spared(student, *args), want) for args, want in examples]
    for (W, *_), answers, want in asked:
        small, large = (mask_in(case, answer, W.shape) > 0 for answer in answers)
        case.equal(small & large, want, what="what is kept whatever u is")


def smallest(sizes, count):
    """Say which of some sizes are the `count` smallest."""
    order = sorted(range(len(sizes)), key=lambda i: sizes[i])
    return np.isin(np.arange(len(sizes)), order[:count])


@law("'weight': candidates are the smallest of each column", weight=4, core=True)
def weights(student, case):
    random = case.apart(8, 5) * 4.0 ** np.arange(5)  # columns of different size
    want = ~np.array([smallest(np.abs(column), 4) for column in random.T]).T
    spare(case, student, [((WEIGHTS, 0.5, "weight"), SPARED), ((random, 0.5, "weight"), want)])


@law("'unit': candidates are the columns of smallest norm", weight=3)
def units(student, case):
    random = case.apart(3, 8)
    want = np.tile(~smallest((random**2).sum(axis=0), 2), (3, 1))
    spare(
        case,
        student,
        [((COLUMNS, 0.5, "unit"), SPARED_COLUMNS), ((random, 0.25, "unit"), want)],
    )


def around(case, alpha):
    """Draw numbers, in the middle some on either side of alpha."""
    u = case.uniform(8, 8)
    u[2:4], u[4:6] = alpha * u[2:4], alpha + (1 - alpha) * u[4:6]
    return u


@law("A candidate is dropped where u < alpha", weight=3)
def draws(student, case):
    alpha = case.rate()
    u = around(case, alpha)
    answer = student.targeted_mask(LADDER, 0.75, alpha, u, "weight")
    kept = mask_in(case, answer, (8, 8))[MIDDLE]
    case.equal(kept, u[MIDDLE] >= alpha, what="the mask of candidates")


@law("No candidates, no dropping; all candidates, all may go", weight=1, edge=True)
def ends(student, case):
    everything, nothing = np.ones((4, 2), bool), np.zeros((4, 2), bool)
    spare(
        case,
        student,
        [((WEIGHTS, 0.0, "weight"), everything), ((WEIGHTS, 1.0, "weight"), nothing)],
    )


@law("The mask is boolean, and W is not written to", weight=1, edge=True)
def form(student, case):
    frozen, none = case.frozen(WEIGHTS), np.zeros((4, 2))
    answers = [
        student.targeted_mask(frozen, 0.5, 0.5, none, "weight"),
        student.targeted_mask(frozen, 0.5, 0.5, np.zeros(2), "unit"),
    ]
    for answer in answers:
        kind = getattr(answer.value, "dtype", type(answer.value).__name__)
        case.that(
            kind == np.dtype(bool), f"the mask has dtype {kind}, and it must be bool", kind="dtype"
        )


# By what a wrong answer is recognised, and what people write instead --------------------------


def kept_always(student, W, gamma, kind):
    """Give what is kept with small and with large draws, whatever the size of the entries."""
    masks = [np.asarray(value_of(answer)) > 0 for answer in spared(student, W, gamma, kind)]
    return np.broadcast_to(masks[0] & masks[1], W.shape)


@question("Which weights are candidates?")
def candidates(student, case):
    return kept_always(student, WEIGHTS, 0.5, "weight")


@question("Which columns are candidates?")
def columns(student, case):
    return kept_always(student, COLUMNS, 0.5, "unit")


@question("Which candidates are dropped?")
def drawn(student, case):
    u = around(case, 0.3)
    got = value_of(student.targeted_mask(LADDER, 0.75, 0.3, u, "weight"))
    return (np.asarray(got) > 0)[MIDDLE]


@question("What stands in the mask?")
def entries(student, case):
    got = student.targeted_mask(LADDER, 0.75, 0.3, around(case, 0.3), "weight")
    return values(np.asarray(value_of(got)) * 1.0)


@question("What happens when all are candidates?", edge=True)
def all_of_them(student, case):
    return kept_always(student, WEIGHTS, 1.0, "weight")


@question("Which dtype has the mask?", edge=True)
def boolean(student, case):
    got = value_of(student.targeted_mask(WEIGHTS, 0.5, 0.5, np.zeros((4, 2)), "weight"))
    return getattr(got, "dtype", None) == np.dtype(bool)


@question("Does it write to its input?", edge=True)
def writes(student, case):
    frozen, none = case.frozen(WEIGHTS), np.zeros((4, 2))
    return overwrites(lambda: student.targeted_mask(frozen, 0.5, 0.5, none, "weight"))


def ranks(size, axis=0):
    """Rank from 0 for the smallest, along an axis."""
    return size.argsort(axis=axis).argsort(axis=axis)


def form_of(
    size=np.abs,
    small=lambda size, n: ranks(size) < n,
    norm=lambda W: np.sqrt((W**2).sum(axis=0)),
    goes=lambda u, alpha: u < alpha,
    mask=lambda drop, alpha: ~drop,
    share=lambda gamma: gamma,
    unit=None,
):
    def targeted_mask(W, gamma, alpha, u, kind):
        gamma = share(gamma)
        if kind == "weight":
            candidate = small(size(W), int(gamma * len(W)))
        elif unit:
            candidate = unit(W, gamma)
        else:
            candidate = ranks(norm(W)) < int(gamma * W.shape[1])
        return mask(np.broadcast_to(candidate & goes(u, alpha), W.shape), alpha)

    return targeted_mask


mistakes = Mistakes(targeted_mask=form_of)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "largest-dropped",
    "Largest dropped, not smallest",
    "The largest weights are candidates; targeted dropout spares what is large, so that it can be "
    "relied on.",
    small=lambda size, n: ranks(-size) < n,
    norm=lambda W: -np.sqrt((W**2).sum(axis=0)),
)
mistakes.row(
    "ranked-over-all",
    "Ranked over the whole matrix",
    "The smallest of the whole matrix are candidates; each column, that is each unit, has its own "
    "ranking.",
    small=lambda size, n: ranks(size, None).reshape(size.shape) < n * size.shape[1],
)
mistakes.row(
    "ranked-along-rows",
    "Ranked along rows",
    "You rank the weights of a row; W is (in, out) here, and a column holds the weights into one "
    "unit.",
    small=lambda size, n: ranks(size, 1) < n * size.shape[1] // len(size),
)
mistakes.row(
    "order-for-ranks",
    "argsort once, where ranks are meant",
    "argsort says which row stands at each place, and not the place of each row: take it twice, or "
    "let its first entries name the candidates.",
    small=lambda size, n: size.argsort(axis=0) < n,
)
mistakes.row(
    "threshold-of-the-first-column",
    "One column's threshold for all",
    "The threshold of the first column decides for all columns; each needs its own.",
    small=lambda size, n: size < np.append(np.sort(size[:, 0]), np.inf)[n],
)
mistakes.row(
    "sign-counts",
    "Ranked by value, not by size",
    "You rank the weights by value, so large negative ones count as small; rank |w|.",
    size=lambda W: W,
)
mistakes.row(
    "columns-by-l1-norm",
    "Columns ranked by another norm",
    "Columns are ranked by the sum of |w|; the contract asks for the Euclidean norm.",
    norm=lambda W: np.abs(W).sum(axis=0),
)
mistakes.row(
    "units-as-weights",
    "Single weights for units",
    "For 'unit' single weights are dropped inside columns; a candidate column goes or stays as a "
    "whole.",
    unit=lambda W, gamma: ranks(np.abs(W)) < int(gamma * len(W)),
)
mistakes.row(
    "drops-where-u-is-large",
    "Dropped where u is large",
    "Candidates are dropped where u >= alpha, which happens with probability 1 - alpha.",
    goes=lambda u, alpha: u >= alpha,
)
mistakes.row(
    "prunes-in-training",
    "Every candidate dropped",
    "Every candidate is dropped, whatever u and alpha say; in training it is left to chance, so "
    "that a weight can come back.",
    goes=lambda u, alpha: np.full(u.shape, True),
)
mistakes.row(
    "mask-exchanged",
    "Kept and dropped exchanged",
    "Your mask is True where a weight is dropped; True means kept.",
    mask=lambda drop, alpha: drop,
)
mistakes.row(
    "mask-rescaled",
    "Mask rescaled",
    "Kept entries are divided by 1 - alpha; targeted dropout rescales nothing, for most of what "
    "is kept was never in danger.",
    mask=lambda drop, alpha: ~drop / (1 - alpha) if alpha < 1 else ~drop,
)
mistakes.row(
    "numbers-for-booleans",
    "Numbers for booleans",
    "The mask holds numbers; masks are boolean arrays in this course, True for kept.",
    mask=lambda drop, alpha: 1.0 - drop,
)


@mistakes.whole(
    "index-beyond-the-end",
    "Index beyond the end",
    "With all weights as candidates the threshold is looked up beyond the last one; rank the "
    "weights, or treat a share of 1 by itself.",
)
def index_beyond_the_end(W, gamma, alpha, u, kind):
    size = np.abs(W) if kind == "weight" else np.sqrt((W**2).sum(axis=0))
    threshold = np.sort(size, axis=0)[int(gamma * len(size))]
    return np.broadcast_to(~((size < threshold) & (u < alpha)), W.shape)

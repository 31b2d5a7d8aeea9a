"""What people write instead of the answer to 8.3."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting


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
    count=int,
    unit=None,
):
    def targeted_mask(W, gamma, alpha, u, kind):
        gamma = share(gamma)
        if kind == "weight":
            candidate = small(size(W), count(gamma * len(W)))
        elif unit:
            candidate = unit(W, gamma)
        else:
            candidate = ranks(norm(W)) < count(gamma * W.shape[1])
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
    "gamma-ignored",
    "gamma ignored",
    "Every weight and every column may be dropped, whatever gamma is; only the share gamma of the "
    "smallest may.",
    share=lambda gamma: 1.0,
)
mistakes.row(
    "one-candidate-too-many",
    "One candidate too many",
    "Each column has one candidate more than int(gamma * in); ranks start at 0, so compare them "
    "with the count by <, not <=.",
    small=lambda size, n: ranks(size) <= n,
)
mistakes.row(
    "count-rounded",
    "Count not cut off",
    "Where gamma times n is 2.8 you have 3 candidates; int(2.8) is 2, for int cuts off what stands "
    "behind the point.",
    count=round,
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
    "columns-by-their-sum",
    "Columns ranked by their sum",
    "You add up the entries of a column, and those of unlike signs cancel; the Euclidean norm adds "
    "their squares.",
    norm=lambda W: np.abs(W.sum(axis=0)),
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

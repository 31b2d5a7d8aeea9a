"""9.5 embedding_dropout: a dropped word is dropped wherever it stands."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting

# Three words; the second sequence has dropped word 0, the first one word 1.
E = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
IDS = np.array([[0, 1, 1, 2], [2, 0, 0, 1]])
MASK = np.array([[True, False, True], [False, True, True]])

# What is true of every right answer ------------------------------------------------------------


def drawn(case, V=6, D=3, B=3, T=8, p=0.4):
    """Draw ``(E, ids, type_mask)``; every sequence has dropped a word and kept one it holds."""
    ids, mask = case.integers(0, V, B, T), case.mask((B, V), p)
    if V > 1 and T > 1:
        for row, kept in zip(ids, mask, strict=True):
            row[-1] = (row[0] + 1) % V
            kept[row[0]], kept[row[-1]] = False, True
    return case.apart(V, D), ids, mask


def kept_words(ids, mask):
    """Say which positions hold a word that their sequence keeps."""
    return np.array([[kept[i] for i in row] for row, kept in zip(ids, mask, strict=True)])


def require_zeros(student, case, calls):
    """Require zeros at dropped words, and there alone."""
    asked = [(student.embedding_dropout(*call), call) for call in calls]
    for answer, (E, ids, mask, _) in asked:
        got = case.array(answer, (*ids.shape, E.shape[1]))
        want = np.broadcast_to(kept_words(ids, mask)[..., None], got.shape)
        case.equal(got != 0, want, what="where the result is not 0")


def require_values(student, case, calls):
    """Require the vectors of words that are kept, divided by 1 - p."""
    asked = [(student.embedding_dropout(*call), call) for call in calls]
    for answer, (E, ids, mask, p) in asked:
        got = case.array(answer, (*ids.shape, E.shape[1]))
        kept = kept_words(ids, mask)
        # Only where something came: what is dropped is the matter of another law.
        seen = kept[..., None] & (got != 0)
        want = np.where(seen, E[ids] / (1 - p), 0)
        case.equal(np.where(seen, got, 0), want, what="what stands for kept words")


@law("A dropped word is 0 wherever it stands in its sequence", weight=4, core=True)
def dropped(student, case):
    require_zeros(student, case, [(E, IDS, MASK, 0.5), (*drawn(case), 0.4)])


@law("The vectors of kept words are divided by 1 - p", weight=3)
def scaled(student, case):
    require_values(student, case, [(E, IDS, MASK, 0.75), (*drawn(case), 0.3)])


@law("p = 0 looks up, p = 1 gives zeros", weight=1, edge=True)
def ends(student, case):
    require_ends(student, case, *drawn(case))


def require_ends(student, case, table, ids, mask):
    """Require the vectors themselves at p = 0, and zeros at p = 1."""
    every = mask | True
    case.gives(
        student.embedding_dropout,
        [((table, ids, every, 0.0), table[ids]), ((table, ids, ~every, 1.0), 0 * table[ids])],
    )


@law("float32 stays float32, and no argument is written to", weight=1, edge=True)
def form(student, case):
    table = case.frozen(E.astype(np.float32))
    answer = student.embedding_dropout(table, case.frozen(IDS), case.frozen(MASK), 0.5)
    case.form(answer, np.zeros((2, 4, 2), np.float32))


# By what a wrong answer is recognised ----------------------------------------------------------

# Four positions and five words, so that a mask read by position can be looked up as well.
WORDS = np.arange(1.0, 6.0)[:, None] * np.array([1.0, 10.0])
TEXT = np.array([[4, 1, 4, 2], [1, 4, 2, 2]])
KEPT = np.array([[True, True, False, True, False], [False, False, False, True, True]])
# The first sequence keeps all that stand in it, and drops two words that don't; the second one
# keeps as many, but drops a word that stands in it: no share of what is kept is 1.
ALL_THAT_STAND = np.array([[False, True, True, False, True], [True, False, True, False, True]])


@question("Which positions are 0?")
def zeros(student, case):
    return rounded(student.embedding_dropout(WORDS, TEXT, KEPT, 0.2)) == 0


@question("By what are the vectors of a sequence multiplied that keeps all its words?")
def factor(student, case):
    got = student.embedding_dropout(WORDS, TEXT, ALL_THAT_STAND, 0.2)
    return rounded(np.asarray(got.value)[0, 0] / WORDS[4])


@question("Is it finite at p = 1?", edge=True)
def at_one(student, case):
    return finite(student.embedding_dropout(WORDS, TEXT, KEPT & False, 1.0))


@question("Which dtype comes out for float32?", edge=True)
def kind(student, case):
    return dtype(student.embedding_dropout(WORDS.astype(np.float32), TEXT, KEPT, 0.2))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.embedding_dropout, case.frozen(WORDS), TEXT, KEPT, 0.2)


# What people write instead ---------------------------------------------------------------------


def lookup(
    kept=lambda ids, mask: np.take_along_axis(mask, ids, axis=1)[..., None],
    factor=lambda p, mask: 1 / (1 - p) if p < 1 else 0.0,
):
    def embedding_dropout(E, ids, type_mask, p):
        keep = kept(ids, type_mask)
        return E[ids] * (keep * factor(p, type_mask)).astype(E.dtype)

    return embedding_dropout


mistakes = Mistakes(embedding_dropout=lookup)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "division-by-zero-at-one",
    factor=lambda p, mask: 1 / (1 - p) if p < 1 else np.nan,
)
mistakes.row(
    "mask-exchanged",
    "Kept and dropped exchanged",
    "Words that the mask keeps are dropped, and the others kept; True means kept.",
    kept=lambda ids, mask: ~np.take_along_axis(mask, ids, axis=1)[..., None],
)
mistakes.row(
    "positions-for-words",
    "Positions dropped, not words",
    "You read the mask by position; its columns are words of the vocabulary, so look the mask up "
    "with the ids.",
    kept=lambda ids, mask: (
        np.resize(mask, (*ids.shape, 1))
        if mask.shape[1] < ids.shape[1]
        else mask[:, : ids.shape[1], None]
    ),
)
mistakes.row(
    "masks-paired-with-all",
    "Every mask with every sequence",
    "`type_mask[:, ids]` looks up all masks for each sequence, so the result has an axis too many; "
    "row b of the mask belongs to row b of ids.",
    kept=lambda ids, mask: mask[:, ids][..., None],
)
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All sequences use the mask of the first one; each sequence drops words of its own.",
    kept=lambda ids, mask: mask[0][ids][..., None],
)
mistakes.row(
    "dropped-once-dropped-for-all",
    "Dropped in one, dropped in all",
    "A word that one sequence drops is dropped in all; each sequence has a mask of its own.",
    kept=lambda ids, mask: mask.all(axis=0)[ids][..., None],
)
mistakes.row(
    "first-place-only",
    "Only the first place dropped",
    "A dropped word is 0 only where it first stands in its sequence; it is dropped at all places.",
    kept=lambda ids, mask: (
        np.take_along_axis(mask, ids, axis=1)[..., None]
        | np.array([[[i in row[:t]] for t, i in enumerate(row)] for row in ids.tolist()])
    ),
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "Vectors of kept words are not divided by 1 - p.",
    factor=lambda p, mask: 1.0,
)
mistakes.row(
    "divided-by-p",
    "Divided by p",
    "Kept words are divided by p; they must be divided by the keep probability 1 - p.",
    factor=lambda p, mask: 1 / p if 0 < p < 1 else 1.0 - p,
)
mistakes.row(
    "divided-by-realised-share",
    "Divided by the share that was kept",
    "You divide by the share of words that this mask keeps; divide by 1 - p, a constant.",
    factor=lambda p, mask: 1 / mask.mean() if mask.any() else 0.0,
)
mistakes.row(
    "multiplied-by-q",
    "Multiplied by 1 - p",
    "You multiply the vectors of kept words by 1 - p; divide by it.",
    factor=lambda p, mask: 1 - p,
)

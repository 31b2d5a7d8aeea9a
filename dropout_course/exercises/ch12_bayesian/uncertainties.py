"""12.4 uncertainties: five measures of doubt from T passes of a classifier."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question
from dropout_course.exercises.ch12_bayesian import part, rounded_part, some_probs

KEYS = (
    "predictive_entropy",
    "expected_entropy",
    "mutual_information",
    "variation_ratio",
    "max_prob",
)
# Two points: passes that agree on a guess, and passes that are sure of different classes.
TWO = np.array([[[0.5, 0.5], [0.9, 0.1]], [[0.5, 0.5], [0.1, 0.9]], [[0.5, 0.5], [0.1, 0.9]]])
# Votes 0, 1, 1, 2, and the mean's largest class is 0: vote and mean disagree.
SPLIT = np.array([[[0.9, 0.05, 0.05]], [[0.4, 0.45, 0.15]], [[0.3, 0.5, 0.2]], [[0.2, 0.2, 0.6]]])


def entropy(p):
    """Give entropies over the last axis, in nats; 0 log 0 = 0."""
    return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=-1)


def counted(probs):
    """Give one minus the share of the most frequent vote."""
    votes = probs.argmax(axis=-1)
    most = [np.bincount(column).max() for column in votes.T]
    return 1 - np.array(most) / len(probs)


def wanted(probs):
    """Give all five by their definitions."""
    mean = probs.mean(axis=0)
    total, expected = entropy(mean), entropy(probs).mean(axis=0)
    return dict(zip(KEYS, (total, expected, total - expected, counted(probs), mean.max(axis=-1)),
                    strict=True))  # fmt: skip


def require(student, case, key, examples):
    """Require one of the five for several stacks of passes."""
    answers = [student.uncertainties(probs) for probs in examples]
    for probs, answer in zip(examples, answers, strict=True):
        case.equal(part(case, answer, key), wanted(probs)[key], what=key, of=answer)


def drawn(case):
    """Give a stack to follow by hand, and random ones."""
    return [TWO, some_probs(case, 5, 4, 3), some_probs(case, 4, 3, 6)]


# What is true of every right answer ------------------------------------------------------------


@law("predictive_entropy is that of the mean over the passes", weight=2, core=True)
def predictive(student, case):
    require(student, case, "predictive_entropy", drawn(case))


@law("expected_entropy is the mean of the passes' entropies", weight=2)
def expected(student, case):
    require(student, case, "expected_entropy", drawn(case))


@law("mutual_information is their difference", weight=2)
def information(student, case):
    # judged by the answer's own entropies: a slip in one of them breaks the law about it
    answers = [student.uncertainties(probs) for probs in drawn(case)]
    for answer in answers:
        total, mean = (case.array(part(case, answer, key), what=key) for key in KEYS[:2])
        own = part(case, answer, KEYS[2])
        case.equal(own, np.asarray(total - mean), what=KEYS[2], of=answer)


@law("variation_ratio is the share of votes that the most frequent class doesn't get", weight=2)
def ratio(student, case):
    # two votes for the last class, one for the first: by a clear margin
    sure = np.array([[[0.8, 0.1, 0.1]], [[0.1, 0.2, 0.7]], [[0.1, 0.3, 0.6]]])
    require(student, case, "variation_ratio", [TWO, SPLIT, sure, some_probs(case, 7, 6, 3)])


@law("max_prob is the largest mean probability", weight=1)
def largest(student, case):
    require(student, case, "max_prob", [SPLIT, *drawn(case)])


@law("A probability of 0 adds nothing: 0 log 0 = 0", weight=1.5)
def zeros(student, case):
    certain = np.eye(3)[np.array([[0, 1], [0, 2]])]  # the passes agree, then they don't
    answer = student.uncertainties(certain)
    for key in KEYS[:3]:
        got = case.array(part(case, answer, key), (2,), what=key)
        case.that(np.isfinite(got).all(), f"{key} is not finite", received=got, kind="nonfinite")


@law("float32 stays float32, and the passes stay as they are", weight=1, edge=True)
def form(student, case):
    probs = case.frozen(SPLIT.astype(np.float32))
    answer = student.uncertainties(probs)
    for key in KEYS:
        case.form(part(case, answer, key), probs[0, :, 0], what=key)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("What is the predictive entropy?")
def total_given(student, case):
    return [rounded_part(student.uncertainties(probs), KEYS[0]) for probs in (TWO, SPLIT)]


@question("What is the expected entropy?")
def expected_given(student, case):
    return [rounded_part(student.uncertainties(probs), KEYS[1]) for probs in (TWO, SPLIT)]


@question("Is the mutual information the difference of the two?")
def difference(student, case):
    given = value_of(student.uncertainties(SPLIT))
    return np.round(np.asarray(given[KEYS[2]]) - given[KEYS[0]] + given[KEYS[1]], 5)


@question("What is the variation ratio?")
def votes(student, case):
    answers = [student.uncertainties(probs) for probs in (SPLIT, TWO)]
    return [rounded_part(answer, KEYS[3]) for answer in answers]


@question("What is max_prob?")
def maximum(student, case):
    return rounded_part(student.uncertainties(SPLIT), KEYS[4])


@question("Is everything finite where a probability is 0?")
def with_zeros(student, case):
    given = value_of(student.uncertainties(np.eye(2)[np.array([[0, 1], [1, 1]])]))
    return all(finite(given[key]) for key in KEYS[:3])


@question("Is the entropy of a certain class below 0?")
def of_certain(student, case):
    given = value_of(student.uncertainties(np.eye(2)[np.array([[0, 1], [1, 1]])]))
    return bool(np.min(given[KEYS[1]]) < -1e-10)


@question("Which dtype has the variation ratio for float32?", edge=True)
def kind(student, case):
    return dtype(value_of(student.uncertainties(SPLIT.astype(np.float32)))[KEYS[3]])


@question("Does it write to the passes?", edge=True)
def writes(student, case):
    return overwrites(student.uncertainties, case.frozen(SPLIT))


def nan_at_zero(p):
    """Give an entropy that is NaN where a probability is 0."""
    with np.errstate(all="ignore"):
        return -(p * np.log(p)).sum(axis=-1)


def doubt(
    H=entropy,
    total=lambda H, probs: H(probs.mean(axis=0)),
    each=lambda H, probs: H(probs).mean(axis=0),
    minus=lambda total, each, H, probs: total - each,
    ratio=counted,
    top=lambda probs: probs.mean(axis=0).max(axis=-1),
    cast=lambda values, probs: values.astype(probs.dtype),
):
    """All five, from their parts."""

    def uncertainties(probs):
        first, second = total(H, probs), each(H, probs)
        third = minus(first, second, H, probs)
        return {
            "predictive_entropy": first,
            "expected_entropy": second,
            "mutual_information": third,
            "variation_ratio": cast(ratio(probs), probs),
            "max_prob": top(probs),
        }

    return uncertainties


mistakes = Mistakes(uncertainties=doubt)
mistakes.row(
    "bits-for-nats",
    "Bits, not nats",
    "Your logarithm has base 2; entropies here are in nats, with the natural logarithm.",
    H=lambda p: entropy(p) / np.log(2),
)
mistakes.row(
    "entropy-over-log-classes",
    "Divided by log C",
    "You divide entropies by log C; here they are not normalised, and the largest is log C.",
    H=lambda p: entropy(p) / np.log(p.shape[-1]),
)
mistakes.row(
    "sign-of-entropy",
    "Entropy with the wrong sign",
    "Your entropies are negative: the minus sign in front of the sum is missing.",
    H=lambda p: -entropy(p),
)
mistakes.row(
    "entropies-averaged",
    "Entropies averaged in both",
    "predictive_entropy averages the passes' entropies; average the probabilities first, then "
    "take one entropy.",
    total=lambda H, probs: H(probs).mean(axis=0),
)
mistakes.row(
    "entropy-of-the-mean-in-both",
    "Entropy of the mean in both",
    "expected_entropy is the entropy of the mean; take the entropy of each pass first, then "
    "average.",
    each=lambda H, probs: H(probs.mean(axis=0)),
)
mistakes.row(
    "entropies-exchanged",
    "The two entropies exchanged",
    "Each entropy stands under the other's key, so the information is negative: the predictive "
    "one averages the probabilities first.",
    total=lambda H, probs: H(probs).mean(axis=0),
    each=lambda H, probs: H(probs.mean(axis=0)),
)
mistakes.row(
    "first-pass-for-expectation",
    "Entropy of one pass",
    "You subtract the entropy of the first pass alone; average over all passes, or the difference "
    "can be negative.",
    minus=lambda total, each, H, probs: total - H(probs[0]),
)
mistakes.row(
    "information-reversed",
    "Difference the wrong way round",
    "You subtract the predictive entropy from the expected one, which is never positive.",
    minus=lambda total, each, H, probs: each - total,
)
mistakes.row(
    "share-of-the-mode",
    "Share of the winning class",
    "variation_ratio is the share of the most frequent vote; it is one minus that.",
    ratio=lambda probs: 1 - counted(probs),
)
mistakes.row(
    "ratio-of-mean-probabilities",
    "One minus max_prob",
    "variation_ratio counts votes, one argmax for each pass; you use the mean probabilities.",
    ratio=lambda probs: 1 - probs.mean(axis=0).max(axis=-1),
)
mistakes.row(
    "votes-against-the-mean",
    "Votes against the mean's class",
    "You count votes for the class of the largest mean probability; the mode of the votes can be "
    "another class.",
    ratio=lambda probs: (probs.argmax(axis=-1) != probs.mean(axis=0).argmax(axis=-1)).mean(axis=0),
)
mistakes.row(
    "mean-of-maxima",
    "Mean of the maxima",
    "max_prob averages each pass's largest probability, which may belong to different classes; "
    "average first, then take the largest.",
    top=lambda probs: probs.max(axis=-1).mean(axis=0),
)
mistakes.row(
    "logarithm-of-zero",
    "0 times the logarithm of 0",
    "Where a probability is 0 you get 0 · log 0 = NaN; such a class adds nothing.",
    H=nan_at_zero,
)
mistakes.row(
    "epsilon-in-the-entropy",
    "A tiny number in the entropy",
    "You add a tiny number inside the logarithm, which shifts every entropy; change what goes into "
    "it only where a probability is 0.",
    H=lambda p: -(p * np.log(p + 1e-8)).sum(axis=-1),
)
mistakes.row(
    "float32-becomes-float64",
    cast=lambda values, probs: np.asarray(values, np.float64),
)
mistakes.row("writes-to-its-input", wrap=overwriting)

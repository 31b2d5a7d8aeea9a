"""What people write instead of 12.5 calibration: forms that differ in one respect."""

from __future__ import annotations

import itertools
from statistics import NormalDist

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting


def quantile(level):
    """Give half the width of a central interval of the standard normal."""
    return NormalDist().inv_cdf((1 + level) / 2)


def squares(probs, labels):
    """Give the squared distances to the one-hot labels, entry by entry."""
    return (probs - np.eye(probs.shape[1])[labels]) ** 2


def ece_form(
    confidence=lambda probs, labels: probs.max(axis=1),
    gap=lambda right, top: abs(right.mean() - top.mean()),
    share=lambda inside: inside.mean(),
    count=lambda bins: bins,
    holds=lambda top, lo, hi: (lo < top) & (top <= hi),
    said=lambda top, lo, hi: top,
    empty=0.0,
    joined=sum,
):
    """Gaps of bins, put together."""

    def ece(probs, labels, bins=15):
        top, right = confidence(probs, labels), probs.argmax(axis=1) == labels
        edges, gaps = np.linspace(0, 1, count(bins) + 1), []
        for lo, hi in itertools.pairwise(edges):
            inside = holds(top, lo, hi)
            if inside.any():
                seen = said(top[inside], lo, hi)
                gaps.append(share(inside) * gap(right[inside], seen))
            else:
                gaps.append(empty)
        return float(joined(gaps))

    return ece


def brier_form(joined=lambda squares, probs, labels: squares.sum(axis=1).mean()):
    """Squared distances, put together."""
    return lambda probs, labels: float(joined(squares(probs, labels), probs, labels))


def coverage_form(
    width=quantile, deviation=np.sqrt, counted=lambda inside: inside.mean(), distance=np.abs
):
    """The share of points within some deviations."""

    def coverage(y, mean, var, level):
        return float(counted(distance(y - mean) <= width(level) * deviation(var)))

    return coverage


mistakes = Mistakes(ece=ece_form, brier=brier_form, coverage=coverage_form)
mistakes.row(
    "bins-unweighted",
    "Every bin counts the same",
    "You add the gaps of the bins as they are; each counts with its share of the points.",
    share=lambda inside: 1.0,
)
mistakes.row(
    "bins-averaged",
    "The plain mean of the bins",
    "You average the gaps of the bins, so a bin with one point counts as much as a full one; each "
    "counts with its share of the points.",
    share=lambda inside: 1.0,
    empty=np.nan,
    joined=np.nanmean,
)
mistakes.row(
    "largest-gap",
    "The largest gap",
    "You give the largest gap of a bin, the maximum calibration error; the expected one adds all "
    "gaps, each with its share of the points.",
    share=lambda inside: 1.0,
    joined=max,
)
mistakes.row(
    "empty-bins-divide-by-zero",
    "Empty bins give NaN",
    "The mean over a bin without points is NaN, and so is your sum; leave such bins out.",
    empty=np.nan,
)
mistakes.row(
    "bin-centre-for-confidence",
    "Centre of the bin as confidence",
    "You compare accuracy with the centre of the bin; take the mean confidence of its points.",
    said=lambda top, lo, hi: np.full(len(top), (lo + hi) / 2),
)
mistakes.row(
    "gaps-cancel",
    "Gaps cancel",
    "Over- and under-confident bins cancel: take the absolute value of each gap.",
    gap=lambda right, top: right.mean() - top.mean(),
)
mistakes.row(
    "gap-of-each-point",
    "The gap of each point",
    "You average |right - confidence| over points; average inside a bin first, since one point is "
    "always right or wrong.",
    gap=lambda right, top: np.abs(right - top).mean(),
)
mistakes.row(
    "gaps-squared",
    "Gaps squared",
    "You square the gaps; the expected calibration error takes their absolute value.",
    gap=lambda right, top: (right.mean() - top.mean()) ** 2,
)
mistakes.row(
    "label-for-confidence",
    "Probability of the label",
    "You use the label's probability as confidence; it is that of the class which is predicted.",
    confidence=lambda probs, labels: probs[np.arange(len(labels)), labels],
)
mistakes.row(
    "bins-not-asked",
    "Always 15 bins",
    "You always use 15 bins; their number is an argument.",
    count=lambda bins: 15,
)
mistakes.row(
    "certainty-left-out",
    "Confidence 1 left out",
    "A confidence of exactly 1 falls into no bin: bins are (lo, hi], the upper edge included.",
    holds=lambda top, lo, hi: (lo <= top) & (top < hi),
)
mistakes.row(
    "lower-edge-for-upper",
    "Lower edge for upper",
    "Your bins are [lo, hi); here they are (lo, hi], and the upper edge belongs to its bin.",
    holds=lambda top, lo, hi: (lo <= top) & ((top < hi) | (hi == 1)),
)
mistakes.row(
    "mean-over-classes",
    "Mean over classes too",
    "You average over the classes as well; the Brier score sums over them and averages over "
    "points.",
    of="brier",
    joined=lambda s, probs, labels: s.mean(),
)
mistakes.row(
    "label-alone-scored",
    "The label's class alone",
    "You score the probability of the right class alone; the others count as well.",
    of="brier",
    joined=lambda s, probs, labels: s[np.arange(len(labels)), labels].mean(),
)
mistakes.row(
    "distances-not-squared",
    "Distances not squared",
    "You add up absolute distances; the Brier score takes their squares.",
    of="brier",
    joined=lambda s, probs, labels: np.sqrt(s).sum(axis=1).mean(),
)
mistakes.row(
    "root-of-the-brier-score",
    "Root of the Brier score",
    "You take a root at the end; the score is the mean of the squares.",
    of="brier",
    joined=lambda s, probs, labels: np.sqrt(s.sum(axis=1)).mean(),
)
mistakes.row(
    "one-sided-interval",
    "One-sided quantile",
    "You use the quantile of level itself; a central interval leaves (1 - level)/2 on either side.",
    of="coverage",
    width=lambda level: NormalDist().inv_cdf(level),
)
mistakes.row(
    "level-read-as-what-is-left-out",
    "level read as what is left out",
    "You use the quantile of 1 - level/2, as if level were the share outside; it is that inside.",
    of="coverage",
    width=lambda level: NormalDist().inv_cdf(1 - level / 2),
)
mistakes.row(
    "sign-of-the-distance",
    "Without the absolute value",
    "Whatever lies below the mean counts as inside, however far: take the absolute distance.",
    of="coverage",
    distance=lambda d: d,
)
mistakes.row(
    "variance-for-deviation",
    "Variance as standard deviation",
    "You multiply the quantile by the variance; an interval has the width of standard deviations.",
    of="coverage",
    deviation=lambda var: var,
)
mistakes.row(
    "level-ignored",
    "Always 1.96 deviations",
    "1.96 belongs to a level of 0.95; compute the quantile from level.",
    of="coverage",
    width=lambda level: 1.96,
)
mistakes.row(
    "outside-counted",
    "Those outside counted",
    "You give the share of points outside their intervals.",
    of="coverage",
    counted=lambda inside: 1 - inside.mean(),
)
mistakes.row("writes-to-its-input", wrap=overwriting)

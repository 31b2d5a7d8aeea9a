"""7.2 channel_noise_var: what dropout does to the mean of a channel."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import rounded, tried
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

X = np.array([[4.0, 2.0, 0.0], [2.0, 4.0, 6.0]])  # mean 3, mean square 76/6
LIKELY = np.array([[1.0, 3.0], [2.0, 2.0]])


def odds(p):
    """Give the variance of one coin of inverted dropout, p/(1 - p)."""
    return p / (1 - p)


# What is true of every right answer ------------------------------------------------------------


@law("A coin for each entry: independent noise averages out", weight=4, core=True)
def element(student, case):
    p, x = case.rate(), case.apart(3, 5)
    examples = [
        ((X, 0.2, "element"), 76 / 36 / 4),
        ((x, p, "element"), odds(p) * float(np.sum(x**2)) / 225),
    ]
    case.gives(student.channel_noise_var, examples)


@law("One coin for all: the whole mean is kept or dropped", weight=3)
def channel(student, case):
    p, x = case.rate(), 1 + case.uniform(4, 3)
    examples = [
        ((X, 0.2, "channel"), 9 / 4),
        ((x, p, "channel"), odds(p) * float(x.mean()) ** 2),
    ]
    case.gives(student.channel_noise_var, examples)


@law("Nothing varies at p = 0, nor at p = 1", weight=1, edge=True)
def ends(student, case):
    calls = [(X, p, kind) for p in (0.0, 1.0) for kind in ("element", "channel")]
    case.gives(student.channel_noise_var, [(call, 0.0) for call in calls])


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("What is the noise with a coin for each entry?")
def of_elements(student, case):
    return rounded(student.channel_noise_var(X, 0.2, "element"))


@question("What is the noise with one coin for all?")
def of_channels(student, case):
    return rounded(student.channel_noise_var(X, 0.2, "channel"))


@question("What is the noise at p = 1?", edge=True)
def at_one(student, case):
    answers = [student.channel_noise_var(LIKELY, 1.0, kind) for kind in ("element", "channel")]
    return [got if isinstance(got, str) else rounded(got) for got in map(tried, answers)]


def form_of(
    coin=lambda p: 0.0 if p == 1 else p / (1 - p),
    entries=lambda x: np.sum(x**2) / x.size**2,
    whole=lambda x: np.mean(x) ** 2,
    result=lambda v: v,
):
    def channel_noise_var(x, p, kind):
        return float(result(coin(p) * (entries(x) if kind == "element" else whole(x))))

    return channel_noise_var


mistakes = Mistakes(channel_noise_var=form_of)
mistakes.row(
    "division-by-zero-at-one",
    coin=lambda p: np.float64(p) / np.float64(1 - p) * 0 if p == 1 else odds(p),
)
mistakes.row(
    "variance-of-the-sum",
    "Sum in place of the mean",
    "With a coin for each entry you give the variance of the sum; the mean divides it by (HW)².",
    entries=lambda x: np.sum(x**2),
)
mistakes.row(
    "noise-not-averaged",
    "The mean noise of an entry",
    "You give the mean variance of one entry; the mean of HW independent entries has 1/(HW) of it.",
    entries=lambda x: np.mean(x**2),
)
mistakes.row(
    "square-of-the-mean",
    "Square of the mean",
    "Independent noise adds up as squares: average x² and not x, then divide by HW.",
    entries=lambda x: np.mean(x) ** 2 / x.size,
)
mistakes.row(
    "mean-of-squares",
    "Mean of the squares",
    "One coin multiplies the whole mean, so its square counts, not the mean of the squares.",
    whole=lambda x: np.mean(x**2),
)
mistakes.row(
    "spread-of-the-map",
    "The spread of the map",
    "You use the variance of the entries over the map; the noise is in the coins, and x is fixed.",
    entries=lambda x: np.var(x) / x.size,
)
mistakes.row(
    "odds-exchanged",
    "p and 1 - p exchanged",
    "A scaled coin has the variance p/(1 - p); you have (1 - p)/p.",
    coin=lambda p: (1 - p) / p if p else 0.0,
)
mistakes.row(
    "standard-for-inverted",
    "Standard, not inverted",
    "p(1 - p) is the variance of an unscaled coin; inverted dropout divides by 1 - p, so by its "
    "square.",
    coin=lambda p: p * (1 - p),
)
mistakes.row(
    "deviation-for-variance",
    "Standard deviation",
    "You give the standard deviation; the variance is its square.",
    result=lambda v: v**0.5,
)


@mistakes.whole(
    "kinds-exchanged",
    "Kinds exchanged",
    'The two kinds are exchanged: with "element" every entry has a coin of its own.',
)
def kinds_exchanged(x, p, kind):
    return form_of()(x, p, "channel" if kind == "element" else "element")

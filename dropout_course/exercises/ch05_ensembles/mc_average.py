"""5.4 mc_average: the mean of T stochastic passes."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np

from dropout_course.engine.features import dtype, finite, rounded, tried
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question, upcasting
from dropout_course.exercises.ch05_ensembles import softmax
from dropout_course.scenes import function

# What is true of every right answer ------------------------------------------------------------


def passes(model, x, T, rng):
    """Run a model T times; the rows are the logits."""
    rng = np.random.default_rng(rng.seed)
    return np.array([model(x, rng) for _ in range(T)])


def of_passes(case, name, x, T, **params):
    """Give arguments, and the mean softmax of the same T passes, drawn with the same seed."""
    rng = case.rng()
    want = softmax(passes(function(name)(**params), x, T, rng)).mean(0)
    return (case.fn(name, **params), x, T, rng), want


@law("The probabilities of T passes are averaged", weight=4, core=True)
def probabilities_are_averaged(student, case):
    noise = {"centre": [0.0, 1.0, -1.0], "scale": 2.0}
    examples = [of_passes(case, "noisy_logits", np.ones(1), T, **noise) for T in (6, 17)]
    W, x, p = case.apart(6, 4), case.apart(6), case.rate()
    # with 1 - p no logit is huge: those have a law of their own
    examples.append(of_passes(case, "dropped_logits", x, 12, W=(1 - p) * W, p=p))
    case.gives(student.mc_average, examples)


@law("One pass is a softmax", weight=2)
def one_pass(student, case):
    fn = case.fn("noisy_logits", centre=[0.0, math.log(3)], scale=0.0)
    friendly = ((fn, np.ones(1), 1, case.rng()), np.array([0.25, 0.75]))
    other = of_passes(case, "noisy_logits", np.ones(2), 1, centre=case.apart(5), scale=0.0)
    case.gives(student.mc_average, [friendly, other])


@law("Four runs of T passes are one run of 4T", weight=2)
def four_runs_are_one(student, case):
    fn, x, rng = case.fn("noisy_logits", centre=[0.0, 0.5], scale=2.0), np.ones(1), case.rng()
    require_one_run(student, case, fn, x, 9, rng)


def require_one_run(student, case, fn, x, T, rng):
    """Require that four runs average to the one that makes all their passes."""
    runs = student.play("repeat", name="mc_average", args=[fn, x, T, rng], times=4)
    whole = case.array(student.mc_average(fn, x, 4 * T, rng), what="the average")
    found = [case.array(run, whole.shape, what="the average") for run in runs.value]
    text = "runs with one generator gave the same average: every pass must draw new numbers"
    case.that(any(not np.array_equal(run, found[0]) for run in found), text)
    case.equal(np.mean(found, axis=0), whole, what=f"the mean of four runs of {T} passes")


@law("Logits of 10 000 give finite numbers", weight=2)
def huge_logits(student, case):
    examples = []
    for centre, want in (
        ([1e4, 0.0, -1e4], [1.0, 0.0, 0.0]),
        ([-1e4, -1e4], [0.5, 0.5]),
        ([1e4 + math.log(3), 1e4], [0.75, 0.25]),
    ):
        fn = case.fn("noisy_logits", centre=centre, scale=0.0)
        examples.append(((fn, np.ones(1), 1, case.rng()), np.array(want)))
    case.gives(student.mc_average, examples)
    require_finite(student, case, [0.0, 0.0], 12)


def require_finite(student, case, centre, T):
    """Require numbers for passes that lie thousands apart; what they are, other laws judge."""
    fn = case.fn("noisy_logits", centre=centre, scale=1e4)
    got = case.array(student.mc_average(fn, np.ones(1), T, case.rng()))
    text = f"for {T} passes whose logits lie thousands apart the average is not finite"
    case.that(np.isfinite(got).all(), text, received=got, kind="nonfinite")


@law("The model is called T times, with the given generator", weight=1.5, observed=True)
def exactly_T_calls(student, case):
    for T in (1, 4):
        counted(student, case, np.array([1.0, 2.0]), T)


def counted(student, case, x, T):
    """Require T calls with the caller's generator and input."""
    centre = [0.0, 1.0, 0.5]
    run = student.play("mc_average_run", centre=centre, x=x, T=T, seed=case.seed())
    seen = run.value
    calls = seen["calls"]
    case.that(calls == T, f"with T = {T} the model was called {calls} times", received=calls)
    case.that(seen["same_rng"], "the model must get the generator that was passed to you")
    case.that(seen["same_x"], "the model must get the input that was passed to you")


@law("float32 stays float32", weight=1, edge=True)
def form(student, case):
    (fn, x, T, rng), want = of_passes(case, "noisy_logits", np.ones(1, "f4"), 4, centre=[0.0, 1.0])
    case.form(student.mc_average(fn, x, T, rng), want)


# By what a wrong answer is recognised ----------------------------------------------------------

ONE = np.ones(1)


def call(student, case, T, centre, scale, x=ONE):
    """Average T passes of a noisy model with the seed of the question."""
    return student.mc_average(case.fn("noisy_logits", centre=centre, scale=scale), x, T, case.rng())


@question("What is the average of several passes?")
def several(student, case):
    model = {"centre": [0.0, 1.0, -1.0], "scale": 2.0}
    run = student.play("mc_average_run", x=ONE, T=8, seed=case.seed(), **model).value
    return rounded(run["result"]) if run["same_rng"] else "draws from another generator"


@question("What is the result for logits without noise?")
def one(student, case):
    return rounded(call(student, case, 1, [0.0, 0.5], 0.0))


@question("How often is the model called?")
def calls(student, case):
    centre = [0.0, 1.0]
    return student.play("mc_average_run", centre=centre, x=ONE, T=3, seed=case.seed()).value[
        "calls"
    ]


@question("What becomes of logits of 10 000?", edge=True)
def huge(student, case):
    value = tried(call(student, case, 2, [1e4, 9999.0], 0.0))
    apart = call(student, case, 12, [0.0, 0.0], 1e4)
    return value if isinstance(value, str) else [rounded(value), finite(apart)]


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(call(student, case, 2, [0.0, 1.0], 1.0, ONE.astype(np.float32)))


# What people write instead ---------------------------------------------------------------------


def monte_carlo(
    made=lambda logits: softmax(logits).mean(axis=0),
    run=lambda logit_fn, x, T, rng: [logit_fn(x, rng) for _ in range(T)],
):
    """Collect T rows of logits, and make one vector of them."""
    return lambda logit_fn, x, T, rng: made(np.array(run(logit_fn, x, T, rng)))


def divided(odds):
    """Divide within each pass, and average."""
    return (odds / odds.sum(axis=1, keepdims=True)).mean(axis=0)


mistakes = Mistakes(mc_average=monte_carlo)
ROWS = {
    "logits-averaged": (
        "Logits averaged",
        "You average the logits and take one softmax, which gives the geometric mean of the "
        "passes; average the probabilities.",
        lambda logits: softmax(logits.mean(axis=0)),
    ),
    "votes-counted": (
        "Votes counted",
        "You count which class wins each pass; average the probabilities, so that a narrow win "
        "counts as one.",
        lambda logits: np.eye(logits.shape[1], dtype=logits.dtype)[logits.argmax(1)].mean(0),
    ),
    "no-softmax": (
        "No softmax",
        "These are mean logits; each pass has to go through a softmax before the average.",
        lambda logits: logits.mean(axis=0),
    ),
    "sum-for-mean": (
        "Sum instead of mean",
        "The result adds up to T; divide the sum of the passes by their number.",
        lambda logits: softmax(logits).sum(axis=0),
    ),
    "softmax-over-passes": (
        "Softmax over the passes",
        "The softmax runs over the passes; it belongs over the classes, one pass at a time.",
        lambda logits: softmax(logits.T).mean(axis=1),
    ),
    "softmax-of-probabilities": (
        "Softmax of something normalised",
        "The mean of the passes is a probability vector already; a second softmax flattens it.",
        lambda logits: softmax(softmax(logits).mean(axis=0)),
    ),
    "median-for-mean": (
        "Median for mean",
        "The median of the passes need not add up to 1; the average is their mean.",
        lambda logits: np.median(softmax(logits), axis=0).astype(logits.dtype),
    ),
    "exp-overflows": (
        "exp overflows",
        "exp of a logit of 10 000 overflows; subtract the largest logit of the pass first.",
        lambda logits: divided(np.exp(logits)),
    ),
    "one-maximum-for-all-passes": (
        "One maximum for all passes",
        "The largest logit of all passes is subtracted from each: in a pass far below it every exp "
        "is 0, and 0/0 is NaN. Subtract from each pass its own largest logit.",
        lambda logits: divided(np.exp(logits - logits.max())),
    ),
    "logits-clipped": (
        "Logits clipped",
        "Clipping makes logits beyond the bound equal, and their classes equally likely; subtract "
        "the largest logit of the pass instead, which changes no probability.",
        lambda logits: softmax(np.clip(logits, -50, 50)).mean(axis=0),
    ),
    "exponentials-pooled": (
        "Exponentials added over the passes",
        "The exponentials of all passes are added before they are divided, so that a pass with "
        "large logits outweighs the others; divide within each pass first.",
        lambda logits: softmax(np.log(np.exp(logits - logits.max()).sum(axis=0))),
    ),
}
ROWS["latest-counts-half"] = (
    "The latest pass counts half",
    "Each pass is averaged with the mean so far, so the last one weighs a half and the first ones "
    "next to nothing; every pass counts 1/T.",
    lambda logits: reduce(lambda mean, row: (mean + row) / 2, softmax(logits)),
)
for name, (title, says, of_logits) in ROWS.items():
    mistakes.row(name, title, says, made=of_logits)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row(
    "same-pass-repeated",
    "T times the same pass",
    "All T passes use the same random numbers; call the model T times and let the generator "
    "move on.",
    run=lambda logit_fn, x, T, rng: T * [logit_fn(x, rng)],
)
mistakes.row(
    "another-generator",
    "Another generator",
    "The passes draw from a generator of your own; hand on the one that was passed to you.",
    run=lambda logit_fn, x, T, rng: [logit_fn(x, np.random.default_rng()) for _ in range(T)],
)
mistakes.row(
    "one-pass-too-many",
    "One pass too many",
    "The model is called once before the T passes, to learn the number of classes for "
    "instance; exactly T calls are allowed.",
    run=lambda logit_fn, x, T, rng: [logit_fn(x, rng) for _ in range(T + 1)][1:],
)

"""7.4 drop_path: residual branches, the schedule of their survival, the depth that remains."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import rounded, tried
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question, upcasting
from dropout_course.exercises.ch07_structured import add_factors, inverse, questions_about_arrays

SKIP = np.array([[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]])
BRANCH = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
KEEP = np.array([True, False, True])


def joined(skip, branch, keep, p):
    """Give what must come out for p < 1, example by example."""
    rows = zip(skip, branch, keep, strict=True)
    return np.array([r + b / (1 - p) if k else r for r, b, k in rows])


# What is true of every right answer ------------------------------------------------------------


@law("A kept branch is divided by 1 - p, a dropped one leaves the skip alone", weight=5, core=True)
def branches(student, case):
    p = case.rate()
    calls = [(SKIP, BRANCH, KEEP, 0.2)]
    calls.append((case.apart(4, 3), case.apart(4, 3), case.mask((4,), p), p))
    case.gives(student.drop_path, [(call, joined(*call)) for call in calls])


@law("Any number of axes behind the examples", weight=1)
def axes(student, case):
    p, pairs = case.rate(), []
    for more in ((), (4, 3, 2)):
        skip, branch = case.apart(3, *more), case.apart(3, *more)
        flat = student.drop_path(skip.reshape(3, -1), branch.reshape(3, -1), KEEP, p)
        pairs.append((flat, student.drop_path(skip, branch, KEEP, p), skip))
    for flat, answer, skip in pairs:
        want = case.array(flat).reshape(skip.shape)
        case.equal(answer, want, what="the result, beside that of the same numbers with two axes,")


@law("The paper's schedule begins at 1 - (1 - p_last)/L", weight=2.5)
def paper(student, case):
    L, last = case.integers(5, 12), case.rate()
    line = np.array([1 - k / L * (1 - last) for k in range(1, L + 1)])
    examples = [
        ((4, 0.5, "paper"), np.array([0.875, 0.75, 0.625, 0.5])),
        ((L, last, "paper"), line),
    ]
    case.gives(student.survival_schedule, examples)


@law("The libraries' schedule begins at 1", weight=2.5)
def timm(student, case):
    L, last = case.integers(5, 12), case.rate()
    line = np.array([1 - k / (L - 1) * (1 - last) for k in range(L)])
    examples = [((5, 0.6, "timm"), np.array([1.0, 0.9, 0.8, 0.7, 0.6])), ((L, last, "timm"), line)]
    case.gives(student.survival_schedule, examples)


@law("A single branch survives in the libraries' schedule", weight=0.5, edge=True)
def single(student, case):
    case.gives(student.survival_schedule, [((1, 0.5, "timm"), np.ones(1))])


@law("The expected depth is the sum of the survivals", weight=2)
def depth(student, case):
    survival = case.uniform(7, low=0.2)
    examples = [((np.array([1.0, 0.75, 0.5]),), 2.25), ((survival,), float(survival.sum()))]
    case.gives(student.expected_depth, examples)


@law("p = 0 adds every branch, p = 1 none", weight=1, edge=True)
def ends(student, case):
    everything, nothing = np.ones(3, bool), np.zeros(3, bool)
    examples = [
        ((SKIP, BRANCH, everything, 0.0), SKIP + BRANCH),
        ((SKIP, BRANCH, nothing, 1.0), SKIP),
    ]
    case.gives(student.drop_path, examples)


@law("The dtype is that of residual, and the inputs stay as they are", weight=1, edge=True)
def form(student, case):
    skip, branch = (case.frozen(a.astype(np.float32)) for a in (SKIP, BRANCH))
    case.form(student.drop_path(skip, branch, KEEP, 0.2), skip)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("What becomes of an example that keeps its branch?")
def kept(student, case):
    y = student.drop_path(SKIP, BRANCH, KEEP, 0.2).value
    return rounded(np.asarray(y)[KEEP])


@question("What becomes of an example that loses its branch?")
def lost(student, case):
    y = student.drop_path(SKIP, BRANCH, KEEP, 0.2).value
    return rounded(np.asarray(y)[~KEEP])


@question("Does it work with other numbers of axes?")
def sizes(student, case):
    got = tried(student.drop_path(np.ones((3, 4, 2, 5)), np.ones((3, 4, 2, 5)), KEEP, 0.2))
    if isinstance(got, str):
        return got
    y = np.asarray(got).reshape(3, -1)
    return [list(np.shape(got)), bool((y == y[:, :1]).all())]


@question("Which survivals has the paper's schedule?")
def of_paper(student, case):
    return rounded(student.survival_schedule(4, 0.6, "paper"))


@question("Which survivals has the libraries' schedule?")
def of_timm(student, case):
    return rounded(student.survival_schedule(4, 0.6, "timm"))


@question("What is the expected depth?")
def of_depth(student, case):
    return rounded(student.expected_depth(np.array([1.0, 0.75, 0.5, 0.5])))


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return rounded(student.drop_path(SKIP, BRANCH, np.zeros(3, bool), 1.0))


kind, writes = questions_about_arrays(
    lambda s, x: s.drop_path(x, BRANCH.astype(x.dtype), KEEP, 0.2), SKIP
)


def path_form(
    factor=inverse,
    chosen=lambda keep: keep,
    gate=lambda keep, x: keep.reshape(-1, *(1,) * (x.ndim - 1)),
    join=lambda skip, branch, gate, factor: skip + branch * gate * factor,
):
    def drop_path(residual, branch, keep, p):
        y = join(residual, branch, gate(chosen(keep), branch), factor(p))
        return np.asarray(y).astype(residual.dtype)

    return drop_path


def schedule_form(
    paper=lambda L: np.arange(1, L + 1) / L,
    timm=lambda L: np.linspace(0, 1, L),
    line=lambda depth, last: 1 - depth * (1 - last),
):
    def survival_schedule(L, p_last, kind):
        return line(paper(L) if kind == "paper" else timm(L), p_last)

    return survival_schedule


def depth_form(value=np.sum):
    def expected_depth(survival):
        return float(value(survival))

    return expected_depth


mistakes = Mistakes(drop_path=path_form, survival_schedule=schedule_form, expected_depth=depth_form)
add_factors(mistakes, "branches")
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row(
    "sum-dropped",
    "Skip dropped as well",
    "You drop the sum of skip and branch; the skip must pass whatever the coin says.",
    join=lambda skip, branch, gate, factor: (skip + branch * factor) * gate,
)
mistakes.row(
    "skip-scaled",
    "Skip scaled as well",
    "The skip is divided by 1 - p too; only the branch is dropped, so only the branch is scaled.",
    join=lambda skip, branch, gate, factor: np.where(gate, (skip + branch) * (factor or 1), skip),
)
mistakes.row(
    "skip-for-branch",
    "Skip and branch exchanged",
    "You drop the skip and add the whole branch; it must be the other way round.",
    join=lambda skip, branch, gate, factor: skip * gate * factor + branch,
)
mistakes.row(
    "branch-alone",
    "Skip forgotten",
    "The result is the branch alone; add it to what the skip carries.",
    join=lambda skip, branch, gate, factor: branch * gate * factor,
)
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All examples follow the coin of the first one; DropPath has a coin for each example.",
    chosen=lambda keep: np.broadcast_to(keep[:1], keep.shape),
)
mistakes.row(
    "for-two-axes-alone",
    "For two axes alone",
    "`keep[:, None]` lines up with arrays of two axes only; give it an axis for each axis of the "
    "branch.",
    gate=lambda keep, x: keep[:, None],
)
mistakes.row(
    "paper-begins-at-one",
    "The paper's schedule begins at 1",
    "The paper's l counts from 1, so its first block survives with 1 - (1 - p_last)/L.",
    of="survival_schedule",
    paper=lambda L: np.linspace(0, 1, L),
)
mistakes.row(
    "paper-ends-early",
    "The paper's l counts from 0",
    "With l from 0 to L - 1 the last block never reaches p_last; in the paper l goes from 1 to L.",
    of="survival_schedule",
    paper=lambda L: np.arange(L) / L,
)
mistakes.row(
    "libraries-begin-late",
    "The libraries' schedule is the paper's",
    'With kind "timm" the line goes from 1 at the first block to p_last at the last.',
    of="survival_schedule",
    timm=lambda L: np.arange(1, L + 1) / L,
)
mistakes.row(
    "schedules-exchanged",
    "Schedules exchanged",
    "The two kinds are exchanged: the libraries' line is the one that begins at 1.",
    of="survival_schedule",
    paper=lambda L: np.linspace(0, 1, L),
    timm=lambda L: np.arange(1, L + 1) / L,
)
mistakes.row(
    "product-for-sum",
    "Product in place of the sum",
    "The product is the probability that all branches live; the expected number is the sum.",
    of="expected_depth",
    value=np.prod,
)
mistakes.row(
    "share-for-number",
    "Share in place of the number",
    "You give the expected share of living branches; their expected number is the sum.",
    of="expected_depth",
    value=np.mean,
)
mistakes.row(
    "dropped-for-alive",
    "Dropped in place of living",
    "You count the branches that are dropped; the depth counts those that live.",
    of="expected_depth",
    value=lambda survival: np.sum(1 - survival),
)


@mistakes.whole(
    "drop-rates-for-survival",
    "Rates of dropping",
    "You give probabilities of dropping; the schedule, and p_last, are probabilities of survival.",
    of="survival_schedule",
)
def drop_rates(L, p_last, kind):
    return 1 - schedule_form()(L, p_last, kind)


@mistakes.whole(
    "p-last-read-as-drop",
    "p_last read as dropping",
    "p_last is the survival of the last branch; you use it as its probability of being dropped.",
    of="survival_schedule",
)
def last_as_drop(L, p_last, kind):
    return schedule_form()(L, 1 - p_last, kind)


@mistakes.whole(
    "writes-to-its-input",
    "Writes to its input",
    "Your function writes to the caller's array, who still needs it; make a new one instead.",
)
def writes_to_the_skip(residual, branch, keep, p):
    residual += path_form()(np.zeros_like(residual), branch, keep, p)
    return residual

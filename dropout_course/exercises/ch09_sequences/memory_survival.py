"""9.3 memory_survival: what is left of a state after T masks."""

from __future__ import annotations

from dropout_course.engine.features import rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.exercises.ch09_sequences import parts

NAMES = ("prob_alive", "mean_factor", "var_factor")
KINDS = ("step", "tied")

# What is true of every right answer ------------------------------------------------------------


def expected(q, T, kind):
    """Sum over what can come: alive or not, with one factor."""
    alive = q**T if kind == "step" else q
    factor = q**-T
    return alive, alive * factor, alive * (1 - alive) * factor**2


def require(name, student, case, calls):
    """Require one of the three numbers for several ``(q, T, kind)``."""
    asked = [(student.memory_survival(*call), call) for call in calls]
    for answer, call in asked:
        want = expected(*call)[NAMES.index(name)]
        got = float(case.array(parts(answer, NAMES)[name], what=name).reshape(()))
        close = abs(got - want) <= 1e-9 * max(1.0, abs(want))
        case.that(close, f"{name} is wrong", expected=want, received=got)


def some(case, kind, most=6):
    """Give an example to follow by hand, and a random one."""
    return [
        (0.5, 2, kind),
        (0.75, 3, kind),
        (1 - case.rate(0.1, 0.45), case.integers(4, most), kind),
    ]


@law("'step': it lives if every coin says so", weight=2, core=True)
def alive_step(student, case):
    require("prob_alive", student, case, some(case, "step"))


@law("'tied': it lives if one coin says so", weight=1.5)
def alive_tied(student, case):
    require("prob_alive", student, case, some(case, "tied"))


@law("'step': the mean stays", weight=1)
def mean_step(student, case):
    require("mean_factor", student, case, some(case, "step"))


@law("'tied': the mean grows", weight=2)
def mean_tied(student, case):
    require("mean_factor", student, case, some(case, "tied"))


@law("'step': the variance grows with T", weight=1.5)
def var_step(student, case):
    require("var_factor", student, case, some(case, "step"))


@law("'tied': the variance grows faster", weight=1.5)
def var_tied(student, case):
    require("var_factor", student, case, some(case, "tied"))


@law("q = 0 leaves nothing", weight=1, edge=True)
def nothing(student, case):
    asked = [student.memory_survival(0.0, T, kind) for T in (1, 4) for kind in KINDS]
    for answer in asked:
        for name, got in parts(answer, NAMES).items():
            case.equal(case.array(got, what=name).reshape(()), 0.0, what=name)


# By what a wrong answer is recognised ----------------------------------------------------------


def number(student, kind, name):
    """Give one of the three numbers for two settings."""
    calls = ((0.8, 3, kind), (0.6, 2, kind))
    return [rounded(student.memory_survival(*call).value[NAMES.index(name)]) for call in calls]


@question("With which probability is the state alive under new masks?")
def lives_step(student, case):
    return number(student, "step", "prob_alive")


@question("With which probability is the state alive under one mask?")
def lives_tied(student, case):
    return number(student, "tied", "prob_alive")


@question("What is the mean under new masks?")
def mean_new(student, case):
    return number(student, "step", "mean_factor")


@question("What is the mean under one mask?")
def mean_one(student, case):
    return number(student, "tied", "mean_factor")


@question("What is the variance under new masks?")
def variance_new(student, case):
    return number(student, "step", "var_factor")


@question("What is the variance under one mask?")
def variance_one(student, case):
    return number(student, "tied", "var_factor")


@question("What comes of q = 0?", edge=True)
def at_zero(student, case):
    return [rounded(v) for v in student.memory_survival(0.0, 2, "step").value]


def survival(
    read=lambda q: q,
    alive=lambda q, T, kind: q**T if kind == "step" else q,
    mean=lambda q, T, kind: 1.0 if kind == "step" else q ** (1 - T),
    second=lambda q, T, kind: q**-T if kind == "step" else q ** (1 - 2 * T),
    central=lambda second, mean: second - mean**2,
    zero=lambda q: q == 0,
):
    """Put three numbers together: probability, mean, second moment less squared mean."""

    def memory_survival(q, T, kind):
        if zero(q):
            return 0.0, 0.0, 0.0
        q = read(q)
        m = mean(q, T, kind)
        return alive(q, T, kind), m, central(second(q, T, kind), m)

    return memory_survival


mistakes = Mistakes(memory_survival=survival)
mistakes.row(
    "q-read-as-drop-rate",
    "q read as drop rate",
    "You use q as the probability of dropping; here q is the probability of keeping.",
    read=lambda q: 1 - q,
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "The factor 1/q is left out: each step multiplies by m/q, not by the mask alone.",
    mean=lambda q, T, kind: q**T if kind == "step" else q,
    second=lambda q, T, kind: q**T if kind == "step" else q,
)
mistakes.row(
    "tied-alive-like-step",
    "A tied state that dies in each step",
    "With one mask for all steps there is one coin: the state lives with probability q, not q to "
    "the power T.",
    alive=lambda q, T, kind: q**T,
)
mistakes.row(
    "step-alive-like-tied",
    "One coin for all steps",
    "With new masks the state has to survive T coins, one in each step.",
    alive=lambda q, T, kind: q,
)
mistakes.row(
    "inverted-scaling-always-right",
    "Mean 1 taken for granted",
    "Dividing by q keeps the mean only if each factor has a coin of its own; a tied survivor is "
    "divided T times and was at risk once.",
    mean=lambda q, T, kind: 1.0,
    second=lambda q, T, kind: 1.0 + expected(q, T, kind)[2],
)
mistakes.row(
    "one-division-forgotten",
    "Divided once for all steps",
    "A tied survivor is divided by q in each of T steps, not once.",
    mean=lambda q, T, kind: 1.0,
    second=lambda q, T, kind: q**-T if kind == "step" else 1 / q,
)
mistakes.row(
    "one-power-too-many",
    "One power too many",
    "A tied survivor has the factor q to the power -T, and it survives with probability q; their "
    "product is the mean.",
    mean=lambda q, T, kind: 1.0 if kind == "step" else q**-T,
    second=lambda q, T, kind: q**-T if kind == "step" else expected(q, T, kind)[2] + q ** (-2 * T),
)
mistakes.row(
    "second-moment-for-variance",
    "Second moment, not variance",
    "You give the mean of the square; the variance is that less the square of the mean.",
    central=lambda second, mean: second,
)
mistakes.row(
    "mean-not-squared",
    "Mean not squared",
    "From the mean of the square you take the mean itself; the variance is less its square.",
    central=lambda second, mean: second - mean,
)
mistakes.row(
    "variance-of-the-coin",
    "Variance of the coin alone",
    "P(1 - P) is the variance of a coin; what is left is that coin times a factor, and a variance "
    "takes the square of a factor.",
    second=lambda q, T, kind: (
        expected(q, T, kind)[1] ** 2 + expected(q, T, kind)[0] * (1 - expected(q, T, kind)[0])
    ),
)
mistakes.row(
    "deviation-for-variance",
    "Standard deviation",
    "You give a standard deviation, and its square is asked for.",
    central=lambda second, mean: (second - mean**2) ** 0.5,
)
mistakes.row(
    "variances-added",
    "Variances added over the steps",
    "Factors multiply, so their second moments do; variances would add up in a sum.",
    second=lambda q, T, kind: 1 + T * (1 - q) / q if kind == "step" else q ** (1 - 2 * T),
)
mistakes.row(
    "nan-at-zero",
    "Not a number at q = 0",
    "At q = 0 you divide by 0; nothing survives there, so all three are 0.",
    zero=lambda q: False,
    read=lambda q: q or float("nan"),
)

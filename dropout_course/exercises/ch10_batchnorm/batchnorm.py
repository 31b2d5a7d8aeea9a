"""10.2 batchnorm: normalise with one memory for each mode, and renew what is stored."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch10_batchnorm.norms import KEYS, mistakes

__all__ = ["mistakes"]  # what people write instead

X = np.array([[1.0, 10.0], [3.0, 30.0], [8.0, 20.0]])
BATCHES = [np.array([[0.0], [0.0]]), np.array([[6.0]])]


def state_of(*values):
    """Give a state of these gamma, beta, running mean and running variance."""
    return {key: np.array(value, float) for key, value in zip(KEYS, values, strict=True)}


PLAIN = state_of([1, 1], [0, 0], [2, 2], [4, 25])


def some_state(case, d):
    """Draw a state whose numbers show."""
    return state_of(case.apart(d), case.apart(d), case.apart(d), case.uniform(d, low=0.5, high=3))


def output(case, answer):
    """Give the first of (y, state)."""
    return both(case, answer)[0]


def both(case, answer):
    """Require (y, state) with a dict; give the two."""
    got = answer.value
    two = isinstance(got, (tuple, list)) and len(got) == 2
    case.that(two, "bn_forward must return (y, state)", received=got, kind="type")
    good = isinstance(got[1], dict) and set(KEYS) <= set(got[1])
    text = f"the state must be a dict with {', '.join(KEYS)}"
    case.that(good, text, received=got[1], kind="type")
    return got


def normalised(x, state, mean, var, eps):
    """Give what must come out with these statistics."""
    return state["gamma"] * (x - mean) / np.sqrt(var + eps) + state["beta"]


def require_moved(case, answer, x, state, momentum):
    """Require the running statistics after one batch, and gamma and beta as they were."""
    new = both(case, answer)[1]
    for name, fresh in (("running_mean", x.mean(axis=0)), ("running_var", x.var(axis=0, ddof=1))):
        want = (1 - momentum) * state[name] + momentum * fresh
        case.equal(new[name], want, what=f"the new {name}", of=answer)
    for name in ("gamma", "beta"):
        case.equal(new[name], state[name], what=name, of=answer)


# What is true of every right answer ------------------------------------------------------------


@law("Training standardises each column with the batch's mean and population variance", weight=4,
     core=True)  # fmt: skip
def training(student, case):
    two = np.array([[1.0, 10.0], [3.0, 40.0]])
    asked = [(student.bn_forward(two, PLAIN, True, 0.1, 0.0), np.array([[-1.0, -1], [1, 1]]))]
    for shape in ((5, 3), (4, 2)):
        x, state, eps = case.normal(*shape, scale=3), some_state(case, shape[1]), 0.3
        want = normalised(x, state, x.mean(axis=0), x.var(axis=0), eps)
        asked.append((student.bn_forward(x, state, True, 0.1, eps), want))
    for answer, want in asked:
        case.equal(output(case, answer), want, what="y", of=answer)


@law("Evaluation uses the stored mean and variance, and moves nothing", weight=3)
def evaluation(student, case):
    asked = [(X, PLAIN, 0.0)]
    for shape in ((5, 3), (1, 2)):
        asked.append((case.normal(*shape, scale=3), some_state(case, shape[1]), 0.3))
    answers = [student.bn_forward(x, state, False, 0.1, eps) for x, state, eps in asked]
    for (x, state, eps), answer in zip(asked, answers, strict=True):
        y, same = both(case, answer)
        want = normalised(x, state, state["running_mean"], state["running_var"], eps)
        case.equal(y, want, what="y", of=answer)
        for name in KEYS:
            case.equal(same[name], state[name], what=f"{name} after evaluation", of=answer)


@law("What is stored moves towards the batch's mean and unbiased variance", weight=3)
def stored(student, case):
    small = np.array([[0.0], [2.0]])
    asked = [(small, state_of([1], [0], [0], [1]), 0.25)]
    for shape in ((5, 3), (4, 2)):
        asked.append((case.normal(*shape, scale=3), some_state(case, shape[1]), 0.1))
    answers = [student.bn_forward(x, state, True, m) for x, state, m in asked]
    for (x, state, momentum), answer in zip(asked, answers, strict=True):
        require_moved(case, answer, x, state, momentum)


@law("recalibrate counts every row once", weight=3)
def recalibration(student, case):
    rows = case.normal(9, 2, scale=2) + np.arange(9)[:, None]
    asked = [(BATCHES, (np.array([2.0]), np.array([8.0])))]
    asked.append(([rows[:2], rows[2:8], rows[8:]], (rows.mean(axis=0), rows.var(axis=0))))
    for batches, want in asked:
        case.gives(student.recalibrate, [((batches,), want)])


@law("The given state stays as it is", weight=1)
def unchanged(student, case):
    x, state = case.normal(5, 3, scale=3), some_state(case, 3)
    asked = [student.play("batchnorm_twice", x=x, state=state, training=mode, eps=0.1)
             for mode in (True, False)]  # fmt: skip
    for first, second in [answer.value for answer in asked]:
        what = "what a second call with the same state gives"
        case.equal(second[1], first[1], what=what)


@law("Dtypes of x and of the state are kept, and neither is written to", weight=1, edge=True)
def form(student, case):
    x = case.frozen(X.astype(np.float32))
    state = {name: case.frozen(a.astype(np.float32)) for name, a in PLAIN.items()}
    for answer in [student.bn_forward(x, state, mode) for mode in (True, False)]:
        y, new = both(case, answer)
        case.form(y, x, what="y")
        for name in KEYS:
            case.form(new[name], state[name], what=name)


# By what a wrong answer is recognised ----------------------------------------------------------


def y_of(student, training, x=X, state=PLAIN, eps=0.0):
    """Give y, rounded."""
    return rounded(value_of(student.bn_forward(x, state, training, 0.25, eps))[0])


def moved(student, name, training=True):
    """Give a running statistic after one batch, rounded."""
    return rounded(value_of(student.bn_forward(X, PLAIN, training, 0.25, 0.0))[1][name])


@question("What comes out in training?")
def trained(student, case):
    return y_of(student, True)


@question("What comes out in evaluation?")
def evaluated(student, case):
    return y_of(student, False)


@question("Where does eps stand?")
def eps_stands(student, case):
    # stored statistics and those of the batch are the same here: only eps shows
    x = np.array([[-1.0], [1.0], [-1.0], [1.0]])
    return y_of(student, False, x, state_of([1], [0], [0], [1]), eps=3.0)


@question("What comes out where a unit has its stored mean?")
def at_mean(student, case):
    return y_of(student, False, np.array([[2.0]]), state_of([3], [5], [2], [4]))


@question("Which mean is stored?")
def mean_stored(student, case):
    return moved(student, "running_mean")


@question("Which variance is stored?")
def var_stored(student, case):
    return moved(student, "running_var")


@question("Does evaluation move what is stored?")
def eval_moves(student, case):
    return bool(np.allclose(moved(student, "running_mean", False), PLAIN["running_mean"]))


@question("Is the given state changed?")
def state_changes(student, case):
    twice = value_of(student.play("batchnorm_twice", x=X, state=PLAIN, training=True, eps=0.0))
    return bool(np.allclose(twice[0][1]["running_mean"], twice[1][1]["running_mean"]))


@question("Which mean and variance does recalibrate give for batches of different length?")
def renewed(student, case):
    return [rounded(part) for part in value_of(student.recalibrate(BATCHES))]


@question("Which dtype has y for float32?", edge=True)
def kind(student, case):
    x, state = X.astype(np.float32), {k: a.astype(np.float32) for k, a in PLAIN.items()}
    return dtype(value_of(student.bn_forward(x, state, True))[0])


@question("Does bn_forward write to its batch?", edge=True)
def writes(student, case):
    return overwrites(student.bn_forward, case.frozen(X), PLAIN, True)

"""11.5 checkpoint_gradients: run forward again in backward, with the same coins or with others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.engine.statistics import Coincidence
from dropout_course.exercises.ch11_gpu_pytorch.torchs_generator import drawn_before, masks
from dropout_course.exercises.ch11_gpu_pytorch.wrong_checkpoint import mistakes

__all__ = ["mistakes"]  # what people write instead
FACTORS = np.array([0.7, 1.0, 1.4, 1.9])  # of runs, in a drawn order: no two are nearly equal
NOT_THE_SAME_MASK = Coincidence(
    "two masks of 100 units are equal at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="the random numbers of the first run come back although they must not",
)


def run(student, x, w, p, preserve, seed=3, factors=(1.0,), **more):
    """Ask for loss and gradient of ½ Σ w (factor mask x / (1-p))², a factor for each run of it.

    x has a gradient of ones, or `g`; with None it asks for none.
    """
    plain = {"x": x, "w": w, "p": p, "preserve": preserve, "seed": seed, "g": np.ones_like(x)}
    return student.play("checkpoint_run", **(plain | more), factors=list(map(float, factors)))


def of_mask(x, w, p, mask, factor=1.0):
    """Give loss and gradient of one run."""
    scale = factor * mask / (1 - p)
    return float(np.sum(w * (scale * x) ** 2) / 2), w * scale**2 * x


def problem(case, *shape):
    """Draw a point, and positive weights."""
    return case.apart(*shape), case.uniform(*shape, low=0.5, high=2)


@dataclass(frozen=True)
class Asked:
    """One problem that was asked, and what is known of it: the numbers that torch draws there."""

    x: np.ndarray
    w: np.ndarray
    p: float
    seed: int
    factors: np.ndarray
    answer: Any

    def of(self, mask, run):
        """Give loss and gradient under a mask, in one run of the function."""
        return of_mask(self.x, self.w, self.p, mask, self.factors[run])

    @property
    def first_mask(self):
        """The mask of the first run."""
        return masks(self.seed, self.x.shape, self.p, 1)[0]

    def gradient(self, case):
        """Give the gradient that came."""
        got = self.answer.value["grad"]
        text = "the gradient is None: only a leaf of the graph gets a .grad"
        case.that(got is not None, text, kind="type")
        return case.array(got, self.x.shape, what="the gradient")


def problems(student, case, shapes, p, preserve):
    """Ask for the gradients of some functions, of which each run gives another value."""
    asked = []
    for shape in shapes:
        (x, w), seed, order = problem(case, *shape), case.seed(), case.uniform(4).argsort()
        factors = FACTORS[order] * case.uniform(1, low=0.8, high=1.25)
        answer = run(student, x, w, p, preserve, seed, factors)
        asked.append(Asked(x, w, p, seed, factors, answer))
    return asked


def require_value(case, asked):
    """Require the loss of each first run."""
    for one in asked:
        want = np.array(one.of(one.first_mask, 0)[0])
        case.equal(case.array(one.answer.value["loss"]), want, what="the loss")


def require_preserved(case, asked):
    """Require the gradient of a second run, under the mask of the first one."""
    for one in asked:
        got, want = one.gradient(case), one.of(one.first_mask, 1)[1]
        if np.allclose(got, one.of(one.first_mask, 0)[1], rtol=1e-4):
            case.that(False, "fn was not run again for the gradient: nothing is checkpointed")
        case.equal(got, want, what="the gradient, of fn's second run with the mask of the first,")


def require_not_preserved(case, asked):
    """Require the gradient of a second run, under a mask that torch's generator gave later."""
    for one in asked:
        got = one.gradient(case)
        before = drawn_before(one.seed, one.p, got != 0)
        text = "with preserve_rng_state=False the second run must draw new numbers"
        case.that(before != 0, text)
        text = "the gradient is that of no mask that torch's generator gave after the first one"
        case.that(before is not None, text)
        want = one.of(got != 0, 1)[1]
        case.equal(got, want, what="the gradient, of fn's second run with its own mask,")


def require_left_alone(student, case, shape, p, preserve):
    """Require that x is as before: its values, its gradient, and whether it asks for one."""
    x, w = problem(case, *shape)
    asked = [(g, run(student, x, w, p, preserve, g=g)) for g in (None, case.normal(*shape))]
    for g, answer in asked:
        text = "x is not as it was: its values, .grad or requires_grad differ"
        case.that(left_alone_in(answer.value, x, g), text)


def left_alone_in(result, x, g):
    """Whether x is told to be as it was."""
    same = result["g"] is None if g is None else np.array_equal(result["g"], g)
    return bool(same and result["asks"] == [True, g is not None] and np.array_equal(result["x"], x))


SEEDS = 12  # it is tried under: torch takes a tenth of a second and more for each

# What is true of every right answer ------------------------------------------------------------


@law("With the state preserved, the gradient is that of the first run", weight=4, core=True)
def preserved(student, case):
    require_preserved(case, problems(student, case, [(100,), (12, 10)], 0.3, True))


@law("Without it, backward runs fn with other random numbers", weight=3,
     statistic=(NOT_THE_SAME_MASK,) * 2)  # fmt: skip
def not_preserved(student, case):
    require_not_preserved(case, problems(student, case, [(100,), (12, 10)], 0.3, False))


@law("The loss is that of the first run", weight=2)
def value(student, case):
    asked = problems(student, case, [(100,), (12, 10)], 0.3, True)
    require_value(case, asked + problems(student, case, [(100,), (12, 10)], 0.3, False))


@law("fn runs twice, and no third time", weight=1, observed=True)
def runs(student, case):
    asked = problems(student, case, [(30,)], 0.3, True)
    require_two_runs(case, asked + problems(student, case, [(30,)], 0.3, False))


def require_two_runs(case, asked):
    """Require that fn ran twice."""
    for one in asked:
        n = one.answer.value["runs"]
        case.that(n == 2, f"fn ran {n} time(s): once in forward, once more in backward")


@law("x, its gradient and what it asks for are left as found", weight=1, observed=True)
def left_alone(student, case):
    require_left_alone(student, case, (20,), 0.3, True)


@law("float32 stays float32", weight=1, edge=True)
def form(student, case):
    require_form(student, case, (20,))


def require_form(student, case, shape):
    """Require dtype and shape of x in the gradient, and one number as the loss."""
    x, w = (part.astype(np.float32) for part in problem(case, *shape))
    result = run(student, x, w, 0.3, True).value
    case.form(result["grad"], x, what="the gradient")
    case.array(result["loss"], (), what="the loss")


# By what a wrong answer is recognised ----------------------------------------------------------

X, W = np.linspace(1, 2, 60), np.ones(60)


def played(student, preserve, p=0.3, **more):
    """Play the one problem that all questions are about."""
    return value_of(run(student, X, W, p, preserve, **more))


def which_run(result, part):
    """Say of which run loss or gradient are."""
    got = np.asarray(result[part], float)
    wants = [of_mask(X, W, 0.3, mask)[part == "grad"] for mask in masks(3, X.shape, 0.3, 3)]
    near = [i for i, want in enumerate(wants) if np.allclose(got, want)]
    if near:
        return ["later" if near[0] else "first"]
    multiple = np.median(got / np.where(wants[0] == 0, np.nan, wants[0])) if part == "loss" else 0
    return ["none", round(float(multiple), 2)]


@question("Of which run is the gradient, with the state preserved?")
def with_state(student, case):
    return which_run(played(student, True), "grad")[0]


@question("Of which run is the gradient, without it?")
def without_state(student, case):
    return which_run(played(student, False), "grad")[0]


@question("Of which run is the loss, without it?")
def of_loss(student, case):
    return which_run(played(student, False), "loss")


@question("What is the gradient without randomness, over what it must be?")
def plain_gradient(student, case):
    return np.round(np.median(np.asarray(played(student, True, p=0.0)["grad"]) / (W * X)), 3)


@question("How often does fn run?")
def how_often(student, case):
    return [min(played(student, preserve)["runs"], 3) for preserve in (True, False)]


@question("Is x left as found?")
def as_found(student, case):
    return [left_alone_in(played(student, True, g=g), X, g) for g in (None, W)]


@question("Which dtype has the gradient for float32?", edge=True)
def kind(student, case):
    result = value_of(run(student, X.astype(np.float32), W.astype(np.float32), 0.3, True))
    return str(result["grad"].dtype)
